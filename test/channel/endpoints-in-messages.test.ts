import assert from 'node:assert/strict';
import { ChannelClosedError, channel, move, Receiver, Sender } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, thrown, until } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('endpoints in messages', () => {
  const create = interpreters();

  it('arrive as other handles of the same channel', async () => {
    const [carrier, taken] = channel<unknown>();
    const inner = channel<string>(3);
    carrier.sendSync(inner.sender);
    carrier.sendSync(inner.receiver);
    const tx = taken.receiveSync() as Sender<string>;
    const rx = taken.receiveSync() as Receiver<string>;
    assert.ok(tx instanceof Sender);
    assert.ok(rx instanceof Receiver);
    assert.notEqual(tx, inner.sender);
    assert.deepEqual([tx.id, rx.id, tx.capacity], [inner.id, inner.id, 3]);
    inner.sender.sendSync('from the first handle');
    tx.sendSync('from the second');
    assert.equal(rx.receiveSync(), 'from the first handle');
    assert.equal(inner.receiver.receiveSync(), 'from the second');
  });

  it('may be anywhere in the message', () => {
    const [carrier, taken] = channel<unknown>();
    const inner = channel<number>();
    carrier.sendSync({
      object: { tx: inner.sender },
      array: [inner.sender, undefined, inner.receiver],
      map: new Map<unknown, unknown>([
        ['tx', inner.sender],
        [inner.receiver, 'as a key'],
      ]),
      set: new Set([inner.sender]),
    });
    const message = taken.receiveSync() as {
      object: { tx: Sender<number> };
      array: [Sender<number>, undefined, Receiver<number>];
      map: Map<unknown, unknown>;
      set: Set<Sender<number>>;
    };
    const [receiver] = [...message.map.keys()].slice(-1) as [Receiver<number>];
    const senders = [
      message.object.tx,
      message.array[0],
      message.map.get('tx') as Sender<number>,
      ...message.set,
    ];
    senders.forEach((tx, i) => {
      assert.ok(tx instanceof Sender);
      tx.sendSync(i);
      assert.equal((i % 2 ? message.array[2] : receiver).receiveSync(), i);
    });
  });

  it('that occur twice in a message are one handle in it', () => {
    const [carrier, taken] = channel<unknown>();
    const { sender } = channel<number>();
    carrier.sendSync([sender, { again: sender }]);
    const [one, two] = taken.receiveSync() as [unknown, { again: unknown }];
    assert.equal(one, two.again);
  });

  it('count: the channel ends when all are closed', async () => {
    const [carrier, taken] = channel<Sender<number>>();
    const [tx, rx] = channel<number>();
    carrier.sendSync(tx);
    tx.close();
    assert.equal(rx.closed, false, 'the handle under way counts');
    const there = taken.receiveSync();
    assert.equal(rx.closed, false);
    there.sendSync(1);
    there.close();
    assert.equal(rx.receiveSync(), 1);
    assert.throws(() => rx.receiveSync(), ChannelClosedError);
  });

  it('are given away by move', () => {
    const [carrier, taken] = channel<unknown>();
    const inner = channel<number>();
    carrier.sendSync(move({ tx: inner.sender, rest: [inner.receiver] }));
    assert.equal(inner.sender.closed, true);
    assert.equal(inner.receiver.closed, true);
    const { tx, rest } = taken.receiveSync() as {
      tx: Sender<number>;
      rest: [Receiver<number>];
    };
    tx.sendSync(5);
    assert.equal(rest[0].receiveSync(), 5);
    tx.close();
    assert.throws(() => rest[0].receiveSync(), ChannelClosedError);
  });

  it('can be given away by the transfer option', async () => {
    const [carrier, taken] = channel<Sender<number>>();
    const { sender, receiver } = channel<number>();
    await carrier.send(sender, { transfer: [sender] });
    assert.equal(sender.closed, true);
    taken.receiveSync().close();
    assert.equal(receiver.closed, true);
  });

  it('that were closed or moved away cannot be sent, and nothing is', () => {
    const [carrier, taken] = channel<unknown>();
    const { sender, receiver } = channel<number>();
    sender.close();
    assert.throws(() => carrier.trySend({ tx: sender }), {
      name: 'NotShareableError',
      path: '$.tx',
    });
    carrier.sendSync(move(receiver));
    assert.throws(() => carrier.trySend([receiver]), { name: 'NotShareableError', path: '$[0]' });
    assert.equal(taken.size, 1);
  });

  it('go from interpreter to interpreter and come home with the same id', async () => {
    const [tx, first] = channel<Sender<unknown>>();
    const [home, arrived] = channel<Sender<unknown>>();
    const ids = [tx.id];
    let from = first;
    tx.sendSync(tx as Sender<unknown>);
    for (const isLast of [false, false, true]) {
      const guest = await create();
      const [next, afterNext] = channel<Sender<unknown>>();
      const passOn = async (from: Receiver<Sender<unknown>>, to: Sender<Sender<unknown>>) => {
        const inner = await from.receive();
        await to.send(inner);
        return inner.id;
      };
      ids.push(await guest.call(passOn, from, isLast ? home : next));
      from = afterNext;
    }
    const back = arrived.receiveSync();
    assert.deepEqual(ids, [tx.id, tx.id, tx.id, tx.id]);
    assert.equal(back.id, tx.id);
  });

  it('connect guests that do not know each other', async () => {
    const [asks, requests] = channel<{ n: number; reply: Sender<number> }>();
    const server = await create();
    const serving = server.call((requests) => {
      for (const { n, reply } of requests) {
        reply.sendSync(n * n);
        reply.close();
      }
    }, requests);
    const client = await create();
    const squares = await client.call((asks) => {
      const squares: number[] = [];
      for (let n = 0; n < 100; n++) {
        const [reply, answer] = isolane.channel<number>(1);
        asks.sendSync({ n, reply: isolane.move(reply) });
        squares.push(...answer);
      }
      asks.close();
      return squares;
    }, asks);
    asks.close();
    await serving;
    assert.deepEqual(
      squares,
      Array.from({ length: 100 }, (_, n) => n * n),
    );
  });

  it('can be results, arguments and globals', async () => {
    const guest = await create();
    const [tx, rx] = await guest.call(() => {
      const { sender, receiver } = isolane.channel<string>(1);
      return [isolane.move(sender), isolane.move(receiver)] as const;
    });
    tx.sendSync('made in a guest');
    assert.equal(rx.receiveSync(), 'made in a guest');

    const pair = channel<string>();
    await guest.provide({ out: pair.sender });
    await guest.exec("out.sendSync('from a global')");
    assert.equal(pair.receiver.receiveSync(), 'from a global');
  });

  it('of a message that was never received are closed with its channel', async () => {
    const outer = channel<unknown>();
    const inner = channel<number>();
    outer.sender.sendSync([inner.sender]);
    inner.sender.close();
    outer.sender.close();
    outer.receiver.close();
    await until(() => inner.receiver.closed, 'the sender in the lost message is closed');
    assert.throws(() => inner.receiver.receiveSync(), ChannelClosedError);
  });

  it('of a channel inside itself do no harm', () => {
    const { sender, receiver } = channel<unknown>();
    sender.sendSync([sender, receiver]);
    const [tx, rx] = receiver.receiveSync() as [Sender<unknown>, Receiver<unknown>];
    tx.sendSync('round and round');
    assert.equal(rx.receiveSync(), 'round and round');
  });

  it('fail to be sent together with what cannot travel, and stay open', () => {
    const [carrier] = channel<unknown>();
    const { sender, receiver } = channel<number>();
    assert.throws(() => carrier.trySend(move({ sender, f() {} })), { path: '$.f' });
    sender.sendSync(1);
    assert.equal(receiver.receiveSync(), 1);
  });
});

