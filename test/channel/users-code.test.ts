import assert from 'node:assert/strict';
import {
  type Channel,
  ChannelClosedError,
  ChannelPoisonedError,
  channel,
  move,
  select,
  selectSync,
  shareable,
  struct,
  TimeoutError,
} from 'isolane';
import { keep } from '../support/keep.js';
import { aMoment, rejection } from '../support/wait.js';

/** What runs when the next instance is made. */
let onDecode: (() => void) | undefined;
let encoded = 0;

class Coded {
  constructor(readonly content: unknown = 0) {}
  [shareable.encode](): unknown {
    encoded++;
    return this.content;
  }
  static [shareable.decode](content: unknown): Coded {
    const run = onDecode;
    onDecode = undefined;
    run?.();
    return new Coded(content);
  }
}
shareable.register(Coded);

const fails = () => {
  throw new Error('decode fails');
};

describe("code of the user's that runs in a receive", () => {
  const room = () => keep(channel<unknown>(9));

  it('may close the receiver: the message is not lost', async () => {
    const [tx, rx] = room();
    const receiving = rx.receive();
    onDecode = () => rx.close();
    tx.sendSync(new Coded(1));
    assert.deepEqual(await receiving, new Coded(1));
    assert.equal(rx.closed, true);
  });

  it('may abort that receive: it is too late, and those behind it are served', async () => {
    const [tx, rx] = room();
    const controller = new AbortController();
    const first = rx.receive({ signal: controller.signal });
    const others = [rx.receive(), rx.receive()];
    onDecode = () => controller.abort();
    tx.sendSync(new Coded(1));
    await aMoment();
    tx.sendSync(2);
    tx.sendSync(3);
    assert.deepEqual(await first, new Coded(1));
    assert.deepEqual(await Promise.all(others), [2, 3]);
  });

  it('may receive: it comes after those that were pending', async () => {
    const [tx, rx] = room();
    const pending = [rx.receive(), rx.receive()];
    let inner: unknown;
    onDecode = () => {
      inner = rx.receiveSync({ timeout: 5000 });
    };
    for (const message of [new Coded(1), 2, 3]) tx.sendSync(message);
    assert.deepEqual(await Promise.all(pending), [new Coded(1), 2]);
    assert.equal(inner, 3);
  });

  it('may throw: the receive rejects, in its turn', async () => {
    const [tx, rx] = room();
    const order: unknown[] = [];
    const pending = [rx.receive(), rx.receive()].map((one) =>
      one.catch((error: Error) => error.message).then((what) => order.push(what)),
    );
    onDecode = fails;
    tx.sendSync(new Coded());
    tx.sendSync(2);
    await Promise.all(pending);
    assert.deepEqual(order, ['decode fails', 2]);
  });

  it('for a receive that was pending when this thread blocks in a select rejects that one', async () => {
    const [tx, rx] = room();
    const receiving = rejection(rx.receive());
    onDecode = fails;
    tx.sendSync(new Coded());
    tx.sendSync(2);
    assert.deepEqual(selectSync({ rx }), { key: 'rx', value: 2 });
    assert.equal((await receiving).message, 'decode fails');
  });

  it('may abort the select for which it runs: it is too late', async () => {
    const [tx, rx] = room();
    const controller = new AbortController();
    const selecting = select({ rx }, { signal: controller.signal });
    onDecode = () => controller.abort();
    tx.sendSync(new Coded(1));
    assert.deepEqual(await selecting, { key: 'rx', value: new Coded(1) });
  });
});

