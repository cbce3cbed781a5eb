/**
 * What Go's tests of its runtime expect of channels under contention (runtime/chan_test.go; test/chan/doubleselect, select2 and
 * select6), said again for Isolane.
 *
 * Left out: what is about goroutines' stacks, which grow and shrink in Go, and the bytes that a select costs.
 */
import assert from 'node:assert/strict';
import { channel, type Receiver, type Sender } from 'isolane';
import { keep } from '../../support/keep.js';
import { inEachSetting } from '../../support/parties.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

inEachSetting('Go on races', (start) => {
  it('a try finds what was there before the channel was closed', async () => {
    const [jobs, inbox] = channel<{ rx: Receiver<number>; tx: Sender<number> }>(0);
    const trying = start(
      async (io, inbox: Receiver<{ rx: Receiver<number>; tx: Sender<number> }>) => {
        let found = 0;
        for await (const { rx, tx } of io.each(inbox)) {
          if (rx.tryReceive() === 1) found++;
          await io.send(tx, 0);
          rx.close();
          tx.close();
        }
        return found;
      },
      inbox,
    );
    inbox.close();
    for (let i = 0; i < 300; i++) {
      const it = channel<number>(1);
      const back = channel<number>(1);
      it.sender.trySend(1);
      await jobs.send({ rx: it.receiver, tx: back.sender });
      it.close();
      await back.receiver.receive();
      back.close();
    }
    jobs.close();
    assert.equal(await trying.result, 300);
  });

  for (const close of [false, true]) {
    const how = close ? 'closed' : 'filled';
    it(`a select that cannot wait sees one moment, while the second channel is ${how} and then the first emptied`, async () => {
      const count = 300;
      const pairs = numbers(count).map(() => [channel<number>(1), channel<number>(1)] as const);
      for (const [first] of pairs) first.sender.trySend(1);
      const [turn, turns] = channel<null>(0);
      const selecting = start(
        async (io, pairs: Receiver<number>[][], turns: Receiver<null>) => {
          let found = 0;
          for (const [a, b] of pairs) {
            await io.receive(turns);
            const how = await io.outcome(() => io.select({ a, b }, { timeout: 0 }));
            if (how === 'done') found++;
          }
          return found;
        },
        pairs.map((pair) => pair.map(({ receiver }) => receiver)),
        turns,
      );
      const changing = start(
        async (
          io,
          pairs: { rx: Receiver<number>; tx: Sender<number> }[],
          turn: Sender<null>,
          close: boolean,
        ) => {
          for (const { rx, tx } of pairs) {
            await io.send(turn, null);
            if (close) tx.close();
            else tx.trySend(1);
            rx.tryReceive();
          }
        },
        pairs.map(([first, second]) => ({ rx: first.receiver, tx: second.sender })),
        turn,
        close,
      );
      for (const [first, second] of pairs) {
        second.sender.close();
        keep(first);
      }
      assert.equal(await selecting.result, count);
      await changing.result;
      keep([pairs, turn, turns]);
    });
  }

  it('a trySelect sees one moment, while a message goes from one channel to the other', async () => {
    const count = 10_000;
    const [tx1, rx1] = channel<number>(1);
    const [tx2, rx2] = channel<number>(2);
    const [begin, begun] = channel<null>(0);
    const [end, ended] = channel<null>(0);
    const trying = start(
      async (
        io,
        { tx1, begin, end }: { tx1: Sender<number>; begin: Sender<null>; end: Sender<null> },
        { rx1, rx2 }: { rx1: Receiver<number>; rx2: Receiver<number> },
        count: number,
      ) => {
        let missed = 0;
        for (let i = 0; i < count; i++) {
          tx1.trySend(1);
          await io.send(begin, null);
          if (io.isolane.trySelect({ rx1, rx2 }) === undefined) missed++;
          await io.send(end, null);
          rx1.tryReceive();
          rx2.tryReceive();
        }
        return missed;
      },
      { tx1, begin, end },
      { rx1, rx2 },
      count,
    );
    const moving = start(
      async (
        io,
        {
          rx1,
          begun,
          ended,
        }: { rx1: Receiver<number>; begun: Receiver<null>; ended: Receiver<null> },
        tx2: Sender<number>,
        count: number,
      ) => {
        for (let i = 0; i < count; i++) {
          await io.receive(begun);
          tx2.trySend(2);
          rx1.tryReceive();
          await io.receive(ended);
        }
      },
      { rx1, begun, ended },
      tx2,
      count,
    );
    assert.equal(await trying.result, 0);
    await moving.result;
    keep([tx1, rx1, tx2, rx2, begin, begun, end, ended]);
  });

  for (const capacity of [0, 10]) {
    it(`two that select between both directions of one channel, with room for ${capacity}`, async () => {
      const [tx, rx] = channel<number>(capacity);
      keep([tx, rx]);
      const parties = [0, 1].map((me) =>
        start(
          async (io, tx: Sender<number>, rx: Receiver<number>, me: number) => {
            let own = 0;
            for (let i = 0; i < 300; i++) {
              const [out, back] = [tx.offer(me), rx];
              const cases = me === 0 || i % 2 === 0 ? { out, back } : { back, out };
              if ((await io.select(cases)).value === me) own++;
            }
            return own;
          },
          tx,
          rx,
          me,
        ),
      );
      const own = await Promise.all(parties.map(({ result }) => result));
      if (capacity === 0) assert.deepEqual(own, [0, 0]);
    });
  }

  it('senders, receivers and selects in a throng on four channels', async () => {
    const count = 150;
    const channels = [0, 0, 2, 3].map((capacity) => channel<number>(capacity));
    keep(channels);
    const txs = channels.map(({ sender }) => sender);
    const rxs = channels.map(({ receiver }) => receiver);
    const single = [0, 2].flatMap((k) => [
      start(
        async (io, txs: Sender<number>[], count: number) => {
          for (let i = 0; i < count; i++) for (const tx of txs) await io.send(tx, i);
          return 0;
        },
        [txs[k], txs[k + 1]] as Sender<number>[],
        count,
      ),
      start(
        async (io, rxs: Receiver<number>[], count: number) => {
          let sum = 0;
          for (let i = 0; i < count; i++) for (const rx of rxs) sum += await io.receive(rx);
          return sum;
        },
        [rxs[k], rxs[k + 1]] as Receiver<number>[],
        count,
      ),
    ]);
    const sending = start(
      async (io, txs: Sender<number>[], count: number) => {
        const left = txs.map(() => count);
        while (left.some((n) => n > 0)) {
          const cases = txs.map((tx, k) => [k, (left[k] ?? 0) > 0 && tx.offer(left[k] ?? 0)]);
          const { key } = await io.select(Object.fromEntries(cases));
          left[Number(key)] = (left[Number(key)] ?? 0) - 1;
        }
        return 0;
      },
      txs,
      count,
    );
    const receiving = start(
      async (io, rxs: Receiver<number>[], count: number) => {
        const left = rxs.map(() => count);
        let sum = 0;
        while (left.some((n) => n > 0)) {
          const cases = rxs.map((rx, k) => [k, (left[k] ?? 0) > 0 && rx]);
          const { key, value } = await io.select(Object.fromEntries(cases));
          left[Number(key)] = (left[Number(key)] ?? 0) - 1;
          sum += value as number;
        }
        return sum;
      },
      rxs,
      count,
    );
    const all = await Promise.all([...single, sending, receiving].map(({ result }) => result));
    const plain = 4 * ((count * (count - 1)) / 2);
    const selected = 4 * ((count * (count + 1)) / 2);
    assert.equal(
      all.reduce((a, b) => a + b),
      plain + selected,
    );
    for (const { size } of channels) assert.equal(size, 0);
  });

  it('a select between two full channels takes as often from either', async () => {
    const trials = 1500;
    const [one, two] = [channel<number>(trials + 1), channel<number>(trials + 1)];
    one.sender.sendManySync(numbers(trials + 1).map(() => 1));
    two.sender.sendManySync(numbers(trials + 1).map(() => 2));
    const empty = keep([channel<number>(0), channel<number>(0)]);
    const [out, inbox] = channel<number>(0);
    const [done, isDone] = channel<null>(0);
    const selecting = start(
      async (io, rxs: Receiver<number>[], out: Sender<number>, isDone: Receiver<null>) => {
        for (;;) {
          const { value } = await io.select(Object.fromEntries(rxs.entries()));
          const { key } = await io.select({ out: out.offer(value as number), isDone });
          if (key === 'isDone') return;
        }
      },
      [...empty, one, two].map(({ receiver }) => receiver),
      out,
      isDone,
    );
    const counting = start(
      async (io, inbox: Receiver<number>, trials: number) => {
        const counts = [0, 0, 0];
        for (let i = 0; i < trials; i++) {
          const n = await io.receive(inbox);
          counts[n] = (counts[n] ?? 0) + 1;
        }
        return counts;
      },
      inbox,
      trials,
    );
    const [, ones = 0, twos = 0] = await counting.result;
    done.close();
    await selecting.result;
    assert.equal(ones + twos, trials);
    // Ten standard deviations.
    assert.ok(Math.abs(ones - trials / 2) < 5 * Math.sqrt(trials), `${ones} and ${twos}`);
    keep([one, two, out, inbox]);
  });

  it('of two offers that wait for one receiver both have their share', async () => {
    const [tx, rx] = channel<number>(0);
    let ones = 0;
    for (let i = 0; i < 100; i++) {
      const sending = start(
        (io, tx: Sender<number>) => io.select({ one: tx.offer(1), zero: tx.offer(0) }),
        tx,
      );
      await sending.waits();
      ones += await rx.receive();
      await sending.result;
    }
    assert.ok(ones > 10 && ones < 90, String(ones));
  });

  for (const capacity of [1, 100]) {
    it(`of two offers to one channel both have their share, with room for ${capacity}`, async () => {
      const count = 100;
      const [tx, rx] = channel<number>(capacity);
      keep([tx, rx]);
      const receiving = start(
        async (io, rx: Receiver<number>, count: number) => {
          let ones = 0;
          for (let i = 0; i < count; i++) ones += await io.receive(rx);
          return ones;
        },
        rx,
        count,
      );
      const sending = start(
        async (io, tx: Sender<number>, count: number) => {
          for (let i = 0; i < count; i++) await io.select({ one: tx.offer(1), zero: tx.offer(0) });
        },
        tx,
        count,
      );
      await sending.result;
      const ones = await receiving.result;
      assert.ok(ones > 10 && ones < 90, String(ones));
    });
  }

  it('many workers between two channels lose nothing', async () => {
    const count = 2000;
    const weights = [2, 3, 7, 11, 13, 17, 19, 23, 27, 31];
    const [work, jobs] = channel<number>(15);
    const [done, results] = channel<number>(15);
    const workers = numbers(5).map((me) =>
      start(
        async (io, jobs: Receiver<number>, done: Sender<number>, slow: number) => {
          for await (const n of io.each(jobs)) {
            if (n === slow) await io.turn();
            await io.send(done, n);
          }
        },
        jobs,
        done,
        weights[me] ?? 0,
      ),
    );
    const feeding = start(
      async (io, work: Sender<number>, weights: number[], count: number) => {
        let sum = 0;
        for (let i = 0; i < count; i++) {
          const n = weights[i % weights.length] ?? 0;
          sum += n;
          await io.send(work, n);
        }
        return sum;
      },
      work,
      weights,
      count,
    );
    const adding = start(async (io, results: Receiver<number>) => {
      let [seen, sum] = [0, 0];
      for await (const n of io.each(results)) {
        seen++;
        sum += n;
      }
      return [seen, sum];
    }, results);
    for (const end of [work, jobs, done, results]) end.close();
    const expected = await feeding.result;
    for (const { result } of workers) await result;
    assert.deepEqual(await adding.result, [count, expected]);
  });

  it('a select that offers one value in four places has it arrive in one', async () => {
    const count = 300;
    const ways = numbers(4).map(() => channel<number>(0));
    const [out, merged] = channel<number>(0);
    const sending = start(
      async (io, txs: Sender<number>[], count: number) => {
        for (let i = 0; i < count; i++)
          await io.select(Object.fromEntries(txs.map((tx, k) => [k, tx.offer(i)])));
      },
      ways.map(({ sender }) => sender),
      count,
    );
    const merging = ways.map(({ receiver }) =>
      start(
        async (io, rx: Receiver<number>, out: Sender<number>) => {
          for await (const n of io.each(rx)) await io.send(out, n);
        },
        receiver,
        out,
      ),
    );
    const collecting = start(async (io, merged: Receiver<number>) => {
      const got: number[] = [];
      for await (const n of io.each(merged)) got.push(n);
      return got;
    }, merged);
    for (const { sender, receiver } of ways) {
      sender.close();
      receiver.close();
    }
    out.close();
    merged.close();
    const got = await collecting.result;
    assert.deepEqual(
      got.toSorted((a, b) => a - b),
      numbers(count),
    );
    await Promise.all([sending, ...merging].map(({ result }) => result));
  });

  it('a select that waits twice on one channel leaves those who wait there in order', async () => {
    const [c, d, e] = [channel<number>(0), channel<number>(0), channel<number>(0)];
    keep([c, d, e]);
    const first = start(
      async (io, c: Receiver<number>, d: Receiver<number>, e: Sender<number>) => {
        const { key } = await io.select({ c1: c, c2: c, d });
        await io.send(e, 9);
        return key;
      },
      c.receiver,
      d.receiver,
      e.sender,
    );
    await first.waits();
    const second = start((io, c: Receiver<number>) => io.receive(c), c.receiver);
    await second.waits();
    await d.sender.send(7);
    assert.equal(await e.receiver.receive(), 9);
    await c.sender.send(8);
    assert.deepEqual([await first.result, await second.result], ['d', 8]);
  });

  it('one that selected elsewhere leaves the queue of those who wait as it was', async () => {
    const [c1, c2, c3] = [channel<number>(0), channel<number>(0), channel<null>(0)];
    keep([c1, c2, c3]);
    const first = start((io, c1: Receiver<number>) => io.receive(c1), c1.receiver);
    await first.waits();
    const second = start(
      async (io, c1: Receiver<number>, c2: Receiver<number>, c3: Sender<null>) => {
        const { key } = await io.select({ c1, c2 });
        await io.send(c3, null);
        return [key, await io.receive(c1)];
      },
      c1.receiver,
      c2.receiver,
      c3.sender,
    );
    await second.waits();
    await c2.sender.send(1);
    await c3.receiver.receive();
    await c1.sender.send(2);
    await c1.sender.send(3);
    const [one, [key, other]] = [await first.result, await second.result];
    assert.equal(key, 'c2');
    assert.deepEqual([one, other].sort(), [2, 3]);
  });

  it('thousands of selects beside a channel where nothing happens leave nothing there', async () => {
    const [c, idle] = [channel<number>(0), channel<number>(1)];
    keep([c, idle]);
    const count = 1000;
    const sending = start(
      async (io, tx: Sender<number>, count: number) => {
        for (let i = 0; i < count; i++) await io.send(tx, i);
      },
      c.sender,
      count,
    );
    const selecting = start(
      async (io, rx: Receiver<number>, idle: Receiver<number>, count: number) => {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += (await io.select({ rx, idle })).value ?? 0;
        return sum;
      },
      c.receiver,
      idle.receiver,
      count,
    );
    await sending.result;
    assert.equal(await selecting.result, (count * (count - 1)) / 2);
    assert.equal(idle.sender.trySend(1), true);
    assert.equal(idle.receiver.tryReceive(), 1);
  });
});
