/**
 * What CPython's tests of interpreters, channels and queues expect, said again for Isolane. Here: which values can be shared,
 * and that channels and queues share them. PEP 734's queue is a buffered channel here, PEP 554's channel the same.
 *
 * By design there is no lookup by number: an end of a channel is had by being given it.
 */
import assert from 'node:assert/strict';
import { channel, NotShareableError, type Receiver, type Sender, TimeoutError } from 'isolane';
import { interpreters } from '../../support/interpreters.js';
import { keep } from '../../support/keep.js';
import { runScript } from '../../support/run-script.js';
import { through } from '../../support/through.js';
import { rejection, thrown } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

describe('CPython on what can be shared', () => {
  for (const [what, value] of [
    ['null', null],
    ['undefined', undefined],
    ['text', 'spam'],
    ['no text', ''],
    ['an integer', 10],
    ['a negative integer', -10],
    ['an integer beyond 64 bits', 2n ** 200n],
    ['true', true],
    ['false', false],
    ['a number', 100.5],
    ['minus zero', -0],
    ['not a number', Number.NaN],
    ['an empty list', []],
    ['a list of lists', [1, ['spam', 'eggs'], true]],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['a record', { a: { b: 1 } }],
  ] as const) {
    it(`${what} can be`, () => {
      assert.deepEqual(through<unknown>(value), value);
    });
  }

  for (const [what, value] of [
    ['a class', Map],
    ['a function', () => {}],
    ['a symbol', Symbol.iterator],
    ['a generator', (function* () {})()],
    ['a promise', Promise.resolve()],
    ['a WeakSet', new WeakSet()],
    ['a Proxy', new Proxy({}, {})],
    ['a record with a function in it', { deep: [{ f: () => {} }] }],
  ] as const) {
    it(`${what} cannot be`, () => {
      const [tx, rx] = channel<unknown>();
      assert.ok(thrown(() => tx.trySend(value)) instanceof NotShareableError);
      assert.equal(rx.tryReceive('nothing'), 'nothing');
    });
  }

  it('what arrives is equal, and not the same', () => {
    const original = { spam: [1, 2] };
    const arrived = through(original);
    assert.deepEqual(arrived, original);
    assert.notEqual(arrived, original);
  });
});

