import assert from 'node:assert/strict';
import { ChannelClosedError, channel } from 'isolane';
import { interpreters } from '../support/interpreters.js';

declare const isolane: typeof import('isolane');

describe('iterating over a receiver', () => {
  const create = interpreters();

  it('ends when the channel is closed and drained', async () => {
    const [tx, rx] = channel<number>();
    tx.sendManySync([1, 2, 3]);
    tx.close();
    assert.deepEqual([...rx], [1, 2, 3]);
    assert.deepEqual([...rx], []);
  });

  it('asynchronously ends there, too', async () => {
    const [tx, rx] = channel<number>(1);
    const sending = tx.sendMany([1, 2, 3]).then(() => tx.close());
    const seen: number[] = [];
    for await (const message of rx) seen.push(message);
    assert.deepEqual(seen, [1, 2, 3]);
    await sending;
  });

  it('can be left and taken up again', async () => {
    const [tx, rx] = channel<number>();
    tx.sendManySync([1, 2, 3, 4, 5]);
    tx.close();
    for (const message of rx) if (message === 2) break;
    assert.equal(rx.receiveSync(), 3);
    for await (const message of rx) if (message === 4) break;
    assert.deepEqual([...rx], [5]);
  });

  it('yields undefined and null like any other message', async () => {
    const [tx, rx] = channel<unknown>();
    tx.sendManySync([undefined, null, 0, false, '']);
    tx.close();
    assert.deepEqual([...rx], [undefined, null, 0, false, '']);
  });

  it('throws when the channel is poisoned', async () => {
    const [tx, rx] = channel<number>();
    tx.poison('spoilt');
    assert.throws(() => [...rx], { name: 'ChannelPoisonedError', reason: 'spoilt' });
    await assert.rejects(
      async () => {
        for await (const message of rx) assert.fail(`received ${message}`);
      },
      { name: 'ChannelPoisonedError', reason: 'spoilt' },
    );
  });

  it('throws when the handle itself was closed here', async () => {
    const { receiver } = channel<number>();
    receiver.close();
    assert.throws(() => [...receiver], ChannelClosedError);
    await assert.rejects(async () => {
      for await (const _ of receiver);
    }, ChannelClosedError);
  });

  it('works in a guest in both ways', async () => {
    const guest = await create();
    for (const collect of [
      (rx: Iterable<number>) => [...rx],
      async (rx: Iterable<number>) => {
        const all: number[] = [];
        for await (const message of rx) all.push(message);
        return all;
      },
    ]) {
      const [tx, rx] = channel<number>(2);
      const collecting = guest.call<[Iterable<number>], number[] | Promise<number[]>>(collect, rx);
      await tx.sendMany([1, 2, 3, 4, 5]);
      tx.close();
      assert.deepEqual(await collecting, [1, 2, 3, 4, 5]);
    }
  });

  it('over several channels at once is fair to an event loop', async () => {
    const guest = await create();
    const pairs = [channel<number>(1), channel<number>(1), channel<number>(1)];
    const sums = guest.call(
      (...all) =>
        Promise.all(
          all.map(async (rx) => {
            let sum = 0;
            for await (const n of rx) sum += n;
            return sum;
          }),
        ),
      ...pairs.map(({ receiver }) => receiver),
    );
    await Promise.all(
      pairs.map(async ({ sender }, i) => {
        for (let n = 0; n < 300; n++) await sender.send(n * i);
        sender.close();
      }),
    );
    assert.deepEqual(await sums, [0, 44_850, 89_700]);
  });

  it('of a channel made in a guest works there', async () => {
    const guest = await create();
    const seen = await guest.call(async () => {
      const [tx, rx] = isolane.channel<string>(2);
      const sending = tx.sendMany(['a', 'b', 'c', 'd']).then(() => tx.close());
      const all: string[] = [];
      for await (const message of rx) all.push(message);
      await sending;
      return all;
    });
    assert.deepEqual(seen, ['a', 'b', 'c', 'd']);
  });
});
