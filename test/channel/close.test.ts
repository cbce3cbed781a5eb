import assert from 'node:assert/strict';
import { ChannelClosedError, channel, MovedError, move } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, thrown, until } from '../support/wait.js';

describe('closing', () => {
  const create = interpreters();

  it('a channel lets receivers drain it, and then ends', async () => {
    const pair = channel<number>();
    pair.sender.sendManySync([1, 2]);
    pair.close();
    assert.equal(pair.receiver.closed, true);
    assert.equal(pair.receiver.tryReceive(), 1);
    assert.equal(await pair.receiver.receive(), 2);
    assert.throws(() => pair.receiver.tryReceive(), ChannelClosedError);
    assert.throws(() => pair.receiver.receiveSync(), ChannelClosedError);
    assert.ok((await rejection(pair.receiver.receive())) instanceof ChannelClosedError);
  });

  it('a channel makes sends throw, with the message as value', async () => {
    const pair = channel<object>();
    pair.close();
    const message = { not: 'lost' };
    const errors = [
      thrown(() => pair.sender.trySend(message)),
      thrown(() => pair.sender.sendSync(message)),
      thrown(() => pair.sender.sendSync(message, { timeout: 1 })),
      await rejection(pair.sender.send(message)),
    ] as ChannelClosedError[];
    for (const error of errors) {
      assert.ok(error instanceof ChannelClosedError);
      assert.equal(error.value, message);
      assert.equal(error.code, 'ERR_ISOLANE_CHANNEL_CLOSED');
    }
  });

  it('a channel can have a reason, which both sides see', async () => {
    const pair = channel<number>();
    const guest = await create();
    const there = rejection(guest.call((rx) => rx.receiveSync(), pair.receiver));
    await until(() => guest.state === 'blocked', 'the guest is blocked');
    pair.close({ because: 'done' });
    const here = thrown(() => pair.sender.trySend(1)) as ChannelClosedError;
    assert.deepEqual(here.reason, { because: 'done' });
    assert.deepEqual(((await there) as ChannelClosedError).reason, { because: 'done' });
  });

  it('a channel with an Error as reason gives that Error, as the cause too', () => {
    const pair = channel<number>();
    pair.close(new RangeError('out of work'));
    const error = thrown(() => pair.receiver.receiveSync()) as ChannelClosedError;
    assert.ok(error.reason instanceof RangeError);
    assert.equal((error.cause as Error).message, 'out of work');
    assert.match(error.message, /out of work/);
  });

  it('twice does no harm', () => {
    const pair = channel<number>();
    pair.close('first');
    pair.close('second');
    pair.sender.close();
    pair.sender.close();
    pair.receiver.close();
    pair.receiver.close();
    pair.close();
    assert.equal(pair.sender.closed, true);
  });

  it('the last sender ends the channel, and no other does', async () => {
    const [tx, rx] = channel<number>();
    const second = tx.clone();
    tx.close();
    assert.equal(rx.closed, false);
    second.sendSync(1);
    second.close();
    assert.equal(await rx.receive(), 1);
    assert.ok((await rejection(rx.receive())) instanceof ChannelClosedError);
  });

  it('the last sender ends receives that wait', async () => {
    const [tx, rx] = channel<number>();
    const [first, second] = [rejection(rx.receive()), rejection(rx.receive())];
    tx.close();
    assert.ok((await first) instanceof ChannelClosedError);
    assert.ok((await second) instanceof ChannelClosedError);
  });

  it('the last receiver makes sends throw at once, those that wait too', async () => {
    const [tx, rx] = channel<number>(1);
    const second = rx.clone();
    tx.sendSync(1);
    const waiting = rejection(tx.send(2));
    rx.close();
    assert.equal(tx.closed, false);
    second.close();
    assert.equal(((await waiting) as ChannelClosedError).value, 2);
    assert.equal((thrown(() => tx.trySend(3)) as ChannelClosedError).value, 3);
    assert.equal((thrown(() => tx.sendSync(4)) as ChannelClosedError).value, 4);
  });

  it('a receiver rejects what it waits for, and loses no message', async () => {
    const [tx, rx] = channel<number>();
    const other = rx.clone();
    const waiting = rejection(rx.receive());
    rx.close();
    assert.ok((await waiting) instanceof ChannelClosedError);
    tx.sendSync(1);
    assert.equal(other.receiveSync(), 1);
  });

  it('a sender lets it finish what it is sending', async () => {
    const [tx, rx] = channel<number>(1);
    const sends = [tx.send(1), tx.send(2), tx.send(3)];
    tx.close();
    assert.equal(tx.closed, true);
    assert.throws(() => tx.trySend(4), ChannelClosedError);
    const seen: number[] = [];
    for await (const message of rx) seen.push(message);
    await Promise.all(sends);
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('a handle refuses everything afterwards, with a clear error', async () => {
    const [tx, rx] = channel<number>({ name: 'gone' });
    const [tx2, rx2] = [tx.clone(), rx.clone()];
    tx.close();
    rx.close();
    for (const error of [
      thrown(() => tx.trySend(1)),
      thrown(() => tx.sendSync(1)),
      thrown(() => tx.clone()),
      thrown(() => rx.tryReceive()),
      thrown(() => rx.receiveSync()),
      thrown(() => rx.clone()),
      await rejection(tx.send(1)),
      await rejection(rx.receive()),
    ]) {
      assert.ok(error instanceof ChannelClosedError, String(error));
      assert.match(error.message, /gone/);
    }
    tx2.sendSync(1);
    assert.equal(rx2.receiveSync(), 1);
  });

  it('is what using does, at the end of its block', () => {
    const pair = channel<number>();
    pair.sender[Symbol.dispose]();
    assert.equal(pair.sender.closed, true);
    assert.throws(() => pair.receiver.receiveSync(), ChannelClosedError);
    pair.receiver[Symbol.dispose]();
    assert.equal(pair.receiver.closed, true);

    const other = channel<number>();
    other[Symbol.dispose]();
    assert.throws(() => other.sender.trySend(1), ChannelClosedError);
  });

  it('here ends a loop in a guest', async () => {
    const [tx, rx] = channel<number>(4);
    const guest = await create();
    const sum = guest.call((rx) => {
      let sum = 0;
      for (const n of rx) sum += n;
      return sum;
    }, rx);
    tx.sendManySync([1, 2, 3]);
    tx.close();
    assert.equal(await sum, 6);
  });

  it('a moved handle is refused with a MovedError', async () => {
    const [tx, rx] = channel<number>();
    const [carrier, taken] = channel<unknown>();
    carrier.sendSync(move(tx));
    carrier.sendSync(move(rx));
    assert.throws(() => tx.trySend(1), MovedError);
    assert.throws(() => tx.sendSync(1), MovedError);
    assert.ok((await rejection(tx.send(1))) instanceof MovedError);
    assert.throws(() => tx.clone(), MovedError);
    assert.throws(() => rx.tryReceive(), MovedError);
    assert.throws(() => rx.receiveSync(), MovedError);
    assert.ok((await rejection(rx.receive())) instanceof MovedError);
    assert.equal(tx.closed, true);
    const there = taken.receiveSync() as typeof tx;
    there.sendSync(1);
    assert.equal((taken.receiveSync() as typeof rx).receiveSync(), 1);
  });

  it('a rendezvous ends both sides that wait', async () => {
    const one = channel<number>(0);
    const sending = rejection(one.sender.send(1));
    one.close();
    assert.equal(((await sending) as ChannelClosedError).value, 1);
    const two = channel<number>(0);
    const receiving = rejection(two.receiver.receive());
    two.sender.close();
    assert.ok((await receiving) instanceof ChannelClosedError);
  });
});
