import assert from 'node:assert/strict';
import { channel } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { aMoment, until } from '../support/wait.js';

describe('asynchronous and blocking operations', () => {
  const create = interpreters();

  it('meet in Node: what was asked first is served first', async () => {
    const [tx, rx] = channel<number>();
    const first = rx.receive();
    const second = rx.receive();
    tx.sendManySync([1, 2, 3]);
    assert.equal(rx.receiveSync(), 3);
    assert.deepEqual(await Promise.all([first, second]), [1, 2]);
  });

  it('of one sender keep their order', async () => {
    const [tx, rx] = channel<number>(1);
    const guest = await create();
    const receiving = guest.call((rx) => [...rx], rx);
    const sends = [tx.send(1), tx.send(2), tx.send(3)];
    tx.sendSync(4);
    sends.push(tx.send(5));
    await Promise.all(sends);
    tx.close();
    rx.close();
    assert.deepEqual(await receiving, [1, 2, 3, 4, 5]);
  });

  it('meet across interpreters, in all four combinations', async () => {
    const blockingSend = (tx: { sendSync(n: number): void; close(): void }) => {
      for (let n = 0; n < 1000; n++) tx.sendSync(n);
      tx.close();
    };
    const asyncSend = async (tx: { send(n: number): Promise<void>; close(): void }) => {
      for (let n = 0; n < 1000; n++) await tx.send(n);
      tx.close();
    };
    const blockingReceive = (rx: Iterable<number>) => {
      let sum = 0;
      for (const n of rx) sum += n;
      return sum;
    };
    const asyncReceive = async (rx: AsyncIterable<number>) => {
      let sum = 0;
      for await (const n of rx) sum += n;
      return sum;
    };
    const [from, to] = [await create(), await create()];
    for (const capacity of [0, 1, 10]) {
      for (const send of [blockingSend, asyncSend]) {
        for (const receive of [blockingReceive, asyncReceive]) {
          const [tx, rx] = channel<number>(capacity);
          const sum = to.call<[typeof rx], number | Promise<number>>(receive, rx);
          const sent = from.call<[typeof tx], void | Promise<void>>(send, tx);
          tx.close();
          rx.close();
          await sent;
          assert.equal(await sum, 499_500, `capacity ${capacity}`);
        }
      }
    }
  });

  it('share one channel at the same time', async () => {
    const [tx, rx] = channel<number>(4);
    const guest = await create();
    const blocking = guest.call((rx) => [...rx], rx);
    const here: number[] = [];
    const waiting = (async () => {
      for await (const n of rx) here.push(n);
    })();
    for (let n = 0; n < 2000; n++) await tx.send(n);
    tx.close();
    await waiting;
    const all = [...here, ...(await blocking)].sort((a, b) => a - b);
    assert.deepEqual(
      all,
      Array.from({ length: 2000 }, (_, n) => n),
    );
  });

  it('leave the event loop free while they wait', async () => {
    const [tx, rx] = channel<string>();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const receiving = rx.receive();
    await until(() => turns > 3, 'the loop turns');
    clearInterval(timer);
    tx.trySend('at last');
    assert.equal(await receiving, 'at last');
  });

  it('leave a guest free for other calls while it awaits, but not while it blocks', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>();
    const awaiting = guest.call(async (rx) => await rx.receive(), rx);
    assert.equal(await guest.call(() => 'free'), 'free');
    tx.sendSync(1);
    assert.equal(await awaiting, 1);

    const blocking = guest.call((rx) => rx.receiveSync(), rx);
    await until(() => guest.state === 'blocked', 'the guest is blocked');
    let answered = false;
    const later = guest
      .call(() => 'after it')
      .then((answer) => {
        answered = true;
        return answer;
      });
    await aMoment();
    assert.equal(answered, false);
    tx.sendSync(2);
    assert.equal(await blocking, 2);
    assert.equal(await later, 'after it');
  });

  it('that were asked before answer before what is tried', () => {
    const [tx, rx] = channel<number>();
    void rx.receive();
    tx.sendManySync([1, 2]);
    assert.equal(rx.tryReceive('belongs to others'), 'belongs to others');
  });
});
