import assert from 'node:assert/strict';
import { ChannelPoisonedError, channel } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, thrown, until } from '../support/wait.js';

describe('poison', () => {
  const create = interpreters();

  it('drops what is queued, and every operation throws with the reason', async () => {
    const pair = channel<number>({ name: 'soup' });
    pair.sender.sendManySync([1, 2, 3]);
    pair.poison({ what: 'cyanide' });
    const { sender, receiver } = pair;
    for (const error of [
      thrown(() => sender.trySend(1)),
      thrown(() => sender.sendSync(1)),
      thrown(() => sender.sendSync(1, { timeout: 1 })),
      thrown(() => sender.sendManySync([1])),
      thrown(() => receiver.tryReceive()),
      thrown(() => receiver.receiveSync()),
      thrown(() => receiver.receiveSync({ timeout: 1 })),
      thrown(() => receiver.receiveManySync(1)),
      await rejection(sender.send(1)),
      await rejection(sender.sendMany([1])),
      await rejection(receiver.receive()),
      await rejection(receiver.receiveMany(1)),
    ] as ChannelPoisonedError[]) {
      assert.ok(error instanceof ChannelPoisonedError, String(error));
      assert.deepEqual(error.reason, { what: 'cyanide' });
      assert.match(error.message, /soup/);
      assert.equal(error.code, 'ERR_ISOLANE_CHANNEL_POISONED');
    }
    assert.equal(pair.size, 0);
    assert.equal(sender.closed, true);
    assert.equal(receiver.closed, true);
  });

  it('ends what waits, on both sides', async () => {
    const full = channel<number>(1);
    full.sender.sendSync(1);
    const sends = [rejection(full.sender.send(2)), rejection(full.sender.send(3))];
    full.receiver.poison('a');
    for (const error of await Promise.all(sends)) {
      assert.ok(error instanceof ChannelPoisonedError);
      assert.equal(error.reason, 'a');
    }

    const empty = channel<number>(1);
    const receives = [rejection(empty.receiver.receive()), rejection(empty.receiver.receive())];
    empty.sender.poison('b');
    for (const error of await Promise.all(receives)) {
      assert.ok(error instanceof ChannelPoisonedError);
      assert.equal(error.reason, 'b');
    }
  });

  it('reaches interpreters that block', async () => {
    const [tx, rx] = channel<number>(1);
    const [sending, receiving] = channel<number>(1);
    const [one, two] = [await create(), await create()];
    const inReceive = rejection(one.call((rx) => rx.receiveSync(), rx));
    const inSend = rejection(
      two.call((tx) => {
        tx.sendSync(1);
        tx.sendSync(2);
      }, sending),
    );
    await until(() => one.state === 'blocked' && two.state === 'blocked', 'both are blocked');
    tx.poison(new RangeError('enough'));
    receiving.poison(new RangeError('enough'));
    for (const error of (await Promise.all([inReceive, inSend])) as ChannelPoisonedError[]) {
      assert.ok(error instanceof ChannelPoisonedError, String(error));
      assert.ok(error.reason instanceof RangeError);
      assert.equal((error.cause as Error).message, 'enough');
    }
  });

  it('comes from a guest, too', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>();
    await guest.call((tx) => tx.poison('from a guest'), tx);
    assert.equal((thrown(() => rx.receiveSync()) as ChannelPoisonedError).reason, 'from a guest');
  });

  it('keeps its first reason', () => {
    const pair = channel<number>();
    pair.poison('first');
    pair.poison('second');
    pair.close('third');
    assert.equal(
      (thrown(() => pair.receiver.receiveSync()) as ChannelPoisonedError).reason,
      'first',
    );
  });

  it('works on a channel that is closed and not drained', () => {
    const pair = channel<number>();
    pair.sender.sendSync(1);
    pair.close();
    pair.poison('after all');
    assert.throws(() => pair.receiver.receiveSync(), { name: 'ChannelPoisonedError' });
  });

  it('needs no reason', () => {
    const pair = channel<number>();
    pair.poison();
    const error = thrown(() => pair.receiver.receiveSync()) as ChannelPoisonedError;
    assert.ok(error instanceof ChannelPoisonedError);
    assert.equal(error.reason, undefined);
    assert.ok(!('cause' in error));
  });

  it('with a reason that cannot travel has its text as reason', () => {
    const pair = channel<number>();
    pair.poison(Object.assign(new Error('with baggage'), { onClick() {} }));
    const error = thrown(() => pair.receiver.receiveSync()) as ChannelPoisonedError;
    assert.match(String(error.reason), /with baggage/);
    assert.match(error.message, /with baggage/);
  });

  it('at a rendezvous gives the message back', async () => {
    const pair = channel<{ n: number }>(0);
    const message = { n: 1 };
    const sending = rejection(pair.sender.send(message));
    pair.poison('no');
    assert.equal(((await sending) as ChannelPoisonedError).value, message);
  });

  it('closes endpoints that were in dropped messages', async () => {
    const outer = channel<unknown>();
    const inner = channel<number>();
    outer.sender.sendSync(inner.sender);
    inner.sender.close();
    assert.equal(inner.receiver.closed, false);
    outer.poison();
    await until(() => inner.receiver.closed, 'the sender in the dropped message is closed');
  });
});
