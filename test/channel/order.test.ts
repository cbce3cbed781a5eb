import assert from 'node:assert/strict';
import { channel } from 'isolane';
import { interpreters } from '../support/interpreters.js';

describe('the order of messages', () => {
  const create = interpreters();

  it('is that of the sender, across sizes of messages', () => {
    const [tx, rx] = channel<string>(100);
    const sent = Array.from({ length: 100 }, (_, i) => `${i}:`.padEnd((i * 37) % 3000, 'x'));
    for (const message of sent) tx.sendSync(message);
    tx.close();
    assert.deepEqual([...rx], sent);
  });

  it('holds for sends that are not awaited', async () => {
    const [tx, rx] = channel<number>(3);
    const sends = Array.from({ length: 200 }, (_, i) => tx.send(i));
    for (let i = 0; i < 200; i++) assert.equal(await rx.receive(), i);
    await Promise.all(sends);
  });

  it('holds for receives that were there first', async () => {
    const [tx, rx] = channel<number>(3);
    const receives = Array.from({ length: 200 }, () => rx.receive());
    await tx.sendMany(Array.from({ length: 200 }, (_, i) => i));
    assert.deepEqual(
      await Promise.all(receives),
      Array.from({ length: 200 }, (_, i) => i),
    );
  });

  it('is kept between interpreters', async () => {
    const [tx, rx] = channel<number>(7);
    const sender = await create();
    const sending = sender.call((tx) => {
      for (let i = 0; i < 20_000; i++) tx.sendSync(i);
    }, tx);
    for (let i = 0; i < 20_000; i++) assert.equal(rx.receiveSync(), i);
    await sending;
  });
});
