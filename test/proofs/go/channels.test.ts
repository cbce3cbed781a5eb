/**
 * What Go's tests expect of channels and of one select (runtime/chan_test.go's TestChan; test/chan/nonblock, perm, select, select3 to
 * select5, select7 and zerosize), said again for Isolane.
 *
 * Go's `nil` channel is `never()`, and in a select a case that is switched off. Different by design: a channel that is closed has no
 * further values, not endless zeros; all cases of a select off is an error where nothing could ever end the wait. Left out: where the
 * compiler puts what is received.
 */
import assert from 'node:assert/strict';
import {
  ChannelClosedError,
  channel,
  DeadlockError,
  never,
  type Receiver,
  type Sender,
  selectSync,
  TimeoutError,
  trySelect,
} from 'isolane';
import { keep } from '../../support/keep.js';
import { inEachSetting } from '../../support/parties.js';
import { until } from '../../support/wait.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

inEachSetting('Go on channels', (start) => {
  for (const capacity of [0, 1, 2, 17]) {
    describe(`with room for ${capacity}`, () => {
      it('a receive waits while there is nothing, and a try does not', async () => {
        const [tx, rx] = channel<number>(capacity);
        let received = 0;
        const receivers = [1, 2].map(() => {
          const party = start((io, rx: Receiver<number>) => io.receive(rx), rx);
          party.result.then(() => received++);
          return party;
        });
        for (const receiver of receivers) await receiver.waits();
        assert.equal(received, 0);
        assert.equal(trySelect({ rx }), undefined);
        assert.equal(rx.tryReceive('nothing'), 'nothing');
        await tx.send(1);
        await tx.send(2);
        const got = await Promise.all(receivers.map(({ result }) => result));
        assert.deepEqual(got.sort(), [1, 2]);
      });

      it('a send waits while there is no room, and a try does not', async () => {
        const [tx, rx] = channel<number>(capacity);
        for (let i = 0; i < capacity; i++) assert.ok(tx.trySend(i));
        let sent = false;
        const sender = start((io, tx: Sender<number>) => io.send(tx, -1), tx);
        sender.result.then(() => {
          sent = true;
        });
        await sender.waits();
        assert.equal(sent, false);
        assert.equal(trySelect({ tx: tx.offer(-2) }), undefined);
        assert.equal(tx.trySend(-3), false);
        const got: number[] = [];
        for (let i = 0; i <= capacity; i++) got.push(await rx.receive());
        assert.deepEqual(got, [...numbers(capacity), -1]);
        await sender.result;
      });

      it('what is queued when it closes is received, and then the end', async () => {
        const whole = channel<number>(capacity);
        for (let i = 0; i < capacity; i++) whole.sender.trySend(i);
        const { receiver, sender } = whole;
        whole.close();
        const receiving = start(
          async (io, rx: Receiver<number>, count: number) => {
            const got: number[] = [];
            while (got.length < count) got.push(await io.receive(rx));
            const ends = [
              await io.outcome(() => io.receive(rx)),
              await io.outcome(() => rx.tryReceive()),
              (await io.select({ rx })).closed,
            ];
            return [got, ends];
          },
          receiver,
          capacity,
        );
        assert.deepEqual(await receiving.result, [
          numbers(capacity),
          ['ChannelClosedError', 'ChannelClosedError', true],
        ]);
        assert.throws(() => sender.sendSync(1), ChannelClosedError);
      });

      it('closing it ends a receive that waits', async () => {
        const { receiver, close } = closable(capacity);
        const receiving = start(
          (io, rx: Receiver<number>) => io.outcome(() => io.receive(rx)),
          receiver,
        );
        await receiving.waits();
        close();
        assert.equal(await receiving.result, 'ChannelClosedError');
      });

      it('a hundred come in order, twice', async () => {
        const [tx, rx] = channel<number>(capacity);
        for (const _ of [1, 2]) {
          const sending = start(async (io, tx: Sender<number>) => {
            for (let i = 0; i < 100; i++) await io.send(tx, i);
          }, tx);
          const receiving = start(async (io, rx: Receiver<number>) => {
            const got: number[] = [];
            while (got.length < 100) got.push(await io.receive(rx));
            return got;
          }, rx);
          assert.deepEqual(await receiving.result, numbers(100));
          await sending.result;
        }
        keep([tx, rx]);
      });

      it('its size and capacity are those of what is in it', () => {
        const whole = channel<number>(capacity);
        assert.deepEqual([whole.size, whole.capacity], [0, capacity]);
        for (let i = 0; i < capacity; i++) whole.sender.sendSync(i);
        assert.deepEqual([whole.size, whole.capacity], [capacity, capacity]);
        keep(whole);
      });
    });
  }

  for (const [kind, one, two] of [
    ['numbers', 123, 234.5],
    ['integers beyond doubles', 2n ** 63n, -(2n ** 63n)],
    ['truth values', true, false],
    ['text', 'hello', 'hello again'],
    ['nothing', undefined, null],
    ['empty records', {}, []],
  ] as const) {
    for (const capacity of [0, 1]) {
      it(`${kind} go through a try when the other waits, with room for ${capacity}`, async () => {
        const [tx, rx] = channel<unknown>(capacity);
        assert.equal(rx.tryReceive('none'), 'none');
        const receiving = start((io, rx: Receiver<unknown>) => io.receive(rx), rx);
        await receiving.waits();
        assert.equal(tx.trySend(one), true);
        assert.deepEqual(await receiving.result, one);
        const sending = start(
          (io, tx: Sender<unknown>, value: unknown) => io.send(tx, value),
          tx,
          two,
        );
        let got = rx.tryReceive('none');
        await until(() => {
          if (got === 'none') got = rx.tryReceive('none');
          return got !== 'none';
        }, 'the sender has come');
        assert.deepEqual(got, two);
        await sending.result;
      });
    }
  }

  for (const sends of ['send', 'select of one', 'select of two']) {
    for (const receives of ['receive', 'select of one', 'select of two']) {
      it(`a ${sends} meets a ${receives}`, async () => {
        const [tx, rx] = channel<number>(0);
        const idle = keep(channel<number>(0));
        const receiving = start(
          async (io, rx: Receiver<number>, idle: Receiver<number>, how: string) => {
            if (how === 'receive') return io.receive(rx);
            return (await io.select(how === 'select of one' ? { rx } : { rx, idle })).value;
          },
          rx,
          idle.receiver,
          receives,
        );
        const sending = start(
          async (io, tx: Sender<number>, how: string) => {
            if (how === 'send') return io.send(tx, 1);
            const idle = io.isolane.channel<number>(0);
            const other = how === 'select of two' && idle.sender.offer(2);
            const { key } = await io.select({ tx: tx.offer(1), other });
            idle.close();
            if (key !== 'tx') throw new Error(key);
          },
          tx,
          sends,
        );
        assert.equal(await receiving.result, 1);
        await sending.result;
        keep([tx, rx]);
      });
    }
  }
});

