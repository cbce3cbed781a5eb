import assert from 'node:assert/strict';
import { channel } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { aMoment } from '../support/wait.js';

describe('a rendezvous', () => {
  const create = interpreters();

  it('queues nothing', () => {
    const [tx, rx] = channel<number>(0);
    assert.equal(tx.capacity, 0);
    assert.equal(tx.trySend(1), false);
    assert.equal(rx.tryReceive('nobody'), 'nobody');
    assert.equal(rx.size, 0);
  });

  it('ends a send when the message is received, and not before', async () => {
    const [tx, rx] = channel<string>(0);
    let sent = false;
    const sending = tx.send('hand to hand').then(() => {
      sent = true;
    });
    await aMoment();
    assert.equal(sent, false);
    assert.equal(await rx.receive(), 'hand to hand');
    await sending;
    assert.equal(sent, true);
  });

  it('lets a try succeed when the other side waits', async () => {
    const [tx, rx] = channel<number>(0);
    const receiving = rx.receive();
    assert.equal(tx.trySend(1), true);
    assert.equal(await receiving, 1);

    const sending = tx.send(2);
    assert.equal(rx.tryReceive(), 2);
    await sending;
  });

  it('keeps the order of sends that wait', async () => {
    const [tx, rx] = channel<number>(0);
    const sends = [1, 2, 3].map((n) => tx.send(n));
    assert.deepEqual([await rx.receive(), await rx.receive(), await rx.receive()], [1, 2, 3]);
    await Promise.all(sends);
  });

  it('pairs two interpreters that block', async () => {
    const [to, from] = channel<number>(0);
    const [backTo, backFrom] = channel<number>(0);
    const echo = await create();
    const echoing = echo.call(
      (rx, tx) => {
        let count = 0;
        for (const n of rx) {
          tx.sendSync(n * 2);
          count++;
        }
        return count;
      },
      from,
      backTo,
    );
    const asker = await create();
    const sum = await asker.call(
      (tx, rx) => {
        let total = 0;
        for (let i = 0; i < 1000; i++) {
          tx.sendSync(i);
          total += rx.receiveSync();
        }
        return total;
      },
      to,
      backFrom,
    );
    assert.equal(sum, 999_000);
    to.close();
    assert.equal(await asker.evaluate('1'), 1);
    await asker.terminate();
    assert.equal(await echoing, 1000);
  });
});
