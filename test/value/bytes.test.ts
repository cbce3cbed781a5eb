import assert from 'node:assert/strict';
import { channel } from 'isolane';
import { typedArrays } from '../support/bytes.js';
import { interpreters } from '../support/interpreters.js';
import { through } from '../support/through.js';

const lengths = [0, 1, 2, 5, 6, 7, 8, 40, 47, 48, 49, 64, 1000, 100_000];

/** A view of any class over bytes that count up. */
function counting(Class: (typeof typedArrays)[number], length: number) {
  const bytes = new Uint8Array(length * Class.BYTES_PER_ELEMENT);
  bytes.forEach((_, i) => {
    bytes[i] = (i * 7 + 1) % 120;
  });
  return new Class(bytes.buffer);
}

describe('bytes', () => {
  const create = interpreters();

  for (const Class of typedArrays) {
    it(`of a ${Class.name} arrive, of any length`, () => {
      for (const length of lengths) {
        const view = counting(Class, length);
        const there = through(view);
        assert.ok(there instanceof Class);
        assert.notEqual(there.buffer, view.buffer);
        assert.deepEqual(there, view);
        assert.deepEqual(through({ inside: view }).inside, view);
        assert.equal(view.length, length, 'the sender keeps its own');
      }
    });
  }

  it('of an ArrayBuffer arrive, of any length', () => {
    for (const length of lengths) {
      const { buffer } = counting(Uint8Array, length);
      const there = through(buffer);
      assert.ok(there instanceof ArrayBuffer);
      assert.deepEqual(there, buffer);
      assert.deepEqual(through([buffer]), [buffer]);
    }
  });

  it('of a DataView arrive', () => {
    const view = new DataView(new ArrayBuffer(16), 4, 8);
    view.setFloat64(0, Math.PI);
    const there = through(view);
    assert.ok(there instanceof DataView);
    assert.equal(there.byteLength, 8);
    assert.equal(there.getFloat64(0), Math.PI);
    const inside = through({ view }).view;
    assert.equal(inside.getFloat64(0), Math.PI);
  });

  it('of every class go through a guest, alone and inside', async () => {
    const guest = await create();
    for (const Class of typedArrays) {
      const view = counting(Class, 10);
      const alone = await guest.call((view) => view, view);
      assert.deepEqual(alone, view);
      const names = await guest.call((view) => [view.constructor.name, view.length], view);
      assert.deepEqual(names, [Class.name, 10]);
      assert.deepEqual(await guest.call((message) => message, { view, list: [view] }), {
        view,
        list: [view],
      });
    }
  });

  it('arrive as those of the view alone, not of all its buffer', () => {
    const whole = counting(Uint8Array, 1_000_000);
    const view = whole.subarray(1000, 1010);
    const there = through(view);
    assert.deepEqual(there, whole.slice(1000, 1010));
    assert.equal(there.buffer.byteLength, 10);
  });

  it('of a Node Buffer arrive as those of the Buffer alone, not of its pool', () => {
    for (const buffer of [
      Buffer.from('from the pool'),
      Buffer.allocUnsafe(20).fill(7),
      Buffer.alloc(20, 9),
      Buffer.from('x'.repeat(100_000)),
    ]) {
      const there = through<Uint8Array>(buffer);
      assert.ok(there instanceof Uint8Array);
      assert.deepEqual([...there], [...buffer]);
      assert.equal(there.buffer.byteLength, buffer.length);
    }
  });

  it('of a pooled Buffer inside a message: the pool does not leak', async () => {
    Buffer.from('a secret that lies in the same pool');
    const guest = await create();
    const sizes = await guest.call(
      (message) => [message.buffer.length, message.buffer.buffer.byteLength],
      { buffer: new Uint8Array(Buffer.from('public')) as Uint8Array },
    );
    assert.deepEqual(sizes, [6, 6]);
    const pooled = Buffer.from('public');
    const text = await guest.call(
      (message) => String.fromCharCode(...new Uint8Array(message.bytes.buffer)),
      { bytes: pooled as Uint8Array },
    );
    assert.equal(text, 'public');
  });

  it('of two views of one buffer in a message stay of one buffer', () => {
    const buffer = new ArrayBuffer(8);
    const { a, b } = through({ a: new Uint8Array(buffer, 0, 4), b: new Uint16Array(buffer, 4, 2) });
    assert.equal(a.buffer, b.buffer);
    assert.deepEqual([a.byteOffset, a.length, b.byteOffset, b.length], [0, 4, 4, 2]);
  });

  it('are copied at the moment of the send', async () => {
    const [tx, rx] = channel<Uint8Array>(1);
    const bytes = new Uint8Array([1, 2, 3]);
    tx.sendSync(bytes);
    bytes.fill(9);
    assert.deepEqual(rx.receiveSync(), new Uint8Array([1, 2, 3]));
    tx.sendSync(bytes);
    const pending = tx.send(bytes);
    bytes.fill(7);
    rx.receiveSync();
    await pending;
    assert.deepEqual(rx.receiveSync(), new Uint8Array([9, 9, 9]));
  });

  it('of a buffer that can be resized arrive as they are', () => {
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer;
    const buffer = new Resizable(100, { maxByteLength: 1000 });
    const all = new Uint8Array(buffer);
    for (let i = 0; i < 100; i++) all[i] = i;
    assert.deepEqual([...new Uint8Array(through(buffer))], [...all]);
    assert.deepEqual([...new Uint8Array(through({ buffer }).buffer)], [...all]);
    for (const view of [all, new Uint8Array(buffer, 10), new Uint8Array(buffer, 10, 20)]) {
      assert.deepEqual([...through(view)], [...view]);
      assert.deepEqual([...through({ view }).view], [...view]);
    }
  });
});

