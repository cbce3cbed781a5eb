import assert from 'node:assert/strict';
import { ChannelClosedError, channel, move, TimeoutError, type Undelivered } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { aMoment, rejection, until } from '../support/wait.js';

describe('an unbounded channel', () => {
  it('never makes a sender wait', async () => {
    const [tx, rx] = channel<number>(Number.POSITIVE_INFINITY);
    assert.equal(tx.capacity, Number.POSITIVE_INFINITY);
    for (let i = 0; i < 10_000; i++) assert.equal(tx.trySend(i), true);
    await tx.send(10_000);
    tx.sendSync(10_001);
    assert.equal(rx.size, 10_002);
    tx.close();
    let next = 0;
    for (const n of rx) assert.equal(n, next++);
    assert.equal(next, 10_002);
  });

  it('gives its memory back', () => {
    const [tx, rx] = channel<number>(Number.POSITIVE_INFINITY);
    const fill = () => {
      for (let i = 0; i < 300_000; i++) tx.trySend(i);
      while (rx.tryReceive() !== undefined);
    };
    fill();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 5; i++) fill();
    const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
    assert.ok(grown < 30, `${grown} MiB`);
  });
});

describe('a channel that drops', () => {
  it('the newest keeps what it has, and the oldest what came last', async () => {
    for (const [overflow, left] of [
      ['drop-newest', [1, 2]],
      ['drop-oldest', [4, 5]],
    ] as const) {
      const [tx, rx] = channel<number>({ capacity: 2, overflow });
      assert.equal(tx.trySend(1), true);
      await tx.send(2);
      tx.sendSync(3);
      assert.equal(await tx.sendMany([4, 5]), 2);
      tx.close();
      assert.deepEqual([...rx], left);
    }
  });

  it('wants room for at least one', () => {
    assert.throws(() => channel({ capacity: 0, overflow: 'drop-oldest' }), RangeError);
    assert.throws(() => channel({ capacity: 0, maxBytes: 10 }), RangeError);
    assert.throws(() => channel({ overflow: 'lose' as never }), /drop-newest/);
    assert.throws(() => channel({ overflow: 'toString' as never }), TypeError);
  });
});

describe('a channel with a bound on bytes', () => {
  it('is full when what is queued has so many', async () => {
    const [tx, rx] = channel<Uint8Array>({ maxBytes: 1000 });
    assert.equal(tx.trySend(new Uint8Array(500)), true);
    assert.equal(tx.trySend(new Uint8Array(501)), false);
    assert.equal(tx.trySend(move(new Uint8Array(500))), true);
    assert.equal(tx.trySend(new Uint8Array(1)), false);
    const sending = tx.send(new Uint8Array(300));
    await aMoment();
    assert.equal(rx.size, 2);
    assert.equal(rx.tryReceive()?.length, 500);
    await sending;
    assert.equal(rx.size, 2);
  });

  it('takes one message of any size', () => {
    const [tx, rx] = channel<string>({ maxBytes: 10 });
    assert.equal(tx.trySend('x'.repeat(1000)), true);
    assert.equal(tx.trySend('y'), false);
    assert.equal(rx.tryReceive()?.length, 1000);
    assert.equal(tx.trySend('y'), true);
  });

  it('counts 8 for a number, and can be unbounded otherwise', async () => {
    const [tx, rx] = channel<number>({ capacity: Number.POSITIVE_INFINITY, maxBytes: 80 });
    let sent = 0;
    while (tx.trySend(sent)) sent++;
    assert.equal(sent, 10);
    assert.ok((await rejection(tx.send(0, { timeout: 2 }))) instanceof TimeoutError);
    assert.equal(rx.size, 10);
  });

  it('drops by bytes, too', () => {
    const [tx, rx] = channel<string>({ maxBytes: 10, overflow: 'drop-oldest' });
    for (const text of ['aaaa', 'bbbb', 'cccc']) tx.trySend(text);
    tx.close();
    assert.deepEqual([...rx], ['bbbb', 'cccc']);
  });

  it('refuses what is no number of bytes', () => {
    for (const wrong of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => channel({ maxBytes: wrong }), RangeError);
    }
    assert.throws(() => channel({ maxBytes: '1' as never }), TypeError);
  });
});

describe('onUndelivered', () => {
  const create = interpreters();

  function recorder<T>() {
    const lost: [T, Undelivered['reason']][] = [];
    return {
      lost,
      onUndelivered: (value: T, { reason }: Undelivered) => void lost.push([value, reason]),
    };
  }

  it('is told of what an overflow drops', async () => {
    const { lost, onUndelivered } = recorder<{ n: number }>();
    const [tx, rx] = keep(channel({ capacity: 1, overflow: 'drop-newest', onUndelivered }));
    for (const n of [1, 2, 3]) tx.trySend({ n });
    await until(() => lost.length === 2, 'both are reported');
    assert.deepEqual(lost, [
      [{ n: 2 }, 'overflow'],
      [{ n: 3 }, 'overflow'],
    ]);
    assert.deepEqual(rx.tryReceive(), { n: 1 });
  });

  it('is told of what is left when the last receiver goes, and when it is poisoned', async () => {
    const closed = recorder<number>();
    const first = channel<number>({ capacity: 4, onUndelivered: closed.onUndelivered });
    first.sender.sendManySync([1, 2]);
    first.receiver.close();
    assert.throws(() => first.sender.trySend(3), ChannelClosedError);
    await until(() => closed.lost.length === 2, 'both are reported');
    assert.deepEqual(closed.lost, [
      [1, 'closed'],
      [2, 'closed'],
    ]);

    const poisoned = recorder<number>();
    const second = channel<number>({ capacity: 4, onUndelivered: poisoned.onUndelivered });
    second.sender.sendManySync([1, 2]);
    second.poison();
    await until(() => poisoned.lost.length === 2, 'both are reported');
    assert.deepEqual(poisoned.lost, [
      [1, 'poisoned'],
      [2, 'poisoned'],
    ]);
  });

  it('is told in the interpreter that made the channel of what another one loses', async () => {
    const { lost, onUndelivered } = recorder<string>();
    const [tx, rx] = channel<string>({ capacity: 4, onUndelivered });
    const guest = await create();
    await guest.call(
      (rx, tx) => {
        Object.assign(globalThis, { rx, tx });
        tx.sendSync('in flight');
      },
      move(rx),
      tx,
    );
    await guest.terminate();
    await until(() => lost.length === 1, 'it is reported');
    assert.deepEqual(lost, [['in flight', 'closed']]);
    tx.close();
  });

  it('is not told of what is received', async () => {
    const { lost, onUndelivered } = recorder<number>();
    const [tx, rx] = channel<number>({ capacity: 4, onUndelivered });
    tx.sendManySync([1, 2, 3]);
    tx.close();
    assert.deepEqual([...rx], [1, 2, 3]);
    rx.close();
    await aMoment();
    assert.deepEqual(lost, []);
  });

  it('must be a function', () => {
    assert.throws(() => channel({ onUndelivered: 1 as never }), TypeError);
  });
});