describe('the endpoints of an interpreter that ends', () => {
  const create = interpreters();

  for (const how of ['terminate', 'close'] as const) {
    it(`are closed by ${how}`, async () => {
      const [tx, rx] = channel<number>();
      const [tx2, rx2] = channel<number>(1);
      const guest = await create();
      await guest.call(
        (tx, rx) => {
          Object.assign(globalThis, { kept: [tx, rx] });
        },
        tx,
        rx2,
      );
      tx.close();
      rx2.close();
      assert.equal(rx.closed, false);
      const waiting = rejection(rx.receive());
      tx2.sendSync(1);
      const sending = rejection(tx2.send(2));
      await guest[how]();
      assert.ok((await waiting) instanceof ChannelClosedError);
      assert.equal(((await sending) as ChannelClosedError).value, 2);
      assert.ok(thrown(() => rx.tryReceive()) instanceof ChannelClosedError);
    });
  }

  it('are closed when they were still in its letters', async () => {
    const [tx, rx] = channel<number>();
    const guest = await create();
    guest
      .call(() => {
        for (;;);
      })
      .catch(() => {});
    guest.call((_tx) => {}, move(tx)).catch(() => {});
    await guest.terminate();
    await until(() => rx.closed, 'the sender in the letter is closed');
  });

  it('that made the channel leave it to the others', async () => {
    const guest = await create();
    const rx = await guest.call(() => {
      const { sender, receiver } = isolane.channel<string>();
      sender.sendSync('a message that outlives its sender');
      sender.sendSync('x'.repeat(5000));
      sender.close();
      return isolane.move(receiver);
    });
    await guest.terminate();
    const [first, second] = [...rx];
    assert.equal(first, 'a message that outlives its sender');
    assert.equal(second?.length, 5000);
  });
});