describe('shared memory', () => {
  const create = interpreters();

  it('is really shared: a write there is seen here', async () => {
    const guest = await create();
    const shared = new SharedArrayBuffer(16);
    const here = new Int32Array(shared);
    await guest.call(
      (shared, view) => {
        Atomics.store(new Int32Array(shared), 0, 42);
        Atomics.store(view, 1, 43);
      },
      shared,
      here,
    );
    assert.deepEqual([here[0], here[1]], [42, 43]);
  });

  it('stays one when it occurs twice, and shared after hops', async () => {
    const [one, two] = [await create(), await create()];
    const shared = new SharedArrayBuffer(8);
    const message = { a: shared, b: new Uint8Array(shared, 4) };
    const there = await one.call((message) => {
      if (message.a !== message.b.buffer) throw new Error('not the same');
      return message;
    }, message);
    await two.call((message) => {
      message.b[0] = 5;
    }, there);
    assert.equal(new Uint8Array(shared)[4], 5);
  });

  it('counts together from several interpreters', async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const guests = await Promise.all([create(), create(), create()]);
    await Promise.all(
      guests.map((guest) =>
        guest.call((counter) => {
          for (let i = 0; i < 10_000; i++) Atomics.add(counter, 0, 1);
        }, counter),
      ),
    );
    assert.equal(counter[0], 30_000);
  });

  it('outlives the interpreter that made it', async () => {
    const guest = await create();
    const shared = await guest.call(() => {
      const shared = new SharedArrayBuffer(1_000_000);
      new Uint8Array(shared).fill(3);
      return shared;
    });
    await guest.terminate();
    assert.equal(new Uint8Array(shared)[999_999], 3);
  });

  it('cannot be waited for in a guest, which says so', async () => {
    const guest = await create();
    await assert.rejects(
      guest.call((view) => Atomics.wait(view, 0, 0), new Int32Array(new SharedArrayBuffer(4))),
      TypeError,
    );
  });
});

describe('WebAssembly', () => {
  const create = interpreters();
  /** `add(a, b)`, and a memory of one page. */
  const bytes = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100,
    100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11,
  ]);

  it('modules arrive compiled, and run', async () => {
    const guest = await create();
    const module = new WebAssembly.Module(bytes);
    const sum = await guest.call((module) => {
      const { add } = new WebAssembly.Instance(module).exports;
      return (add as (a: number, b: number) => number)(40, 2);
    }, module);
    assert.equal(sum, 42);
    const back = await guest.call((message) => message.module, { module });
    assert.ok(back instanceof WebAssembly.Module);
    assert.equal(WebAssembly.Module.exports(back)[0]?.name, 'add');
  });

  it('modules that a guest compiled outlive it', async () => {
    const guest = await create();
    const module = await guest.call((bytes) => new WebAssembly.Module(bytes), bytes);
    await guest.terminate();
    const { add } = new WebAssembly.Instance(module).exports;
    assert.equal((add as (a: number, b: number) => number)(1, 2), 3);
  });

  it('instances and memories cannot travel', () => {
    const [tx] = channel<unknown>(1);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    const memory = new WebAssembly.Memory({ initial: 1 });
    assert.throws(() => tx.trySend({ instance }), { name: 'NotShareableError' });
    assert.throws(() => tx.trySend(memory), { name: 'NotShareableError' });
  });
});
