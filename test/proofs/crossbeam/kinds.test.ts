/**
 * What the tests of crossbeam-channel expect of each kind of channel by itself (array, list, zero, iter, same_channel, and the parts of
 * mpsc without threads), said again for Isolane.
 *
 * Left out: `is_empty` and `is_full`, which are `size` and `capacity` here; iterators that end when the queue is empty (`try_iter`), for
 * which Isolane has `tryReceive`; and iterators that own the receiver.
 */
import assert from 'node:assert/strict';
import {
  after,
  ChannelClosedError,
  channel,
  type Receiver,
  type Sender,
  TimeoutError,
  tick,
} from 'isolane';
import { keep } from '../../support/keep.js';
import { inEachSetting } from '../../support/parties.js';
import { rejection, thrown } from '../../support/wait.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** All forms of a send, each of which is to fail. */
async function failedSends(tx: Sender<number>): Promise<Error[]> {
  return [
    thrown(() => tx.sendSync(1)),
    thrown(() => tx.trySend(2)),
    thrown(() => tx.sendSync(3, { timeout: 1000 })),
    await rejection(tx.send(4)),
    await rejection(tx.send(5, { timeout: 1000 })),
  ];
}

async function failedReceives(rx: Receiver<number>): Promise<Error[]> {
  return [
    thrown(() => rx.receiveSync()),
    thrown(() => rx.tryReceive()),
    thrown(() => rx.receiveSync({ timeout: 1000 })),
    await rejection(rx.receive()),
    await rejection(rx.receive({ timeout: 1000 })),
    thrown(() => rx.receiveManySync(2)),
  ];
}

describe('crossbeam on a channel by itself', () => {
  for (const capacity of [0, 1, 2, 100, Number.POSITIVE_INFINITY]) {
    describe(`with room for ${capacity}`, () => {
      const room = Math.min(capacity, 3);

      it('gives what was sent, in order, and then nothing', () => {
        const [tx, rx] = channel<number>(capacity);
        for (let i = 0; i < room; i++) tx.sendSync(i);
        for (let i = 0; i < room; i++) assert.equal(i % 2 ? rx.tryReceive() : rx.receiveSync(), i);
        assert.equal(rx.tryReceive('nothing'), 'nothing');
        assert.throws(() => rx.receiveSync({ timeout: 2 }), TimeoutError);
        keep(tx);
      });

      it('tells its capacity and its size on both ends', () => {
        const [tx, rx] = channel<number>(capacity);
        assert.deepEqual([tx.capacity, rx.capacity], [capacity, capacity]);
        for (let round = 0; round < 50; round++) {
          for (let i = 0; i < room; i++) {
            assert.deepEqual([tx.size, rx.size], [i, i]);
            assert.ok(tx.trySend(i));
          }
          assert.deepEqual([tx.size, rx.size], [room, room]);
          if (room === capacity) assert.equal(tx.trySend(-1), false);
          for (let i = room; i > 0; i--) {
            assert.deepEqual([tx.size, rx.size], [i, i]);
            rx.receiveSync();
          }
        }
        assert.deepEqual([tx.size, rx.size], [0, 0]);
      });

      it('gives every message back that is sent when the last receiver has gone', async () => {
        const [tx, rx] = channel<number>(capacity);
        const second = tx.clone();
        for (let i = 0; i < room; i++) tx.sendSync(i);
        rx.clone().close();
        rx.close();
        for (const each of [tx, second]) {
          const errors = await failedSends(each);
          assert.ok(errors.every((error) => error instanceof ChannelClosedError));
          assert.deepEqual(
            errors.map((error) => (error as ChannelClosedError).value),
            [1, 2, 3, 4, 5],
          );
        }
      });

      it('gives what is queued when the last sender has gone, and then the end', async () => {
        const [tx, rx] = channel<number>(capacity);
        const second = tx.clone();
        for (let i = 0; i < room; i++) second.sendSync(i);
        tx.close();
        assert.equal(rx.closed, false);
        second.close();
        for (let i = 0; i < room; i++) assert.equal(rx.receiveSync(), i);
        const errors = await failedReceives(rx);
        assert.ok(errors.every((error) => error instanceof ChannelClosedError));
      });

      it('is the same for all its handles, and another than any other', () => {
        const { sender, receiver, id } = channel(capacity);
        assert.deepEqual([sender.id, receiver.id], [id, id]);
        assert.deepEqual([sender.clone().id, receiver.clone().clone().id], [id, id]);
        for (const other of [channel(capacity), channel(7)]) {
          assert.notEqual(other.sender.id, id);
          assert.notEqual(other.receiver.id, id);
        }
      });
    });
  }

  for (const [name, make] of [
    ['after', after],
    ['tick', tick],
  ] as const) {
    it(`${name} makes another channel each time, and its clones are the same`, () => {
      const rx = make(50);
      assert.equal(rx.clone().id, rx.id);
      for (const other of [make(50), make(100)]) {
        assert.notEqual(other.id, rx.id);
        assert.equal(rx.capacity, other.capacity);
        other.close();
      }
      rx.close();
    });
  }

  it('an iterator gives what is there, and ends with the channel, again and again', () => {
    const [tx, rx] = channel<number>();
    tx.sendManySync([1, 2]);
    tx.close();
    const iterator = rx[Symbol.iterator]();
    assert.deepEqual(iterator.next(), { done: false, value: 1 });
    assert.deepEqual(iterator.next(), { done: false, value: 2 });
    assert.equal(iterator.next().done, true);
    assert.equal(iterator.next().done, true);
    assert.deepEqual([...rx], []);
  });
});

inEachSetting('crossbeam on iterators', (start) => {
  it('one adds up what comes until the channel ends', async () => {
    const [tx, rx] = channel<number>();
    const adding = start(async (io, rx: Receiver<number>) => {
      let sum = 0;
      for await (const n of io.each(rx)) sum += n;
      return sum;
    }, rx);
    for (const n of [3, 1, 2]) await tx.send(n);
    tx.close();
    assert.equal(await adding.result, 6);
    rx.close();
  });

  it('one that is left takes no more than it gave', async () => {
    const [tx, rx] = channel<number>();
    const adding = start(async (io, rx: Receiver<number>) => {
      let sum = 0;
      for await (const n of io.each(rx)) {
        sum += n;
        if (sum >= 4) break;
      }
      return sum;
    }, rx);
    await tx.sendMany([2, 2, 2, 2]);
    assert.equal(await adding.result, 4);
    assert.deepEqual(await rx.receiveMany(10), [2, 2]);
    tx.close();
  });

  it('several on one channel share what comes, and all end', async () => {
    const [tx, rx] = channel<number>(4);
    const taking = numbers(3).map(() =>
      start(async (io, rx: Receiver<number>) => {
        const got: number[] = [];
        for await (const n of io.each(rx)) got.push(n);
        return got;
      }, rx),
    );
    rx.close();
    await tx.sendMany(numbers(300));
    tx.close();
    const shares = await Promise.all(taking.map(({ result }) => result));
    assert.deepEqual(
      shares.flat().sort((a, b) => a - b),
      numbers(300),
    );
  });
});