describe('a pending send whose message cannot be made anew rejects', () => {
  const bytes = () => move(new Uint8Array([1]));
  const ways: [
    name: string,
    act: (made: Channel<unknown>, controller: AbortController) => void,
    isRight: (error: unknown) => boolean,
  ][] = [
    [
      'when the receiver is closed',
      ({ receiver }) => receiver.close(),
      (error) => error instanceof ChannelClosedError,
    ],
    [
      'when the channel is poisoned',
      (made) => made.poison('x'),
      (error) => error instanceof ChannelPoisonedError && error.reason === 'x',
    ],
    [
      'when it is aborted',
      (_, controller) => controller.abort(),
      (error) => (error as Error).name === 'AbortError',
    ],
    ['when its time is up', () => {}, (error) => error instanceof TimeoutError],
  ];
  for (const [name, act, isRight] of ways) {
    it(`${name}, and so does the one behind it`, async () => {
      const made = keep(channel<unknown>(1));
      const { sender, receiver } = made;
      sender.sendSync(0);
      const controller = new AbortController();
      const options = { signal: controller.signal, timeout: name.includes('time') ? 5 : 10_000 };
      const sending = [[new Coded(), bytes()], 'next'].map((value) =>
        rejection(sender.send(value, options)),
      );
      onDecode = fails;
      act(made, controller);
      for (const one of sending) assert.ok(isRight(await one));
      onDecode = undefined;
      if (sender.closed) return;
      receiver.receiveSync();
      await sender.send('after');
      assert.equal(receiver.receiveSync(), 'after');
    });
  }

  it('with why, even if the reason for which the channel was closed cannot be made either', async () => {
    const made = keep(channel<unknown>(1));
    made.sender.sendSync(0);
    const sending = rejection(made.sender.send(1));
    onDecode = fails;
    made.poison(new Coded());
    assert.equal((await sending).message, 'decode fails');
  });
});

describe('a send that fails', () => {
  it('has the message itself in its error, if nothing in it was handed over', async () => {
    const [tx] = keep(channel<unknown>(1));
    tx.sendSync(0);
    const message = { coded: new Coded(), list: [1] };
    const error = await rejection(tx.send(message, { timeout: 1 }));
    assert.equal((error as TimeoutError).value, message);
    const reason = { why: 'enough' };
    const controller = new AbortController();
    const sending = tx.send(message, { signal: controller.signal }).catch((why: unknown) => why);
    controller.abort(reason);
    assert.equal(await sending, reason);
    assert.deepEqual(reason, { why: 'enough' });
  });

  it('gives back what an instance in it has handed over', async () => {
    const [tx] = keep(channel<unknown>(1));
    tx.sendSync(0);
    const buffer = new Uint8Array([1, 2]);
    const error = await rejection(tx.send(new Coded(move(buffer)), { timeout: 1 }));
    assert.equal(buffer.length, 0);
    assert.deepEqual((error as TimeoutError).value, new Coded(new Uint8Array([1, 2])));
  });
});

describe('a message that has to wait', () => {
  /** Counts how often it is read. */
  const counting = () => {
    const counts = { getter: 0 };
    const value = {
      get date() {
        counts.getter++;
        return new Date(0);
      },
    };
    return { counts, value };
  };

  it('is encoded once', async () => {
    for (const many of [false, true]) {
      const [tx, rx] = keep(channel<unknown>(1));
      tx.sendSync(0);
      encoded = 0;
      const { counts, value } = counting();
      const message = [new Coded(), value];
      const sending = many ? tx.sendMany([message, message]) : tx.send(message);
      for (let left = many ? 3 : 2; left > 0; left--) await rx.receive();
      await sending;
      const times = many ? 2 : 1;
      assert.equal(encoded, times);
      assert.equal(counts.getter, times);
    }
  });

  it('has getters that are called once, be it small and plain', async () => {
    const [tx, rx] = keep(channel<unknown>(1));
    let count = 0;
    const value = {
      get count() {
        return ++count;
      },
    };
    tx.sendSync({ ...value });
    count = 0;
    const sending = tx.send(value);
    rx.receiveSync();
    await sending;
    assert.deepEqual(rx.receiveSync(), { count: 1 });
    assert.equal(count, 1);
  });

  it('is in its schema while it waits', async () => {
    const [tx, rx] = keep(channel({ capacity: 1, of: struct({ x: 'u8' }) }));
    const sending = tx.sendMany([{ x: 1 }, { x: 2 }, { x: 3 }]);
    assert.deepEqual(
      [rx.receiveSync(), await rx.receive(), await rx.receive()],
      [{ x: 1 }, { x: 2 }, { x: 3 }],
    );
    assert.equal(await sending, 3);
  });
});
