/**
 * What the tests of crossbeam-channel expect of a select (select, select_macro), said again for Isolane.
 *
 * Left out: `ready()` and operations that are chosen first and completed later, which Isolane does not have: its selects do what they
 * choose. By design an offer that can no longer be sent throws, where crossbeam has the case chosen with an error.
 */
import assert from 'node:assert/strict';
import {
  after,
  ChannelClosedError,
  channel,
  type Receiver,
  type Sender,
  selectSync,
  TimeoutError,
  tick,
  trySelect,
} from 'isolane';
import { keep } from '../../support/keep.js';
import { inEachSetting } from '../../support/parties.js';
import { until } from '../../support/wait.js';

const unbounded = Number.POSITIVE_INFINITY;
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('crossbeam on a select by itself', () => {
  it('takes from the one of five that has something', () => {
    const channels = keep(numbers(5).map(() => channel<number>(unbounded)));
    const cases = Object.fromEntries(channels.map(({ receiver }, i) => [`r${i}`, receiver]));
    channels[4]?.sender.trySend(5);
    assert.deepEqual(selectSync(cases), { key: 'r4', value: 5 });
    channels[1]?.sender.trySend(2);
    assert.deepEqual(selectSync(cases), { key: 'r1', value: 2 });
  });

  it('without waiting finds what is there, a closed channel too, or nothing', () => {
    const [tx1, rx1] = channel<number>(unbounded);
    const [tx2, rx2] = channel<number>(unbounded);
    assert.equal(trySelect({ rx1, rx2 }), undefined);
    tx1.close();
    assert.deepEqual(trySelect({ rx1, rx2 }), { key: 'rx1', closed: true });
    tx2.trySend(2);
    assert.deepEqual(trySelect({ rx2 }), { key: 'rx2', value: 2 });
    assert.equal(trySelect({ rx2 }), undefined);
    assert.equal(trySelect({}), undefined);
    keep(tx2);
  });

  it('does not wait for what can never come', () => {
    for (const capacity of [0, 1, unbounded]) {
      const noSender = channel<number>(capacity);
      noSender.sender.close();
      const rx = noSender.receiver;
      assert.deepEqual(trySelect({ rx }), { key: 'rx', closed: true });
      assert.deepEqual(selectSync({ rx }, { timeout: 1000 }), { key: 'rx', closed: true });
      const noReceiver = channel<number>(capacity);
      const offer = () => ({ tx: noReceiver.sender.offer(1) });
      noReceiver.receiver.close();
      assert.throws(() => trySelect(offer()), ChannelClosedError);
      assert.throws(() => selectSync(offer(), { timeout: 1000 }), ChannelClosedError);
    }
  });

  it('sees what is queued before it sees the end', () => {
    const [tx, rx] = channel<number>(unbounded);
    tx.clone().close();
    tx.trySend(1);
    tx.close();
    assert.deepEqual(selectSync({ rx }), { key: 'rx', value: 1 });
    assert.deepEqual(selectSync({ rx }), { key: 'rx', closed: true });
    assert.throws(() => rx.tryReceive(), ChannelClosedError);
  });

  it('comes to each of the cases that stand there twice', () => {
    const [tx, rx] = channel<number>(unbounded);
    const hit = new Set<string>();
    for (let tries = 0; hit.size < 4; tries++) {
      assert.ok(tries < 10_000, `only ${[...hit]}`);
      hit.add(selectSync({ in1: rx, in2: rx, out1: tx.offer(0), out2: tx.offer(0) }).key);
    }
  });

  it('meets itself through a queue, and not where there is none', () => {
    const [tx, rx] = channel<number>(0);
    assert.throws(() => selectSync({ tx: tx.offer(0), rx }, { timeout: 10 }), TimeoutError);
    const queue = channel<number>(unbounded);
    const cases = () => ({ tx: queue.sender.offer(7), rx: queue.receiver });
    assert.equal(selectSync(cases(), { timeout: 1000 }).key, 'tx');
    assert.deepEqual(selectSync({ rx: queue.receiver }), { key: 'rx', value: 7 });
  });

  it('may be made of what another has brought', () => {
    const [tx, rx] = channel<number>(1);
    for (let i = 0; i < 3; i++) {
      const { key } = selectSync({ tx: tx.offer(i) });
      assert.equal(key, 'tx');
      const { value } = selectSync({ rx });
      assert.equal(value, i);
    }
    tx.trySend(1);
    // The value of an offer is worked out before the select begins: this one makes its own room.
    assert.equal(selectSync({ tx: tx.offer(rx.receiveSync() + 1) }).key, 'tx');
    assert.equal(rx.receiveSync(), 2);
  });

  it('is fair to queues, to times, and to cases that stand there several times', () => {
    const count = 2000;
    const [tx1, rx1] = channel<null>(count);
    const [tx2, rx2] = channel<null>(unbounded);
    for (let i = 0; i < count; i++) {
      tx1.trySend(null);
      tx2.trySend(null);
    }
    const hits = new Map<string, number>();
    const hit = (key: string) => hits.set(key, (hits.get(key) ?? 0) + 1);
    // As fast as that a tick is due nearly always; the rest of its share goes to the others.
    const ticks = tick(0.001);
    for (let i = 0; i < count; i++) hit(selectSync({ rx1, rx2, once: after(0), ticks }).key);
    ticks.close();
    for (const key of ['rx1', 'rx2', 'once', 'ticks']) {
      assert.ok((hits.get(key) ?? 0) > count / 8, `${[...hits]}`);
    }
    hits.clear();
    const left = rx2.size;
    for (let i = 0; i < left; i++) hit(selectSync({ a: rx2, b: rx2, c: rx2, d: rx2, e: rx2 }).key);
    for (const key of 'abcde') assert.ok((hits.get(key) ?? 0) > left / 10, `${[...hits]}`);
    keep([tx1, tx2]);
  });

  it('that is biased takes the first that is ready', () => {
    const channels = keep(numbers(3).map(() => channel<number>(unbounded)));
    const cases = Object.fromEntries(channels.map(({ receiver }, i) => [`r${i}`, receiver]));
    const pick = () => selectSync(cases, { order: 'priority' }).value;
    for (const [i, { sender }] of channels.entries()) sender.sendManySync([i, i]);
    assert.deepEqual([pick(), pick(), pick(), pick(), pick(), pick()], [0, 0, 1, 1, 2, 2]);
  });
});

