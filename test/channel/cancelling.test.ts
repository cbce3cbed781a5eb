import assert from 'node:assert/strict';
import {
  ChannelClosedError,
  channel,
  move,
  type Receiver,
  selectSync,
  TimeoutError,
} from 'isolane';
import { isDamage, sendDamaged } from '../support/damaged.js';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { aMoment, rejection, thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('a receive that is cancelled', () => {
  const create = interpreters();

  it('by a time-out rejects with a TimeoutError and takes no message with it', async () => {
    const [tx, rx] = channel<number>();
    const error = await rejection(rx.receive({ timeout: 5 }));
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.code, 'ERR_ISOLANE_TIMEOUT');
    tx.trySend(1);
    await aMoment();
    assert.equal(rx.tryReceive(), 1);
  });

  it('by a fraction of a millisecond is no error of its own', async () => {
    const { receiver } = keep(channel({ name: 'quiet' }));
    assert.throws(() => receiver.receiveSync({ timeout: 0.25 }), TimeoutError);
    assert.throws(() => receiver.receiveSync({ timeout: 0 }), /quiet.*0 ms/);
    assert.ok((await rejection(receiver.receive({ timeout: 0.5 }))) instanceof TimeoutError);
  });

  it('waits at least as long as it was told', async () => {
    const { receiver } = keep(channel());
    const start = performance.now();
    assert.throws(() => receiver.receiveSync({ timeout: 10.5 }), TimeoutError);
    assert.ok(performance.now() - start >= 10.4);
    const again = performance.now();
    await rejection(receiver.receive({ timeout: 10.5 }));
    assert.ok(performance.now() - again >= 10);
  });

  it('takes what is there, even with no time at all', async () => {
    const [tx, rx] = channel<number>();
    tx.sendManySync([1, 2]);
    assert.equal(rx.receiveSync({ timeout: 0 }), 1);
    assert.equal(await rx.receive({ timeout: 0 }), 2);
  });

  it('by a signal rejects with its reason', async () => {
    const [tx, rx] = channel<number>();
    const controller = new AbortController();
    const receiving = rejection(rx.receive({ signal: controller.signal }));
    const reason = new Error('changed my mind');
    controller.abort(reason);
    assert.equal(await receiving, reason);
    tx.trySend(1);
    assert.equal(rx.tryReceive(), 1);
  });

  describe('when it has been handed a message that cannot be read rejects with why', () => {
    const ways: [
      name: string,
      act: (rx: Receiver<unknown>, controller: AbortController) => void,
    ][] = [
      ['it is aborted', (_, controller) => controller.abort()],
      ['its handle is closed', (rx) => rx.close()],
      ['this thread waits for more', (rx) => void thrown(() => rx.receiveSync({ timeout: 1 }))],
      [
        'this thread waits in a select',
        (rx) => void thrown(() => selectSync({ rx }, { timeout: 1 })),
      ],
    ];
    for (const [name, act] of ways) {
      it(name, async () => {
        const [tx, rx] = keep(channel<unknown>(0));
        const controller = new AbortController();
        const receiving = rejection(rx.receive({ signal: controller.signal }));
        sendDamaged(tx);
        act(rx, controller);
        assert.ok(isDamage(await receiving));
      });
    }
  });

  it('by a signal that has aborted already does not begin', async () => {
    const [tx, rx] = channel<number>();
    tx.trySend(1);
    const signal = AbortSignal.abort('too late');
    assert.equal(await rejection(rx.receive({ signal })), 'too late');
    assert.equal(
      thrown(() => rx.receiveSync({ signal })),
      'too late' as unknown,
    );
    assert.equal(rx.tryReceive(), 1);
  });

  it('leaves its place to the next', async () => {
    const [tx, rx] = channel<number>();
    const controller = new AbortController();
    const first = rejection(rx.receive({ signal: controller.signal }));
    const second = rx.receive();
    const third = rx.receive({ timeout: 60_000 });
    controller.abort();
    assert.equal((await first).name, 'AbortError');
    tx.sendManySync([1, 2]);
    assert.deepEqual([await second, await third], [1, 2]);
  });

  it('in the middle of a queue of receives is only itself cancelled', async () => {
    const [tx, rx] = channel<number>();
    const controller = new AbortController();
    const first = rx.receive();
    const second = rejection(rx.receive({ signal: controller.signal }));
    const third = rx.receive();
    controller.abort('out');
    assert.equal(await second, 'out');
    tx.sendManySync([1, 2]);
    assert.deepEqual([await first, await third], [1, 2]);
  });

  it('at the moment a message comes either has it or leaves it', async () => {
    const [tx, rx] = channel<number>();
    let taken = 0;
    let left = 0;
    for (let round = 0; round < 300; round++) {
      const controller = new AbortController();
      const receiving = rx.receive({ signal: controller.signal }).then(
        () => taken++,
        () => {},
      );
      if (round % 3 === 0) controller.abort();
      tx.trySend(round);
      if (round % 3 === 1) controller.abort();
      if (round % 3 === 2) queueMicrotask(() => controller.abort());
      await receiving;
      if (rx.tryReceive('none') !== 'none') left++;
      assert.equal(taken + left, round + 1);
    }
    assert.ok(left >= 100, 'those that were aborted first take nothing');
  });

  it('loses no message between interpreters, however it ends', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>(4);
    const taking = guest.call(async (rx) => {
      const seen: number[] = [];
      for (let i = 0; ; i++) {
        try {
          seen.push(
            i % 2 === 0 ? rx.receiveSync({ timeout: 0.05 }) : await rx.receive({ timeout: 0.05 }),
          );
        } catch (error) {
          if ((error as Error).name === 'ChannelClosedError') return seen;
          if ((error as Error).name !== 'TimeoutError') throw error;
        }
      }
    }, rx);
    for (let n = 0; n < 300; n++) {
      await tx.send(n);
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    tx.close();
    assert.deepEqual(
      await taking,
      Array.from({ length: 300 }, (_, n) => n),
    );
  });

  it('blocks a guest no longer than its time-out', async () => {
    const guest = await create();
    const name = await guest.call(() => {
      try {
        return isolane.channel()[1].receiveSync({ timeout: 1.5 });
      } catch (error) {
        return (error as Error).name;
      }
    });
    assert.equal(name, 'TimeoutError');
  });

  it('has time-outs beyond what timers can do', async () => {
    const [tx, rx] = channel<number>();
    const controller = new AbortController();
    const receiving = rx.receive({ timeout: 2 ** 40, signal: controller.signal });
    await aMoment();
    tx.trySend(1);
    assert.equal(await receiving, 1);
  });

  for (const [wrong, name] of [
    [-1, 'RangeError'],
    [Number.NaN, 'RangeError'],
    ['5', 'TypeError'],
    [null, 'TypeError'],
  ] as const) {
    it(`refuses the time-out ${JSON.stringify(wrong)}, and nothing happens`, async () => {
      const [tx, rx] = channel<number>();
      tx.trySend(1);
      const timeout = wrong as number;
      assert.equal((await rejection(rx.receive({ timeout }))).name, name);
      assert.equal(thrown(() => rx.receiveSync({ timeout })).name, name);
      assert.equal((await rejection(tx.send(2, { timeout }))).name, name);
      assert.equal(thrown(() => tx.sendSync(2, { timeout })).name, name);
      assert.equal(rx.size, 1);
    });
  }
});

