import assert from 'node:assert/strict';
import { channel, move, NotShareableError } from 'isolane';
import { bytes, typedArrays } from '../support/bytes.js';
import { interpreters } from '../support/interpreters.js';
import { through } from '../support/through.js';
import { thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('move', () => {
  const create = interpreters();

  for (const length of [1, 8, 40, 47, 48, 49, 100, 4096, 1_000_000]) {
    it(`hands over ${length} bytes: the same there, none here`, () => {
      const view = bytes(length);
      const { buffer } = view;
      const there = through(move(view));
      assert.equal(view.length, 0);
      assert.equal(buffer.byteLength, 0);
      assert.deepEqual(there, bytes(length));
      const again = through(move(there.buffer));
      assert.equal(there.length, 0);
      assert.deepEqual(new Uint8Array(again), bytes(length));
    });
  }

  it('hands over views of every class, with their offset', () => {
    for (const Class of typedArrays) {
      const view = new Class(bytes(80).buffer, 16, 3);
      const before = view.slice();
      const there = through(move(view));
      assert.ok(there instanceof Class);
      assert.deepEqual(there, before);
      assert.deepEqual([there.byteOffset, there.buffer.byteLength], [16, 80]);
      assert.equal(view.length, 0);
    }
    const data = new DataView(bytes(80).buffer, 8, 16);
    const there = through(move(data));
    assert.deepEqual([there.byteOffset, there.byteLength, there.getUint8(0)], [8, 16, 56]);
  });

  it('hands over a buffer that several views show', () => {
    const buffer = bytes(16).buffer;
    const views = { a: new Uint8Array(buffer, 0, 8), b: new Uint16Array(buffer, 8), buffer };
    const there = through(move(views));
    assert.deepEqual([views.a.length, views.b.length, buffer.byteLength], [0, 0, 0]);
    assert.equal(there.a.buffer, there.buffer);
    assert.equal(there.b.buffer, there.buffer);
    assert.deepEqual([...there.a], [...bytes(8)]);
  });

  it('may be anywhere in a message, and hands over that part alone', () => {
    const [kept, gone] = [bytes(100), bytes(100)];
    const there = through({ kept, list: [move(gone)] });
    assert.equal(kept.length, 100);
    assert.equal(gone.length, 0);
    assert.deepEqual(there, { kept: bytes(100), list: [bytes(100)] });
  });

  it('hands over all buffers below what it is given', () => {
    const parts = [1, 2, 3, 4, 5].map(() => bytes(50));
    const [a, b, c, d, e] = parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const there = through(
      move({
        object: { a },
        array: [b],
        map: new Map<unknown, unknown>([
          ['c', c],
          [d, 'as a key'],
        ]),
        set: new Set([e]),
        rest: 'copied',
      }),
    );
    assert.deepEqual(
      parts.map(({ length }) => length),
      [0, 0, 0, 0, 0],
    );
    assert.deepEqual(there.object.a, bytes(50));
    assert.deepEqual(there.array[0], bytes(50));
    assert.deepEqual(there.map.get('c'), bytes(50));
    assert.deepEqual([...there.set][0], bytes(50));
    assert.equal(there.rest, 'copied');
  });

  it('twice in a message is one buffer there', () => {
    const view = bytes(64);
    const [a, b] = through([move(view), move(view)]) as [Uint8Array, Uint8Array];
    assert.equal(view.length, 0);
    assert.equal(a.buffer, b.buffer);
    assert.deepEqual(a, bytes(64));
  });

  it('beside the same buffer unmarked is one buffer there, too', () => {
    const view = bytes(64);
    for (const order of [
      [move(view), view],
      [view.slice(), move(view.slice())],
    ]) {
      const [a, b] = through(order) as [Uint8Array, Uint8Array];
      assert.deepEqual([a, b], [bytes(64), bytes(64)]);
      if (view.length === 0) return;
    }
  });

  describe('of what cannot be sent', () => {
    async function refused(message: unknown): Promise<unknown[]> {
      const [tx] = channel<unknown>({ capacity: 1 });
      const other = tx.clone();
      const waiting = channel<unknown>(1);
      waiting.sender.trySend('full');
      const late = thrown(() => waiting.sender.sendSync(message, { timeout: 1 }));
      tx.close();
      const closed = thrown(() => tx.trySend(message));
      const blocking = thrown(() => tx.sendSync(message));
      const pending = await tx.send(message).catch((error: unknown) => error);
      const offered = thrown(() => tx.offer(message));
      other.close();
      assert.equal(waiting.receiver.receiveSync(), 'full');
      return [late, closed, blocking, pending, offered].map(
        (error) => (error as { value: unknown }).value,
      );
    }

    it('leaves the value itself with the error, without its mark', async () => {
      const view = bytes(64);
      for (const value of await refused(move(view))) assert.equal(value, view);
      const list = [view];
      for (const value of await refused(move(list))) assert.equal(value, list);
      assert.deepEqual(view, bytes(64));
    });

    it('leaves no marks in containers', async () => {
      const view = bytes(64);
      const kept = { list: [1] };
      const message = { view: move(view), list: new Array<Uint8Array>(2), map: new Map(), kept };
      message.list[1] = move(view);
      message.map.set(move(view), new Set([move(message)]));
      for (const value of await refused(message)) {
        assert.ok(value !== message);
        const { view: bare, list, map, kept: copy } = value as typeof message;
        assert.equal(bare, view);
        assert.deepEqual([list.length, 0 in list, list[1] === view], [2, false, true]);
        assert.deepEqual([...map.keys()], [view]);
        assert.equal([...map.get(view)][0], value);
        assert.deepEqual(copy, kept);
      }
      assert.ok(message.view !== view, 'the message itself is as it was');
    });

    it('leaves a message without marks as it is', async () => {
      const message = { deep: [{ list: [1] }], map: new Map([[1, 2]]) };
      for (const value of await refused(message)) assert.equal(value, message);
      const throws = {
        get no(): never {
          throw new Error('no');
        },
      };
      const [tx] = channel<unknown>(1);
      tx.close();
      assert.equal((thrown(() => tx.offer(throws)) as { value?: unknown }).value, throws);
    });
  });

  it('of a move is a move', () => {
    const view = bytes(64);
    assert.deepEqual(through(move(move(view))), bytes(64));
    assert.equal(view.length, 0);
  });

  it('of what has nothing to hand over is a copy', () => {
    const value = { a: [1, 'two'] };
    assert.deepEqual(through(move(value)), value);
    assert.equal(through(move(5)), 5);
    assert.equal(through(move('text')), 'text');
    assert.equal(through(move(null)), null);
    assert.equal(through(move(undefined)), undefined);
  });

  it('alone does nothing: only sending hands over', () => {
    const view = bytes(64);
    move(view);
    assert.equal(view.length, 64);
  });

  it('of an empty buffer works', () => {
    const there = through(move(new Uint8Array(0)));
    assert.deepEqual(there, new Uint8Array(0));
    assert.deepEqual(through(move({ empty: new ArrayBuffer(0) })).empty.byteLength, 0);
  });

  it('of a buffer that was moved already throws, and sends nothing', () => {
    const view = bytes(64);
    through(move(view));
    assert.throws(() => move(view), /detached/);
    const [tx, rx] = channel<unknown>(1);
    assert.throws(() => tx.trySend({ view }), { name: 'NotShareableError', path: '$.view' });
    assert.equal(rx.size, 0);
  });

  it('marked before the buffer was detached throws when it is sent', () => {
    const view = bytes(64);
    const marked = move({ view });
    through(move(view));
    const [tx, rx] = channel<unknown>(1);
    assert.throws(() => tx.trySend(marked), NotShareableError);
    assert.equal(rx.size, 0);
  });

  it("of WebAssembly memory's buffer is refused", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const [tx, rx] = channel<unknown>(1);
    assert.throws(() => tx.trySend(move(memory.buffer)), NotShareableError);
    assert.throws(() => tx.trySend(move({ deep: [memory.buffer] })), NotShareableError);
    assert.equal(rx.size, 0);
    assert.equal(memory.buffer.byteLength, 65_536);
    tx.sendSync(memory.buffer);
    assert.equal((rx.receiveSync() as ArrayBuffer).byteLength, 65_536);
  });

  it('of a pooled Buffer is refused, with advice', () => {
    const pooled = Buffer.from('in the pool');
    const error = thrown(() => move(pooled));
    assert.ok(error instanceof NotShareableError);
    assert.match(error.message, /pool.*allocUnsafeSlow/);
    assert.equal(pooled.toString(), 'in the pool');
    assert.throws(() => move([{ pooled }]), NotShareableError);
    const own = Buffer.allocUnsafeSlow(8).fill(3);
    assert.deepEqual([...through<Uint8Array>(move(own))], [3, 3, 3, 3, 3, 3, 3, 3]);
    assert.equal(own.length, 0);
  });

  it('does not move one buffer when another one cannot travel', () => {
    const view = bytes(64);
    const [tx, rx] = channel<unknown>(1);
    assert.throws(() => tx.trySend([move(view), () => {}]), { path: '$[1]' });
    assert.throws(() => tx.trySend(move({ view, nested: [Symbol('no')] })), {
      path: '$.nested[0]',
    });
    assert.equal(view.length, 64);
    assert.equal(rx.size, 0);
  });

  it('goes into a call and comes out as its result', async () => {
    const guest = await create();
    const view = bytes(100_000);
    const there = await guest.call((view) => {
      view[0] = 99;
      const result = isolane.move(view);
      Object.assign(globalThis, { kept: view });
      return result;
    }, move(view));
    assert.equal(view.length, 0);
    assert.equal(there[0], 99);
    assert.deepEqual(there.subarray(1), bytes(100_000).subarray(1));
    assert.equal(await guest.evaluate('kept.length'), 0);
  });

  it('is the same as the transfer option', async () => {
    const [tx, rx] = channel<unknown>(4);
    const views = [bytes(10), bytes(10), bytes(10)] as [Uint8Array, Uint8Array, Uint8Array];
    tx.sendSync({ view: views[0] }, { transfer: [views[0].buffer] });
    await tx.send([views[1]], { transfer: [views[1]] });
    tx.sendSync(views[2], { transfer: [views[2].buffer] });
    assert.deepEqual(
      views.map(({ length }) => length),
      [0, 0, 0],
    );
    assert.deepEqual(rx.receiveSync(), { view: bytes(10) });
    assert.deepEqual(rx.receiveSync(), [bytes(10)]);
    assert.deepEqual(rx.receiveSync(), bytes(10));
    assert.throws(() => tx.sendSync({}, { transfer: [{}] }), NotShareableError);
  });

  it('passes a buffer on from guest to guest', async () => {
    const guests = await Promise.all([create(), create(), create()]);
    let view = bytes(1000);
    for (const guest of guests) {
      view = await guest.call((view) => {
        for (let i = 0; i < view.length; i++) view[i] = (view[i] as number) + 1;
        return isolane.move(view);
      }, move(view));
    }
    assert.deepEqual(
      view,
      bytes(1000).map((byte) => byte + 3),
    );
  });

  it('outlives the interpreter that sent it', async () => {
    const guest = await create();
    const [tx, rx] = channel<Uint8Array>(2);
    await guest.call((tx) => {
      tx.sendSync(isolane.move(new Uint8Array(1_000_000).fill(1)));
      tx.sendSync(isolane.move(new Uint8Array(20).fill(2)));
    }, tx);
    await guest.terminate();
    assert.equal(
      rx.receiveSync().reduce((a, b) => a + b),
      1_000_000,
    );
    assert.deepEqual(rx.receiveSync(), new Uint8Array(20).fill(2));
  });

  it('of what a guest keeps is refused in the guest, too', async () => {
    const guest = await create();
    const name = await guest.call(() => {
      const view = new Uint8Array(8);
      structuredClone(view, { transfer: [view.buffer] });
      try {
        return isolane.move(view).length;
      } catch (error) {
        return (error as Error).name;
      }
    });
    assert.equal(name, 'TypeError');
  });
});