describe('CPython on channels and queues', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('two ends are made together', () => {
    const [tx, rx] = channel();
    assert.equal(tx.constructor.name, 'Sender');
    assert.equal(rx.constructor.name, 'Receiver');
  });

  it('the capacity is what was asked for', () => {
    for (const size of [1, 3, 100]) assert.equal(channel(size).capacity, size);
    assert.ok(thrown(() => channel('1' as unknown as number)) instanceof TypeError);
    assert.ok(thrown(() => channel(-1)) instanceof RangeError);
  });

  it('ids are numbers, each channel has its own, and both ends have it', () => {
    const [one, two] = [channel(), channel()];
    assert.equal(typeof one.id, 'number');
    assert.notEqual(one.id, two.id);
    assert.equal(one.sender.id, one.id);
    assert.equal(one.receiver.id, one.id);
  });

  it('both ends can be sent, and come back as the same channel', () => {
    const carrier = channel<Sender<unknown> | Receiver<unknown>>();
    const [tx, rx] = channel<unknown>();
    carrier.sender.sendSync(tx);
    carrier.sender.sendSync(rx);
    const tx2 = carrier.receiver.receiveSync() as Sender<unknown>;
    const rx2 = carrier.receiver.receiveSync() as Receiver<unknown>;
    assert.deepEqual([tx2.id, rx2.id], [tx.id, rx.id]);
    tx2.sendSync('spam');
    assert.equal(rx2.receiveSync(), 'spam');
  });

  it('an interpreter gets the same channel, and main the one that it makes', async () => {
    const guest = await create();
    const { sender, receiver, id } = channel<number>();
    assert.equal(await guest.call((tx) => tx.id, sender), id);
    const made = await guest.call(() => {
      const { sender, receiver } = isolane.channel<string>();
      sender.sendSync('from there');
      Object.assign(globalThis, { sender });
      return { receiver, id: sender.id };
    });
    assert.equal(made.receiver.id, made.id);
    assert.equal(made.receiver.receiveSync(), 'from there');
    receiver.close();
  });

  it('closing shows on both ends', () => {
    const { sender, receiver, ...whole } = channel<number>();
    assert.ok(whole);
    assert.deepEqual([sender.closed, receiver.closed], [false, false]);
    receiver.close();
    assert.ok(receiver.closed);
    assert.equal(thrown(() => sender.sendSync(1)).name, 'ChannelClosedError');
  });

  it('what is in it can be counted', () => {
    const queue = channel<null>(3);
    const counts: number[] = [];
    const count = () => counts.push(queue.size);
    count();
    for (let i = 0; i < 3; i++) {
      queue.sender.sendSync(null);
      count();
    }
    assert.equal(queue.sender.trySend(null), false);
    for (let i = 0; i < 3; i++) {
      queue.receiver.receiveSync();
      count();
    }
    assert.deepEqual(counts, [0, 1, 2, 3, 2, 1, 0]);
  });

  it('what goes in first comes out first', () => {
    const [tx, rx] = channel<number>(20);
    const expected = Array.from({ length: 20 }, (_, i) => i);
    for (const i of expected) tx.sendSync(i);
    assert.deepEqual(
      expected.map(() => rx.receiveSync()),
      expected,
    );
  });

  it('putting into a full one gives up in time, and nothing was put', () => {
    const [tx, rx] = channel<number>(2);
    tx.sendSync(1);
    tx.sendSync(2);
    assert.ok(thrown(() => tx.sendSync(3, { timeout: 5 })) instanceof TimeoutError);
    assert.equal(tx.trySend(3), false);
    assert.equal(rx.receiveSync(), 1);
    tx.sendSync(4);
    assert.deepEqual([rx.receiveSync(), rx.receiveSync()], [2, 4]);
  });

  it('taking from an empty one gives up in time', async () => {
    const [, rx] = keep(channel());
    assert.ok(thrown(() => rx.receiveSync({ timeout: 5 })) instanceof TimeoutError);
    assert.ok((await rejection(rx.receive({ timeout: 5 }))) instanceof TimeoutError);
  });

  it('taking without waiting gives what there is, or the default', () => {
    const [tx, rx] = channel<unknown>();
    const nothing = Symbol('nothing');
    assert.equal(rx.tryReceive(nothing), nothing);
    assert.equal(rx.tryReceive(), undefined);
    for (const value of [null, 1, 'spam', 'eggs']) tx.sendSync(value);
    assert.deepEqual(
      [
        rx.tryReceive(nothing),
        rx.tryReceive(nothing),
        rx.tryReceive(),
        rx.receiveSync(),
        rx.tryReceive(nothing),
      ],
      [null, 1, 'spam', 'eggs', nothing],
    );
  });

  it('an interpreter may send to itself, and gets a copy', async () => {
    const guest = await create();
    const [equal, same] = await guest.call(() => {
      const [tx, rx] = isolane.channel<Uint8Array>();
      const original = new Uint8Array([1, 2, 3]);
      tx.sendSync(original);
      const arrived = rx.receiveSync();
      return [String(arrived) === String(original), arrived === original];
    });
    assert.deepEqual([equal, same], [true, false]);
  });

  it('main and an interpreter send to each other, and get copies', async () => {
    const guest = await create();
    const [there, back] = [channel<number[]>(), channel<string>()];
    const original = [1, 2, 3];
    there.sender.sendSync(original);
    await guest.call(
      (rx, tx) => {
        const arrived = rx.receiveSync();
        arrived.push(4);
        tx.sendSync(`eggs ${arrived}`);
      },
      there.receiver,
      back.sender,
    );
    assert.equal(back.receiver.receiveSync(), 'eggs 1,2,3,4');
    assert.deepEqual(original, [1, 2, 3]);
  });

  it('what an interpreter put in outlives it', async () => {
    // In PEP 734 the items of an interpreter that has ended are unbound, or dropped. Here messages outlive their sender.
    const guest = await create();
    const { sender, receiver } = channel<unknown>();
    await guest.call((tx) => {
      tx.sendSync(new Uint8Array([1]));
      tx.sendSync({ eggs: 2 });
    }, sender);
    await guest.close();
    assert.deepEqual(receiver.receiveSync(), new Uint8Array([1]));
    assert.deepEqual(receiver.receiveSync(), { eggs: 2 });
  });

  it('another thread takes what was put in, and answers', async () => {
    const { lines } = await runScript(`
      const there = channel(), back = channel();
      const host = await Interpreter.create();
      const answering = host.call((rx, tx) => {
        for (const message of rx) tx.sendSync(message.toUpperCase());
      }, there.receiver, back.sender);
      there.sender.sendSync('spam');
      console.log(await back.receiver.receive());
      there.sender.close(); there.close();
      await answering;`);
    assert.deepEqual(lines, ['SPAM']);
  });

  it('a shared buffer is one and the same on both sides', async () => {
    // send_buffer() of PEP 554: whoever writes, the other sees it.
    const guest = await create();
    const bytes = new Uint8Array(new SharedArrayBuffer(12)).fill(97);
    const [tx, rx] = channel<Uint8Array>();
    tx.sendSync(bytes);
    await guest.call((rx) => {
      const there = rx.receiveSync();
      there.set([98, 99], 4);
      Object.assign(globalThis, { there });
    }, rx);
    assert.deepEqual([...bytes.subarray(3, 7)], [97, 98, 99, 97]);
    bytes[0] = 7;
    assert.equal(await guest.evaluate('there[0]'), 7);
  });
});
