import assert from 'node:assert/strict';
import { ChannelClosedError, channel, TimeoutError } from 'isolane';
import { keep } from '../support/keep.js';
import { rejection, thrown } from '../support/wait.js';

describe('sendMany', () => {
  it('sends all, in order, and tells how many', async () => {
    const [tx, rx] = channel<number>();
    assert.equal(tx.sendManySync([1, 2, 3]), 3);
    assert.equal(await tx.sendMany(new Set([4, 5])), 2);
    tx.close();
    assert.deepEqual([...rx], [1, 2, 3, 4, 5]);
  });

  it('takes any iterable, lazily', async () => {
    const [tx, rx] = channel<number>(2);
    let asked = 0;
    function* numbers() {
      for (let i = 0; i < 10; i++) {
        asked++;
        yield i;
      }
    }
    const sending = tx.sendMany(numbers());
    assert.ok(asked <= 4, `${asked} were asked for though there is room for 2`);
    const seen: number[] = [];
    while (seen.length < 10) seen.push(await rx.receive());
    assert.equal(await sending, 10);
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('takes typed arrays', () => {
    const [tx, rx] = channel<number>();
    assert.equal(tx.sendManySync(new Float64Array([0.5, -0, 1e300])), 3);
    tx.close();
    assert.deepEqual([...rx], [0.5, -0, 1e300]);
  });

  it('waits for room', async () => {
    const [tx, rx] = channel<number>(1);
    const sending = tx.sendMany([1, 2, 3]);
    assert.deepEqual([await rx.receive(), await rx.receive(), await rx.receive()], [1, 2, 3]);
    assert.equal(await sending, 3);
  });

  it('tells how many went when the time is up', async () => {
    const [tx, rx] = channel<number>(2);
    assert.equal(await tx.sendMany([1, 2, 3, 4], { timeout: 5 }), 2);
    assert.ok((await rejection(tx.sendMany([5], { timeout: 1 }))) instanceof TimeoutError);
    assert.throws(() => tx.sendManySync([5], { timeout: 1 }), TimeoutError);
    assert.deepEqual([rx.tryReceive(), rx.tryReceive(), rx.tryReceive()], [1, 2, undefined]);
    assert.equal(tx.sendManySync([6, 7, 8], { timeout: 5 }), 2);
  });

  it('tells how many went when it is aborted', async () => {
    const [tx] = keep(channel<number>(2));
    const controller = new AbortController();
    const sending = tx.sendMany([1, 2, 3, 4], { signal: controller.signal });
    controller.abort();
    assert.equal(await sending, 2);
  });

  it('of nothing sends nothing', async () => {
    const [tx, rx] = channel<number>(0);
    assert.equal(tx.sendManySync([]), 0);
    assert.equal(await tx.sendMany([]), 0);
    assert.equal(rx.size, 0);
  });

  it('into a closed channel throws, with the message that did not go', async () => {
    const pair = channel<number>();
    pair.close();
    const error = thrown(() => pair.sender.sendManySync([7, 8])) as ChannelClosedError;
    assert.ok(error instanceof ChannelClosedError);
    assert.equal(error.value, 7);
    assert.equal(((await rejection(pair.sender.sendMany([7]))) as ChannelClosedError).value, 7);
  });

  it('stops at a message that cannot travel; those before it have gone', () => {
    const [tx, rx] = channel<unknown>();
    assert.throws(() => tx.sendManySync([1, () => {}, 3]), { name: 'NotShareableError' });
    tx.close();
    assert.deepEqual([...rx], [1]);
  });
});

describe('receiveMany', () => {
  it('takes what there is, and no more than asked for', async () => {
    const [tx, rx] = channel<number>();
    tx.sendManySync([1, 2, 3, 4, 5]);
    assert.deepEqual(await rx.receiveMany(2), [1, 2]);
    assert.deepEqual(rx.receiveManySync(2), [3, 4]);
    assert.deepEqual(rx.receiveManySync(100), [5]);
  });

  it('waits for one, not for all', async () => {
    const [tx, rx] = channel<number>();
    const receiving = rx.receiveMany(10);
    tx.trySend(1);
    assert.deepEqual(await receiving, [1]);
  });

  it('has a time-out', async () => {
    const { receiver } = keep(channel<number>());
    assert.throws(() => receiver.receiveManySync(5, { timeout: 1 }), TimeoutError);
    assert.ok((await rejection(receiver.receiveMany(5, { timeout: 1 }))) instanceof TimeoutError);
  });

  it('ends with the channel', async () => {
    const [tx, rx] = channel<number>();
    tx.trySend(1);
    tx.close();
    assert.deepEqual(await rx.receiveMany(5), [1]);
    assert.ok((await rejection(rx.receiveMany(5))) instanceof ChannelClosedError);
    assert.throws(() => rx.receiveManySync(5), ChannelClosedError);
  });

  for (const wrong of [0, -1, 1.5, Number.NaN, '3', undefined]) {
    it(`of ${wrong} messages is an error, and takes none`, async () => {
      const [tx, rx] = channel<number>();
      tx.trySend(1);
      assert.throws(() => rx.receiveManySync(wrong as number), /must be a positive integer/);
      assert.match(
        (await rejection(rx.receiveMany(wrong as number))).message,
        /must be a positive integer/,
      );
      assert.equal(rx.size, 1);
    });
  }
});
