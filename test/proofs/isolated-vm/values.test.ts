/**
 * The themes of isolated-vm's tests (laverdet/isolated-vm, tests/), said again for Isolane. Here: values that are copied,
 * transferred and shared, and what holds them.
 *
 * isolated-vm has References to objects that stay where they are. Isolane has none, by design: values are copied or moved, and
 * what both sides hold is an end of a channel or shared memory.
 */
import assert from 'node:assert/strict';
import { channel, move, NotShareableError, Receiver, Sender } from 'isolane';
import { collectUntil } from '../../support/garbage.js';
import { interpreters } from '../../support/interpreters.js';
import { rejection } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

describe('isolated-vm on values', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('array-buffer-copy: a copy leaves the original alone, a transfer takes it', async () => {
    const guest = await create();
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const sum = (bytes: Uint8Array) => bytes.reduce((a, b) => a + b, 0);
    assert.equal(await guest.call(sum, bytes), 10);
    assert.equal(bytes.length, 4);
    assert.equal(await guest.call(sum, move(bytes)), 10);
    assert.equal(bytes.length, 0);
    const back = await guest.call(() => isolane.move(new Uint8Array([5, 6])));
    assert.deepEqual(back, new Uint8Array([5, 6]));
  });

  it('array-buffer-copy: views of one buffer stay views of one buffer', async () => {
    const guest = await create();
    const buffer = new ArrayBuffer(8);
    const [first, second] = await guest.call(
      ([first, second]) => {
        if (first && second) first[4] = 7;
        return [first?.buffer === second?.buffer, second?.[0]];
      },
      [new Uint8Array(buffer), new Uint8Array(buffer, 4)] as Uint8Array[],
    );
    assert.deepEqual([first, second], [true, 7]);
  });

  it('buffer-copy, node-buffer-prototype: a Buffer arrives as bytes, alone', async () => {
    const guest = await create();
    const buffer = Buffer.from('spam');
    const seen = await guest.call(
      (bytes) => [
        bytes instanceof Uint8Array,
        Object.getPrototypeOf(bytes) === Uint8Array.prototype,
        String.fromCharCode(...bytes),
        // A Buffer is a window on a pool that it shares with others, which must not be seen.
        bytes.buffer.byteLength,
      ],
      buffer as Uint8Array,
    );
    assert.deepEqual(seen, [true, true, 'spam', 4]);
  });

  it('allocator-outlives-isolate: bytes that were handed over outlive the one that made them', async () => {
    const guest = await create();
    const bytes = await guest.call(() => isolane.move(new Uint8Array(5_000_000).fill(7)));
    await guest.terminate();
    assert.equal(
      bytes.every((byte) => byte === 7),
      true,
    );
    const other = await create();
    assert.equal(await other.call((bytes) => bytes.length, move(bytes)), 5_000_000);
  });

  it('shared-array-buffer: one memory, seen by both', async () => {
    const guest = await create();
    const shared = new Int32Array(new SharedArrayBuffer(8));
    await guest.provide({ shared });
    await guest.exec('Atomics.add(shared, 0, 5)');
    Atomics.add(shared, 0, 2);
    assert.equal(await guest.evaluate('shared[0]'), 7);
    await guest.terminate();
    assert.equal(shared[0], 7);
  });

  it('resize-array-buffer: a buffer that can grow arrives as one that can', async () => {
    const guest = await create();
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & { resizable: boolean; maxByteLength: number };
    const buffer = new Resizable(4, { maxByteLength: 16 });
    new Uint8Array(buffer).set([1, 2, 3, 4]);
    const seen = await guest.call(
      (buffer) => [buffer.resizable, buffer.maxByteLength, [...new Uint8Array(buffer)]],
      buffer,
    );
    assert.deepEqual(seen, [true, 16, [1, 2, 3, 4]]);
  });

  it('external-copy-strings, large-strings: text of every width and length', async () => {
    const guest = await create();
    for (const text of ['', 'a', 'é', 'Ω', '😀', '\ud800', 'x'.repeat(1e6), 'Ω'.repeat(1e6)]) {
      assert.equal(await guest.call((text) => text, text), text);
      assert.equal(
        guest.callSync((text) => text.length, text),
        text.length,
      );
    }
  });

  it('uint32: numbers at the edges of the integers', async () => {
    const guest = await create();
    for (const n of [
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      -(2 ** 31),
      2 ** 53 - 1,
      -0,
      0.1,
    ]) {
      assert.ok(Object.is(await guest.call((n) => n, n), n), `${n}`);
    }
  });

  it('proxy-copy: a Proxy is refused, whatever its traps say', async () => {
    const guest = await create();
    const proxy = new Proxy({ a: 1 }, { get: () => 'from a trap', ownKeys: () => ['a', 'b'] });
    const error = await rejection(guest.call((value) => value, { list: [proxy] }));
    assert.ok(error instanceof NotShareableError);
    assert.equal(error.path, 'arguments[0].list[0]');
  });

  it('transfer-options: what cannot travel is never turned into something else', async () => {
    const guest = await create();
    for (const expression of ['() => {}', 'Symbol()', '({ a: { b() {} } })', 'new WeakMap()']) {
      assert.ok((await rejection(guest.evaluate(expression))) instanceof NotShareableError);
    }
  });

  it('immutable: what a guest does to the API there changes nothing here', async () => {
    const guest = await create();
    await guest.exec(`
      isolane.Interpreter.prototype.call = () => 'hijacked';
      Object.getPrototypeOf(isolane.channel().sender).sendSync = () => 'hijacked';
      Array.prototype[Symbol.iterator] = undefined;
      Promise.prototype.then = undefined;`);
    const other = await create();
    assert.equal(await other.call(() => 1), 1);
    const [tx, rx] = channel<number>();
    tx.sendSync(5);
    assert.equal(rx.receiveSync(), 5);
  });

  it('cross-context-instance: an end of a channel has the class of wherever it is', async () => {
    const [one, two] = [await create(), await create()];
    const made = await one.call(() => {
      const { sender, receiver } = isolane.channel<string>();
      return { sender, receiver, there: receiver instanceof isolane.Receiver };
    });
    assert.equal(made.there, true);
    assert.ok(made.sender instanceof Sender);
    assert.ok(made.receiver instanceof Receiver);
    const seen = await two.call(
      (sender, receiver) => [
        sender instanceof isolane.Sender,
        receiver instanceof isolane.Receiver,
      ],
      made.sender,
      made.receiver,
    );
    assert.deepEqual(seen, [true, true]);
  });

  it('double-ref, release-option: a handle that was given up is of no use, and the others are', async () => {
    const guest = await create();
    const { sender, receiver } = channel<number>();
    const again = sender.clone();
    await guest.provide({ tx: sender });
    sender.close();
    sender.close();
    assert.equal(sender.closed, true);
    await guest.exec('tx.sendSync(1)');
    again.sendSync(2);
    assert.deepEqual([receiver.receiveSync(), receiver.receiveSync()], [1, 2]);
  });

  it('garbage-collection: handles that nobody holds any more are given up, here and there', async () => {
    const guest = await create();
    const { sender, receiver } = channel<number>();
    await guest.call((tx) => tx.id, move(sender));
    await collectUntil(() => {
      // Garbage there, too.
      guest.callSync(() => {
        for (let i = 0; i < 100; i++) new Array(10_000).fill(i);
      });
      return receiver.closed;
    }, 'the sender there is collected');
    assert.equal((await rejection(receiver.receive())).name, 'ChannelClosedError');
  });
});
