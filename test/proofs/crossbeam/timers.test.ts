/**
 * What the tests of crossbeam-channel expect of times as channels (after, tick, never), said again for Isolane.
 *
 * Left out: assertions about how late a message may be, which depend on the machine, and `ready()`.
 */
import assert from 'node:assert/strict';
import {
  after,
  channel,
  never,
  type Receiver,
  type Sender,
  selectSync,
  tick,
  trySelect,
} from 'isolane';
import { keep } from '../../support/keep.js';
import { inEachSetting } from '../../support/parties.js';
import { until } from '../../support/wait.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
/** Never, for a test. */
const LONG = 3_600_000;
/** What clocks may differ by; a message is never early by more. */
const FINE = 0.5;

const now = () => performance.timeOrigin + performance.now();

describe('crossbeam on times by themselves', () => {
  it('after gives its one moment, not early, and nothing else in a select', () => {
    const start = now();
    const rx = after(20);
    assert.equal(rx.tryReceive('early'), 'early');
    const fired = rx.receiveSync();
    assert.ok(now() - start >= 20 - FINE);
    assert.ok(fired - start >= 20 - FINE, `${fired - start}`);
    assert.equal(rx.tryReceive('nothing'), 'nothing');
    assert.equal(trySelect({ rx }), undefined);
    assert.equal(selectSync({ rx, other: after(1) }).key, 'other');
  });

  it('tick gives a moment for each receive, none of them early or twice', () => {
    const start = now();
    const rx = tick(5);
    const fired = [rx.receiveSync(), selectSync({ rx, late: after(LONG) }).value, rx.receiveSync()];
    rx.close();
    for (const [i, moment] of fired.entries()) {
      assert.ok(
        (moment ?? 0) - start >= (i + 1) * 5 - FINE,
        `${fired.map((f) => (f ?? 0) - start)}`,
      );
    }
    assert.equal(new Set(fired).size, 3);
  });

  it('both have room for one, and count it from its moment on until it is taken', async () => {
    for (const make of [after, tick]) {
      const rx = make(20);
      assert.deepEqual([rx.size, rx.capacity], [0, 1]);
      await until(() => rx.size === 1, 'it is there');
      assert.equal(rx.capacity, 1);
      rx.receiveSync();
      rx.close();
    }
  });

  it('whoever waits for a tick gets the next one if another was faster', async () => {
    for (let round = 0; round < 50; round++) {
      const ticks = tick(2);
      const other = ticks.clone();
      const waiting = other.receive({ timeout: 2000 });
      while (ticks.tryReceive() === undefined);
      assert.equal(typeof (await waiting), 'number');
      ticks.close();
      other.close();
    }
  });

  it('the shorter of two comes first, in either order', () => {
    for (const make of [after, tick]) {
      assert.equal(selectSync({ short: make(1), long: make(LONG) }).key, 'short');
      assert.equal(selectSync({ long: make(LONG), short: make(1) }).key, 'short');
    }
  });

  it('what is due at once is there for a try, and what is far is not', () => {
    for (let i = 0; i < 10; i++) {
      assert.equal(trySelect({ rx: after(0) })?.key, 'rx');
      assert.equal(trySelect({ rx: after(LONG) }), undefined);
      assert.equal(trySelect({ rx: tick(LONG) }), undefined);
    }
  });

  it('never is never chosen, beside what is ready, what comes, and what ends', () => {
    const [tx, rx] = channel<number>(1);
    const none = never();
    tx.trySend(1);
    assert.equal(selectSync({ none, rx }).key, 'rx');
    assert.equal(selectSync({ none, soon: after(2) }).key, 'soon');
    tx.close();
    assert.deepEqual(selectSync({ none, rx }), { key: 'rx', closed: true });
    assert.equal(trySelect({ none, again: none.clone() }), undefined);
    assert.equal(none.size, 0);
  });

  it('a select is fair to times that are due together, and to one that stands there five times', () => {
    const count = 500;
    for (const ms of [0, 0.01]) {
      const two = [0, 0];
      const five = [0, 0, 0, 0, 0];
      const hit = (hits: number[], key: string) => {
        const i = 'abcde'.indexOf(key);
        hits[i] = (hits[i] ?? 0) + 1;
      };
      for (let i = 0; i < count; i++) {
        hit(two, selectSync({ a: after(ms), b: after(ms) }).key);
        const rx = after(ms);
        hit(five, selectSync({ a: rx, b: rx, c: rx, d: rx, e: rx }).key);
      }
      // With a time in the future the earlier one may win by more than its share: only the same moment is a draw.
      if (ms === 0)
        assert.ok(
          two.every((n) => n > count / 4),
          String(two),
        );
      assert.ok(
        five.every((n) => n > count / 10),
        String(five),
      );
    }
  });
});

