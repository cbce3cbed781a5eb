import assert from 'node:assert/strict';
import {
  ChannelClosedError,
  ChannelPoisonedError,
  channel,
  move,
  type Receiver,
  type Sender,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, until } from '../support/wait.js';

declare const isolane: typeof import('isolane');

type Doubler = (rx: Receiver<number>, tx: Sender<number>) => number | Promise<number>;

/** Sends back, times two, what it receives, and blocks in between. */
function doubler(rx: Receiver<number>, tx: Sender<number>): number {
  let count = 0;
  for (const n of rx) {
    tx.sendSync(n * 2);
    count++;
  }
  tx.close();
  rx.close();
  return count;
}

async function awaitingDoubler(rx: Receiver<number>, tx: Sender<number>): Promise<number> {
  let count = 0;
  for await (const n of rx) {
    await tx.send(n * 2);
    count++;
  }
  tx.close();
  rx.close();
  return count;
}

describe('channels of a Node runtime', function () {
  this.timeout(60_000);

  const create = interpreters();

  for (const capacity of [0, 1, 64]) {
    it(`go through main, a bare interpreter and back, blocking and awaiting: capacity ${capacity}`, async () => {
      const [bare, full] = await Promise.all([create(), create({ runtime: 'node' })]);
      for (const [first, second] of [
        [doubler, doubler],
        [doubler, awaitingDoubler],
        [awaitingDoubler, doubler],
      ] as [Doubler, Doubler][]) {
        for (const [one, two] of [
          [bare, full],
          [full, bare],
        ] as const) {
          const [a, b, c] = [
            channel<number>(capacity),
            channel<number>(capacity),
            channel<number>(capacity),
          ];
          const counts = Promise.all([
            one.call(first, move(a.receiver), move(b.sender)),
            two.call(second, move(b.receiver), move(c.sender)),
          ]);
          const sending = a.sender
            .sendMany(Array.from({ length: 200 }, (_, i) => i))
            .then(() => a.sender.close());
          const received: number[] = [];
          for await (const n of c.receiver) received.push(n);
          await sending;
          assert.deepEqual(await counts, [200, 200]);
          assert.deepEqual(
            received,
            Array.from({ length: 200 }, (_, i) => i * 4),
          );
        }
      }
    });
  }

  it('block it visibly, and another interpreter lets it go on', async () => {
    const [full, bare] = await Promise.all([create({ runtime: 'node' }), create()]);
    const [tx, rx] = channel<string>();
    const received = full.call((rx) => rx.receiveSync(), rx);
    await until(() => full.state === 'blocked', 'it is blocked');
    await bare.call((tx) => tx.sendSync('to go on'), tx);
    assert.equal(await received, 'to go on');
    await until(() => full.state === 'idle', 'it is idle');
  });

  it('end and are poisoned across the border', async () => {
    const full = await create({ runtime: 'node' });
    const [tx, rx] = channel<number>();
    const waiting = full.call((rx) => rx.receiveSync(), rx);
    await until(() => full.state === 'blocked', 'it is blocked');
    tx.poison('bad');
    const error = (await rejection(waiting)) as ChannelPoisonedError;
    assert.ok(error instanceof ChannelPoisonedError);
    assert.equal(error.reason, 'bad');
  });

  it('are closed by its end, and keep what it sent', async () => {
    const full = await create({ runtime: 'node' });
    const [tx, rx] = channel<number>();
    await full.call((tx) => {
      tx.sendManySync([1, 2, 3]);
    }, move(tx));
    await full.close();
    assert.deepEqual([rx.receiveSync(), rx.receiveSync(), rx.receiveSync()], [1, 2, 3]);
    assert.ok((await rejection(rx.receive())) instanceof ChannelClosedError);
  });

  it('can be made there, and used from elsewhere', async () => {
    const [full, bare] = await Promise.all([create({ runtime: 'node' }), create()]);
    const { tx, rx } = await full.call(() => {
      const [tx, rx] = isolane.channel<string>({ name: 'made there', capacity: 3 });
      return { tx: isolane.move(tx), rx: isolane.move(rx) };
    });
    await bare.call((tx) => tx.sendSync('from bare to main'), tx);
    assert.equal(await rx.receive(), 'from bare to main');
    assert.equal(rx.name, 'made there');
  });
});
