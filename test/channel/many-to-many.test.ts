import assert from 'node:assert/strict';
import { channel, move, type Receiver, type Sender } from 'isolane';
import { interpreters } from '../support/interpreters.js';

/** In a guest: sends `count` numbers that tell sender and position. */
function produce(tx: Sender<number>, sender: number, count: number): void {
  for (let i = 0; i < count; i++) tx.sendSync(sender * 1_000_000 + i);
  tx.close();
}

/** In a guest: takes all there is. */
function consume(rx: Receiver<number>): number[] {
  return [...rx];
}

/** In a guest: the same, as an event loop does it. */
async function produceInTurns(tx: Sender<number>, sender: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await tx.send(sender * 1_000_000 + i);
  tx.close();
}

async function consumeInTurns(rx: Receiver<number>): Promise<number[]> {
  const all: number[] = [];
  for await (const message of rx) all.push(message);
  return all;
}

describe('several senders and several receivers', () => {
  const create = interpreters();

  for (const { capacity, each, sending, receiving, how } of [
    { capacity: 64, each: 20_000, sending: produce, receiving: consume, how: 'that block' },
    { capacity: 1, each: 5_000, sending: produce, receiving: consume, how: 'with room for one' },
    { capacity: 0, each: 3_000, sending: produce, receiving: consume, how: 'without any room' },
    {
      capacity: 16,
      each: 5_000,
      sending: produceInTurns,
      receiving: consumeInTurns,
      how: 'that wait asynchronously',
    },
    {
      capacity: 0,
      each: 2_000,
      sending: produceInTurns,
      receiving: consume,
      how: 'of both kinds at a rendezvous',
    },
  ]) {
    it(`${how} exchange each message exactly once, in the order of its sender`, async () => {
      const [tx, rx] = channel<number>(capacity);
      const team = await Promise.all([create(), create(), create(), create()]);
      const receives = team
        .slice(2)
        .map((guest) => guest.call<[Receiver<number>], unknown>(receiving, rx));
      const sends = team
        .slice(0, 2)
        .map((guest, i) =>
          guest.call<[Sender<number>, number, number], unknown>(sending, tx, i, each),
        );
      tx.close();
      rx.close();
      await Promise.all(sends);
      const shares = (await Promise.all(receives)) as number[][];

      for (const share of shares) {
        for (const sender of [0, 1]) {
          const ofSender = share.filter((n) => Math.floor(n / 1_000_000) === sender);
          assert.ok(
            ofSender.every((n, i) => i === 0 || n > (ofSender[i - 1] as number)),
            `the messages of sender ${sender} are out of order`,
          );
        }
      }
      const all = shares.flat().sort((a, b) => a - b);
      const expected = [0, 1].flatMap((sender) =>
        Array.from({ length: each }, (_, i) => sender * 1_000_000 + i),
      );
      assert.equal(all.length, expected.length);
      assert.deepEqual(all, expected);
    });
  }

  it('share the work: a message has one receiver', async () => {
    const [tx, rx] = channel<number>();
    const second = rx.clone();
    tx.sendManySync([1, 2, 3, 4]);
    assert.deepEqual(
      [rx.tryReceive(), second.tryReceive(), rx.tryReceive(), second.tryReceive()],
      [1, 2, 3, 4],
    );
    assert.equal(rx.tryReceive('none'), 'none');
    assert.equal(second.tryReceive('none'), 'none');
  });

  it('can be moved into the interpreters that use them', async () => {
    const [tx, rx] = channel<number>(8);
    const [from, to] = await Promise.all([create(), create()]);
    const receiving = to.call(consume, move(rx));
    await from.call(produce, move(tx), 0, 100);
    assert.equal((await receiving).length, 100);
  });
});