describe('a send that is cancelled', () => {
  it('by a time-out has not happened, and its error has the message', async () => {
    const [tx, rx] = channel<unknown>(1);
    tx.trySend('in the way');
    const message = { n: 1 };
    const waiting = await rejection(tx.send(message, { timeout: 2.5 }));
    assert.ok(waiting instanceof TimeoutError);
    assert.equal(waiting.value, message);
    const blocking = thrown(() => tx.sendSync(message, { timeout: 2.5 })) as TimeoutError;
    assert.ok(blocking instanceof TimeoutError);
    assert.equal(blocking.value, message);
    assert.equal(rx.tryReceive(), 'in the way');
    await aMoment();
    assert.equal(rx.tryReceive('nothing'), 'nothing');
  });

  it('by a signal has not happened', async () => {
    const [tx, rx] = channel<number>(1);
    tx.trySend(0);
    const controller = new AbortController();
    const first = rejection(tx.send(1, { signal: controller.signal }));
    const second = tx.send(2);
    controller.abort('not that one');
    assert.equal(await first, 'not that one');
    assert.equal(await rx.receive(), 0);
    await second;
    assert.equal(await rx.receive(), 2);
    assert.equal(rx.tryReceive('nothing'), 'nothing');
  });

  it('at a rendezvous has not happened', async () => {
    const [tx, rx] = channel<number>(0);
    assert.ok((await rejection(tx.send(1, { timeout: 1 }))) instanceof TimeoutError);
    assert.throws(() => tx.sendSync(2, { timeout: 1 }), TimeoutError);
    assert.equal(rx.tryReceive('nothing'), 'nothing');
  });

  it('gives back what was moved, if it was taken at all', async () => {
    const [tx] = keep(channel<Uint8Array>(1));
    tx.trySend(new Uint8Array(1));
    for (const attempt of [
      (bytes: Uint8Array) => tx.send(move(bytes), { timeout: 1 }),
      async (bytes: Uint8Array) => tx.sendSync(move(bytes), { timeout: 1 }),
      async (bytes: Uint8Array) => tx.sendSync(bytes, { timeout: 1, transfer: [bytes.buffer] }),
      (bytes: Uint8Array) => tx.send(bytes, { timeout: 1, transfer: [bytes.buffer] }),
    ]) {
      const bytes = new Uint8Array([1, 2, 3]);
      const error = (await rejection(attempt(bytes))) as TimeoutError;
      const value = bytes.length === 3 ? bytes : error.value;
      assert.deepEqual(value, new Uint8Array([1, 2, 3]));
    }
  });

  it('by a signal does not lose what was moved', async () => {
    const [tx] = keep(channel<Uint8Array>(1));
    tx.trySend(new Uint8Array(1));
    const bytes = new Uint8Array([1, 2, 3]);
    const controller = new AbortController();
    const sending = rejection(tx.send(move(bytes), { signal: controller.signal }));
    controller.abort();
    const error = (await sending) as Error & { value?: unknown };
    assert.equal(error.name, 'AbortError');
    assert.deepEqual(bytes.length === 3 ? bytes : error.value, new Uint8Array([1, 2, 3]));
  });

  it('keeps a buffer whole when a try finds the channel full', () => {
    const [tx] = keep(channel<Uint8Array>(1));
    assert.equal(tx.trySend(new Uint8Array(1)), true);
    const bytes = new Uint8Array([1, 2, 3]);
    assert.equal(tx.trySend(move(bytes)), false);
    assert.deepEqual(bytes, new Uint8Array([1, 2, 3]));
  });

  it('keeps an endpoint open when a try finds the channel full', () => {
    const [tx] = keep(channel<unknown>(1));
    tx.trySend(0);
    const inner = channel<number>();
    assert.equal(tx.trySend(move(inner.sender)), false);
    inner.sender.sendSync(1);
    assert.equal(inner.receiver.receiveSync(), 1);
  });

  it('gives back an endpoint that was to be moved', async () => {
    const [tx] = keep(channel<unknown>(1));
    tx.trySend(0);
    const inner = channel<number>();
    const error = (await rejection(
      tx.send(move({ inner: inner.sender }), { timeout: 1 }),
    )) as TimeoutError;
    const { sender } = inner;
    const back = sender.closed ? (error.value as { inner: typeof sender }).inner : sender;
    back.sendSync(1);
    assert.equal(inner.receiver.receiveSync(), 1);
  });

  it('by the end of the channel gives back what was moved', async () => {
    const pair = channel<Uint8Array>(1);
    pair.sender.trySend(new Uint8Array(1));
    const bytes = new Uint8Array([1, 2, 3]);
    const sending = rejection(pair.sender.send(move(bytes)));
    pair.close();
    const error = (await sending) as ChannelClosedError;
    assert.ok(error instanceof ChannelClosedError);
    assert.deepEqual(bytes.length === 3 ? bytes : error.value, new Uint8Array([1, 2, 3]));
  });

  it('has no effect after the message went', async () => {
    const [tx, rx] = channel<number>(1);
    const controller = new AbortController();
    await tx.send(1, { signal: controller.signal, timeout: 1 });
    controller.abort();
    await aMoment();
    assert.equal(rx.tryReceive(), 1);
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counting = {
      aborted: false,
      reason: undefined,
      addEventListener: (...args: [type: 'abort', listener: () => void]) => {
        listeners++;
        signal.addEventListener(...args);
      },
      removeEventListener: (...args: [type: 'abort', listener: () => void]) => {
        listeners--;
        signal.removeEventListener(...args);
      },
    };
    const [tx, rx] = channel<number>(1);
    for (let i = 0; i < 10; i++) {
      const receiving = rx.receive({ signal: counting });
      await tx.send(i, { signal: counting });
      await receiving;
      await tx.send(i);
      const sending = tx.send(i, { signal: counting });
      await rx.receive();
      await sending;
      await rx.receive();
    }
    assert.equal(listeners, 0);
  });
});
