import assert from 'node:assert/strict';
import { ChannelClosedError, channel, type Receiver, type Sender } from 'isolane';
import { collectUntil } from '../support/garbage.js';
import { rejection } from '../support/wait.js';

/** In functions of their own, so that nothing on the stack of a test refers to the other end. */
function onlyReceiver(): Receiver<number> {
  const { sender, receiver } = channel<number>();
  sender.sendSync(1);
  return receiver;
}

function onlySender(): Sender<number> {
  return channel<number>(1).sender;
}

describe('handles that nobody refers to', () => {
  it('are closed by the garbage collection: of a sender', async () => {
    const rx = onlyReceiver();
    await collectUntil(() => rx.closed, 'the sender is collected');
    assert.equal(rx.receiveSync(), 1);
    assert.throws(() => rx.receiveSync(), ChannelClosedError);
  });

  it('are closed by the garbage collection: of a receiver', async () => {
    const tx = onlySender();
    await collectUntil(() => tx.closed, 'the receiver is collected');
    assert.throws(() => tx.trySend(1), ChannelClosedError);
  });

  it('wake those who wait', async () => {
    const rx = onlyReceiver();
    rx.receiveSync();
    let error: Error | undefined;
    void rejection(rx.receive()).then((why) => {
      error = why;
    });
    await collectUntil(() => error !== undefined, 'the receive is rejected');
    assert.ok(error instanceof ChannelClosedError);
  });

  it('are not collected while they wait', async () => {
    const { receiver: done, sender: tell } = channel<string>();
    const tx = (() => {
      const { sender, receiver } = channel<string>(1);
      void receiver.receive().then((message) => tell.send(message));
      return sender;
    })();
    let rounds = 0;
    await collectUntil(() => ++rounds > 20, 'there were some collections');
    tx.sendSync('still there');
    assert.equal(await done.receive(), 'still there');
  });

  it('go with their channel, also if who is told of losses reaches them', async () => {
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    const make = () => {
      const owner: { made?: object } = {};
      const made = channel<number>({ onUndelivered: () => void owner.made });
      owner.made = made;
      registry.register(made, undefined);
      made.sender.sendSync(1);
      made.receiver.close();
    };
    for (let i = 0; i < 20; i++) make();
    await collectUntil(() => collected >= 19, 'the channels are collected');
  });

  it('that travelled count, too', async () => {
    const [carrier, taken] = channel<Sender<number>>();
    const rx = (() => {
      const { sender, receiver } = channel<number>();
      carrier.sendSync(sender);
      sender.close();
      return receiver;
    })();
    (() => taken.receiveSync().sendSync(1))();
    await collectUntil(() => rx.closed, 'the sender that travelled is collected');
    assert.equal(rx.receiveSync(), 1);
  });
});