inEachSetting('crossbeam on selects that meet', (start) => {
  it('a channel that ends beside one that does not', async () => {
    const [tx1, rx1] = channel<number>(unbounded);
    const [tx2, rx2] = channel<number>(unbounded);
    const [seen, isSeen] = channel<unknown>(1);
    const selecting = start(
      async (io, rx1: Receiver<number>, rx2: Receiver<number>, seen: Sender<unknown>) => {
        seen.trySend(await io.select({ rx1, rx2 }));
        const second = await io.receive(rx2);
        return [second, await io.select({ rx1 }), await io.select({ rx2 })];
      },
      rx1,
      rx2,
      seen,
    );
    await selecting.waits();
    tx1.close();
    assert.deepEqual(await isSeen.receive(), { key: 'rx1', closed: true });
    tx2.trySend(5);
    await until(() => rx2.size === 0, 'the message is taken');
    await selecting.waits();
    tx2.close();
    assert.deepEqual(await selecting.result, [
      5,
      { key: 'rx1', closed: true },
      { key: 'rx2', closed: true },
    ]);
    for (const end of [rx1, rx2, seen, isSeen]) end.close();
  });

  it('one that gave up in time takes what comes later', async () => {
    const [tx1, rx1] = channel<number>(unbounded);
    const [tx2, rx2] = channel<number>(unbounded);
    const [go, begin] = channel<string>(1);
    const selecting = start(
      async (io, rx1: Receiver<number>, rx2: Receiver<number>, go: Sender<string>) => {
        const late = await io.outcome(() => io.select({ rx1, rx2 }, { timeout: 5 }));
        const none = await io.outcome(() => io.select({}, { timeout: 5 }));
        go.trySend('begin');
        return [late, none, await io.select({ rx1, rx2 }, { timeout: 10_000 })];
      },
      rx1,
      rx2,
      go,
    );
    const sender = start(
      async (io, tx: Sender<number>, begin: Receiver<string>) => {
        await io.receive(begin);
        await io.send(tx, 2);
      },
      tx2,
      begin,
    );
    assert.deepEqual(await selecting.result, [
      'TimeoutError',
      'TimeoutError',
      { key: 'rx2', value: 2 },
    ]);
    await sender.result;
    for (const end of [tx1, rx1, tx2, rx2, go, begin]) end.close();
  });

  it('one that waits is woken by a sender, and one by a receiver', async () => {
    const [tx1, rx1] = channel<number>(0);
    const [tx2, rx2] = channel<number>(0);
    keep([tx1, rx1, tx2, rx2]);
    const receiving = start(
      (io, rx1: Receiver<number>, rx2: Receiver<number>) => io.select({ rx1, rx2 }),
      rx1,
      rx2,
    );
    await receiving.waits();
    await start((io, tx: Sender<number>) => io.send(tx, 2), tx2).result;
    assert.deepEqual(await receiving.result, { key: 'rx2', value: 2 });
    const sending = start(
      (io, tx1: Sender<number>, tx2: Sender<number>) =>
        io.select({ tx1: tx1.offer(1), tx2: tx2.offer(2) }),
      tx1,
      tx2,
    );
    await sending.waits();
    assert.equal(await start((io, rx: Receiver<number>) => io.receive(rx), rx1).result, 1);
    assert.deepEqual(await sending.result, { key: 'tx1' });
  });

  it('either of two happens to a partner that only tries, and not both', async () => {
    for (let run = 0; run < 10; run++) {
      const [tx1, rx1] = channel<number>(0);
      const [tx2, rx2] = channel<number>(0);
      const [end, ended] = channel<null>(0);
      const sending = start(
        async (io, tx: Sender<number>, ended: Receiver<null>) => {
          for (;;) {
            if (io.isolane.trySelect({ tx: tx.offer(1) })) return 'sent';
            if (io.isolane.trySelect({ ended })?.closed) return 'ended';
            await io.turn();
          }
        },
        tx1,
        ended,
      );
      const receiving = start(
        async (io, rx: Receiver<number>, ended: Receiver<null>) => {
          for (;;) {
            if (rx.tryReceive() === 2) return 'received';
            if (io.isolane.trySelect({ ended })?.closed) return 'ended';
            await io.turn();
          }
        },
        rx2,
        ended,
      );
      const selecting = start(
        async (io, rx: Receiver<number>, tx: Sender<number>) =>
          (await io.select({ in: rx, out: tx.offer(2) })).key,
        rx1,
        tx2,
      );
      const key = await selecting.result;
      const partner = await (key === 'in' ? sending : receiving).result;
      end.close();
      const other = await (key === 'in' ? receiving : sending).result;
      assert.deepEqual([partner, other], [key === 'in' ? 'sent' : 'received', 'ended']);
      for (const each of [tx1, rx1, tx2, rx2, ended]) each.close();
    }
  }).timeout(20_000);

  it('a handle that comes and goes does not wake it', async () => {
    const [tx1, rx1] = channel<null>(unbounded);
    const [tx2, rx2] = channel<null>(unbounded);
    const selecting = start(
      (io, rx1: Receiver<null>, rx2: Receiver<null>) => io.select({ rx1, rx2 }),
      rx1,
      rx2,
    );
    await selecting.waits();
    for (let i = 0; i < 10; i++) tx1.clone().close();
    tx2.trySend(null);
    assert.deepEqual(await selecting.result, { key: 'rx2', value: null });
    for (const end of [tx1, rx1, tx2, rx2]) end.close();
  });

  it('takes alternately what comes alternately', async () => {
    const count = 300;
    const [tx1, rx1] = channel<number>(unbounded);
    const [tx2, rx2] = channel<number>(5);
    const [taken, isTaken] = channel<null>(100);
    const sending = start(
      async (
        io,
        tx1: Sender<number>,
        tx2: Sender<number>,
        isTaken: Receiver<null>,
        count: number,
      ) => {
        for (let i = 0; i < count; i++) {
          await io.send(tx1, i);
          await io.receive(isTaken);
          await io.send(tx2, i);
          await io.receive(isTaken);
        }
      },
      tx1,
      tx2,
      isTaken,
      count,
    );
    const selecting = start(
      async (
        io,
        rx1: Receiver<number>,
        rx2: Receiver<number>,
        taken: Sender<null>,
        count: number,
      ) => {
        const got: unknown[] = [];
        for (let i = 0; i < 2 * count; i++) {
          const { key, value } = await io.select({ rx1, rx2 });
          got.push(`${key} ${value}`);
          await io.send(taken, null);
        }
        return got;
      },
      rx1,
      rx2,
      taken,
      count,
    );
    await sending.result;
    assert.deepEqual(
      await selecting.result,
      numbers(count).flatMap((n) => [`rx1 ${n}`, `rx2 ${n}`]),
    );
    for (const end of [tx1, rx1, tx2, rx2, taken, isTaken]) end.close();
  });

  it('sends alternately what is taken alternately', async () => {
    const count = 300;
    const [tx1, rx1] = channel<number>(0);
    const [tx2, rx2] = channel<number>(0);
    const receiving = start(
      async (io, rx1: Receiver<number>, rx2: Receiver<number>, count: number) => {
        const got: number[] = [];
        for (let i = 0; i < count; i++) got.push(await io.receive(rx1), await io.receive(rx2));
        return got;
      },
      rx1,
      rx2,
      count,
    );
    const selecting = start(
      async (io, tx1: Sender<number>, tx2: Sender<number>, count: number) => {
        const keys: string[] = [];
        for (let i = 0; i < 2 * count; i++) {
          keys.push((await io.select({ tx1: tx1.offer(i), tx2: tx2.offer(i) })).key);
        }
        return keys;
      },
      tx1,
      tx2,
      count,
    );
    assert.deepEqual(await receiving.result, numbers(2 * count));
    assert.deepEqual(
      await selecting.result,
      numbers(count).flatMap(() => ['tx1', 'tx2']),
    );
    for (const end of [tx1, rx1, tx2, rx2]) end.close();
  });

  it('sends and receives alternately, with the same receiver and an offer that stays', async () => {
    const count = 300;
    const [tx1, rx1] = channel<number>(0);
    const [tx2, rx2] = channel<number>(0);
    const partner = start(
      async (io, tx1: Sender<number>, rx2: Receiver<number>, count: number) => {
        const got: number[] = [];
        for (let i = 0; i < count; i++) {
          await io.send(tx1, i);
          got.push(await io.receive(rx2));
        }
        return got;
      },
      tx1,
      rx2,
      count,
    );
    const selecting = start(
      async (io, rx1: Receiver<number>, tx2: Sender<number>, count: number) => {
        const got: unknown[] = [];
        for (let i = 0; i < count; i++) {
          const cases = { rx1, tx2: tx2.offer(i) };
          const first = await io.select(cases);
          const second = await io.select({ ...cases, rx1: first.key === 'rx1' && rx1 });
          got.push(first.key, first.value, second.key);
        }
        return got;
      },
      rx1,
      tx2,
      count,
    );
    assert.deepEqual(await partner.result, numbers(count));
    assert.deepEqual(
      await selecting.result,
      numbers(count).flatMap((n) => ['rx1', n, 'tx2']),
    );
    for (const end of [tx1, rx1, tx2, rx2]) end.close();
  });

  for (const leftover of [false, true]) {
    const who = leftover ? 'an odd one and a sender' : 'an even number';
    it(`${who} of those that would send or receive find each other, and nobody himself`, async () => {
      const [tx, rx] = channel<number>(0);
      keep([tx, rx]);
      const count = leftover ? 7 : 8;
      const selecting = numbers(count).map((i) =>
        start(
          (io, tx: Sender<number>, rx: Receiver<number>, i: number) =>
            io.select({ tx: tx.offer(i), rx }),
          tx,
          rx,
          i,
        ),
      );
      if (leftover) await start((io, tx: Sender<number>) => io.send(tx, -1), tx).result;
      const chosen = await Promise.all(selecting.map(({ result }) => result));
      const sent = chosen.flatMap(({ key }, i) => (key === 'tx' ? [i] : []));
      const received = chosen.flatMap(({ key, value }) => (key === 'rx' ? [value as number] : []));
      assert.deepEqual(
        received.toSorted((a, b) => a - b),
        leftover ? [-1, ...sent] : sent,
      );
      for (const [i, { value }] of chosen.entries()) assert.notEqual(value, i);
      assert.equal(rx.tryReceive('nothing'), 'nothing');
    });
  }

  for (const capacity of [0, 1, 2]) {
    it(`each message takes along the channel of the next, with room for ${capacity}`, async () => {
      const count = 100;
      const [tx, rx] = channel<unknown>(capacity);
      const sending = start(
        async (io, first: Sender<unknown>, count: number) => {
          let tx = first;
          for (let i = 0; i < count; i++) {
            const next = io.isolane.channel<unknown>(first.capacity);
            await io.select({ tx: tx.offer(io.isolane.move(next.receiver)) });
            tx.close();
            tx = next.sender;
          }
          await io.send(tx, 'the last');
          tx.close();
        },
        tx,
        count,
      );
      const receiving = start(async (io, first: Receiver<unknown>) => {
        let rx = first;
        for (let hops = 0; ; hops++) {
          const { value } = await io.select({ rx });
          rx.close();
          if (!(value instanceof io.isolane.Receiver)) return [value, hops];
          rx = value;
        }
      }, rx);
      tx.close();
      rx.close();
      assert.deepEqual(await receiving.result, ['the last', count]);
      await sending.result;
    });
  }

  // The same for a select that does not wait is in ../go/races.test.ts.
  for (const capacity of [1, unbounded]) {
    it(`one with a time-out of 0 finds what is always in one of two, with room for ${capacity}`, async () => {
      // The other puts one message in before it takes one out, so there is one at every moment, though not in the same channel.
      const count = 500;
      const [begin, begun] = channel<null>(0);
      const [end, ended] = channel<null>(0);
      const one = channel<number>(capacity);
      const two = channel<number>(capacity);
      const selecting = start(
        async (
          io,
          {
            begin,
            end,
            tx1,
            rx1,
            rx2,
          }: Record<'begin' | 'end', Sender<null>> & {
            tx1: Sender<number>;
            rx1: Receiver<number>;
            rx2: Receiver<number>;
          },
          count: number,
        ) => {
          let found = 0;
          for (let i = 0; i < count; i++) {
            await io.send(begin, null);
            await io.send(tx1, 1);
            const how = await io.outcome(() => io.select({ rx1, rx2 }, { timeout: 0 }));
            if (how === 'done') found++;
            await io.send(end, null);
            rx2.tryReceive();
            // Not found: it would stand in the way.
            rx1.tryReceive();
          }
          return found;
        },
        { begin, end, tx1: one.sender, rx1: one.receiver, rx2: two.receiver },
        count,
      );
      const moving = start(
        async (
          io,
          begun: Receiver<null>,
          ended: Receiver<null>,
          tx2: Sender<number>,
          rx1: Receiver<number>,
          count: number,
        ) => {
          for (let i = 0; i < count; i++) {
            await io.receive(begun);
            await io.send(tx2, 1);
            rx1.tryReceive();
            await io.receive(ended);
          }
        },
        begun,
        ended,
        two.sender,
        one.receiver,
        count,
      );
      assert.equal(await selecting.result, count);
      await moving.result;
      keep([one, two]);
      for (const each of [begin, begun, end, ended]) each.close();
    });
  }

  it('both sides select, and each of three kinds of channel has its share', async () => {
    const count = 600;
    const channels = [unbounded, 1, 0].map((capacity) => channel<null>(capacity));
    const sending = start(
      async (io, [tx1, tx2, tx3]: Sender<null>[], count: number) => {
        if (!tx1 || !tx2 || !tx3) throw new Error('three senders');
        for (let i = 0; i < count; i++) {
          await io.select({
            tx1: tx1.size === 0 && tx1.offer(null),
            tx2: tx2.size === 0 && tx2.offer(null),
            tx3: tx3.offer(null),
          });
        }
      },
      channels.map(({ sender }) => sender),
      count,
    );
    const receiving = start(
      async (io, [rx1, rx2, rx3]: Receiver<null>[], count: number) => {
        if (!rx1 || !rx2 || !rx3) throw new Error('three receivers');
        const hits = { rx1: 0, rx2: 0, rx3: 0 };
        for (let i = 0; i < count; i++) {
          // So that the other comes to offer what there is no room for.
          if (i % 3 === 0) await io.turn();
          hits[(await io.select({ rx1, rx2, rx3 })).key]++;
        }
        return hits;
      },
      channels.map(({ receiver }) => receiver),
      count,
    );
    const hits = await receiving.result;
    await sending.result;
    for (const share of Object.values(hits)) {
      assert.ok(share >= count / 60, JSON.stringify(hits));
    }
    keep(channels);
  });

  it('selects that give up again and again lose and double nothing', async () => {
    const count = 30;
    const [tx, rx] = channel<number>(2);
    keep([tx, rx]);
    const sending = start(
      async (io, tx: Sender<number>, count: number) => {
        for (let i = 0; i < count; i++) {
          if (i % 4 === 0) for (let n = 0; n < 5; n++) await io.turn();
          const offer = tx.offer(i);
          while ((await io.outcome(() => io.select({ offer }, { timeout: 0.3 }))) !== 'done');
        }
      },
      tx,
      count,
    );
    const receiving = start(
      async (io, rx: Receiver<number>, count: number) => {
        const got: unknown[] = [];
        while (got.length < count) {
          if (got.length % 4 === 2) for (let n = 0; n < 5; n++) await io.turn();
          await io.outcome(async () => got.push((await io.select({ rx }, { timeout: 0.3 })).value));
        }
        return got;
      },
      rx,
      count,
    );
    await sending.result;
    assert.deepEqual(await receiving.result, numbers(count));
    assert.equal(rx.size, 0);
  });
});