/** A channel that is closed as Go closes one: from outside, and for everybody. */
function closable(capacity: number) {
  const whole = channel<number>(capacity);
  return { receiver: whole.receiver, close: () => whole.close() };
}

describe('Go on one select', () => {
  it('nothing is ever had from a channel that is none', () => {
    assert.throws(() => never().receiveSync({ timeout: 5 }), TimeoutError);
    assert.equal(trySelect({ none: never() }), undefined);
    assert.equal(trySelect({ none: null }), undefined);
    assert.equal(trySelect({ none: undefined, neither: false }), undefined);
    assert.throws(() => selectSync({ none: never() }, { timeout: 5 }), TimeoutError);
    assert.throws(() => selectSync({ none: null, neither: false }, { timeout: 5 }), TimeoutError);
    assert.throws(() => selectSync({}, { timeout: 5 }), TimeoutError);
    assert.throws(() => selectSync({ none: null, neither: false }), DeadlockError);
  });

  it('a closed channel is as ready in a select as outside of it', () => {
    const whole = channel<number>(0);
    const { sender, receiver: rx } = whole;
    const offer = sender.offer(7);
    whole.close();
    for (let i = 0; i < 10; i++) {
      assert.deepEqual(selectSync({ rx }), { key: 'rx', closed: true });
      assert.deepEqual(trySelect({ rx }), { key: 'rx', closed: true });
    }
    assert.throws(() => selectSync({ offer }), ChannelClosedError);
    assert.throws(() => sender.trySend(7), ChannelClosedError);
  });

  it('cases are switched off one by one as they are done', () => {
    // As Go's oldest test has it: bits are shifted into two channels, each until the word is used up.
    const [a, b] = [channel<number>(1), channel<number>(1)];
    const words = [0b1011, 0b10110];
    const out: number[][] = [[], []];
    const left = words.map((word) => [...word.toString(2)].map(Number));
    for (let taken = 0; taken < 9; ) {
      const { key, value = -1 } = selectSync({
        a: left[0]?.length ? a.sender.offer(left[0][0] as number) : null,
        b: left[1]?.length ? b.sender.offer(left[1][0] as number) : null,
        fromA: a.receiver,
        fromB: b.receiver,
      });
      if (key === 'a') left[0]?.shift();
      else if (key === 'b') left[1]?.shift();
      else {
        out[key === 'fromA' ? 0 : 1]?.push(value);
        taken++;
      }
    }
    assert.deepEqual(
      out.map((bits) => Number.parseInt(bits.join(''), 2)),
      words,
    );
  });

  it('does the one thing that can be done, among all that cannot', () => {
    // All subsets of what is never ready, before and after the case that is.
    const dummy = keep(channel<number>(0));
    const idle = {
      send: () => dummy.sender.offer(1),
      receive: () => dummy.receiver,
      never: () => never(),
      off: () => null,
    };
    const names = Object.keys(idle) as (keyof typeof idle)[];
    const [tx, rx] = channel<number>(1);
    let n = 0;
    for (let set = 0; set < 2 ** (2 * names.length); set++) {
      const some = (shift: number, prefix: string) =>
        names
          .filter((_, i) => (set >> (i + shift)) & 1)
          .map((name) => [prefix + name, idle[name]()] as const);
      const around = (name: string, ready: Receiver<number> | ReturnType<typeof tx.offer>) =>
        Object.fromEntries([...some(0, 'before '), [name, ready], ...some(4, 'after ')]);
      const form = set % 2 ? selectSync : trySelect;
      assert.deepEqual(form(around('in', tx.offer(++n))), { key: 'in' });
      assert.deepEqual(form(around('out', rx)), { key: 'out', value: n });
      assert.equal(trySelect(around('out', rx)), undefined);
    }
  });

  it('the values of its offers are worked out once each, in order, before it chooses', () => {
    const [tx, rx] = channel<number>(1);
    const dummy = keep(channel<number>(0));
    const order: string[] = [];
    const mark = <T>(what: string, value: T) => {
      order.push(what);
      return value;
    };
    const { key } = selectSync({
      a: mark('dummy', dummy.sender).offer(mark('1', 1)),
      b: mark('dummy again', dummy.receiver),
      c: mark('tx', tx).offer(mark('2', 2)),
    });
    assert.equal(key, 'c');
    assert.deepEqual(order, ['dummy', '1', 'dummy again', 'tx', '2']);
    assert.equal(rx.receiveSync(), 2);
  });

  it('each end does only what it is for', () => {
    const [tx, rx] = channel<number>(1);
    const forbidden = [
      // @ts-expect-error: nothing is sent by a receiver
      () => rx.sendSync(1),
      // @ts-expect-error: nothing is received by a sender
      () => tx.receiveSync(),
      // @ts-expect-error: a sender is no case by itself
      () => trySelect({ tx }),
      // @ts-expect-error: a sender cannot be iterated
      () => [...tx],
      // @ts-expect-error: an offer comes from a sender
      () => rx.offer(1),
    ];
    for (const action of forbidden) assert.throws(action, TypeError);
  });
});