inEachSetting('crossbeam on times that are shared', (start) => {
  it('two that select between two times have one each', async () => {
    const times = [after(10), after(10)];
    const ids = keep(times).map(({ id }) => id);
    const selecting = [1, 2].map(() =>
      start(async (io, [a, b]: Receiver<number>[]) => {
        const { key } = await io.select({ a, b });
        return (key === 'a' ? a : b)?.id;
      }, times),
    );
    const got = await Promise.all(selecting.map(({ result }) => result));
    assert.deepEqual(got.sort(), ids.sort());
  });

  it('hundreds of times are taken once each by those who select among all of them', async () => {
    const count = 200;
    const times = numbers(count).map((i) => after(i / 20));
    const [stop, stopped] = channel<null>(0);
    const [tx, taken] = channel<string>(count);
    const selecting = numbers(3).map(() =>
      start(
        async (io, times: Receiver<number>[], stopped: Receiver<null>, tx: Sender<string>) => {
          const cases = Object.fromEntries(times.entries());
          for (;;) {
            const { key } = await io.select({ ...cases, stopped });
            if (key === 'stopped') return;
            await io.send(tx, key);
          }
        },
        times,
        stopped,
        tx,
      ),
    );
    const keys: string[] = [];
    while (keys.length < count) keys.push(await taken.receive());
    // Were one taken twice, it would be queued by the time all have stopped.
    stop.close();
    for (const { result } of selecting) await result;
    assert.equal(taken.tryReceive('no other'), 'no other');
    assert.equal(new Set(keys).size, count);
    keep([times, stopped, tx]);
  });

  it('the moments of a tick are taken once each', async () => {
    const ticks = tick(1);
    const taking = numbers(3).map(() =>
      start(async (io, ticks: Receiver<number>) => {
        const got: number[] = [];
        while (got.length < 8) got.push(await io.receive(ticks));
        return got;
      }, ticks),
    );
    const shares = await Promise.all(taking.map(({ result }) => result));
    ticks.close();
    assert.equal(new Set(shares.flat()).size, 24);
    for (const share of shares) {
      assert.deepEqual(
        share,
        share.toSorted((a, b) => a - b),
      );
    }
  });

  it('one is cloned and closed by many without a loss', async () => {
    const rx = after(5);
    const parties = numbers(4).map(() =>
      start(async (io, rx: Receiver<number>) => {
        let got = 0;
        for (let i = 0; i < 50; i++) {
          const clone = rx.clone();
          if (typeof clone.tryReceive() === 'number') got++;
          clone.close();
          await io.turn();
        }
        return got;
      }, rx),
    );
    const got = await Promise.all(parties.map(({ result }) => result));
    const left = rx.tryReceive() === undefined ? 0 : 1;
    const sum = got.reduce((a, b) => a + b) + left;
    // On a fast machine it may not be due yet when all are done.
    if (sum === 0) assert.equal(typeof (await rx.receive()), 'number');
    else assert.equal(sum, 1);
  });
});
