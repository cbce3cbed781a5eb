import assert from 'node:assert/strict';
import {
  channel,
  MovedError,
  move,
  NotShareableError,
  Owned,
  own,
  type Sender,
  select,
  selectSync,
  trySelect,
} from 'isolane';
import { bytes } from '../support/bytes.js';
import { assertUncloneable } from '../support/cloning.js';
import { collectUntil } from '../support/garbage.js';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { runScript } from '../support/run-script.js';
import { through } from '../support/through.js';
import { rejection, thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

function assertMoved(box: Owned<unknown>): void {
  assert.equal(box.moved, true);
  const error = thrown(() => box.value);
  assert.ok(error instanceof MovedError);
  assert.equal(error.code, 'ERR_ISOLANE_MOVED');
}

function assertWhole(box: Owned<Uint8Array>, length: number): void {
  assert.equal(box.moved, false);
  assert.deepEqual(box.value, bytes(length));
}

describe('own', () => {
  const create = interpreters();

  it('gives a box with the value itself in it, of which nothing was copied', () => {
    const value = { pixels: bytes(10) };
    const box = own(value);
    assert.ok(box instanceof Owned);
    assert.equal(box.value, value);
    assert.equal(box.moved, false);
    assert.equal(own(box as unknown), box);
    assert.equal(own(move(value)).value, value);
    assert.equal(own(undefined).value, undefined);
  });

  describe('goes', () => {
    it('with everything in it: buffers without a copy, endpoints as this handle, the rest as a copy', () => {
      const [tx, rx] = channel<number>(1);
      const pixels = bytes(1000);
      const value = { pixels, tx, name: 'image', sizes: new Map([['w', 10]]) };
      const box = own(value);
      const there = through(box);
      assertMoved(box);
      assert.equal(pixels.length, 0);
      assert.equal(tx.closed, true);
      assert.equal(there.moved, false);
      assert.deepEqual(there.value.pixels, bytes(1000));
      assert.deepEqual([there.value.name, there.value.sizes], ['image', new Map([['w', 10]])]);
      there.value.tx.sendSync(5);
      assert.equal(rx.receiveSync(), 5);
      // The objects around them were copied, and are still here.
      assert.equal(value.name, 'image');
    });

    it('anywhere in a message, and the rest of that is copied', () => {
      const [kept, box] = [bytes(10), own(bytes(20))];
      const there = through({ id: 1, kept, jobs: [{ box }], byName: new Map([['a', box]]) });
      assertMoved(box);
      assert.equal(kept.length, 10);
      assertWhole(there.jobs[0]?.box as Owned<Uint8Array>, 20);
      assert.equal(there.byName.get('a'), there.jobs[0]?.box);
    });

    it('as a key of a Map, in a Set and in an array', () => {
      const boxes = [own(bytes(1)), own(bytes(2)), own(bytes(3))] as const;
      const there = through({
        map: new Map([[boxes[0], 'key']]),
        set: new Set([boxes[1]]),
        list: [boxes[2]],
      });
      for (const box of boxes) assertMoved(box);
      assertWhole([...there.map.keys()][0] as Owned<Uint8Array>, 1);
      assertWhole([...there.set][0] as Owned<Uint8Array>, 2);
      assertWhole(there.list[0] as Owned<Uint8Array>, 3);
    });

    it('once, if it is twice in a message: it is one box there, too', () => {
      const box = own(bytes(10));
      const [a, b] = through([box, box] as const);
      assertMoved(box);
      assert.equal(a, b);
      assertWhole(a, 10);
    });

    it('with boxes in it', () => {
      const inner = own(bytes(10));
      const outer = own({ inner, list: [own({ deep: own('text') })] });
      const there = through(outer);
      assertMoved(outer);
      assertMoved(inner);
      assertWhole(there.value.inner, 10);
      assert.equal(there.value.list[0]?.value.deep.value, 'text');
    });

    it('with itself in it, and with boxes in each other', () => {
      interface Loop {
        self?: Owned<Loop>;
        bytes: Uint8Array;
      }
      const loop: Loop = { bytes: bytes(10) };
      const box = own(loop);
      loop.self = box;
      const there = through([box, box] as const);
      assert.equal(there[0], there[1]);
      assert.equal(there[0].value.self, there[0]);
      assert.deepEqual(there[0].value.bytes, bytes(10));
      assertMoved(box);

      const [left, right] = [own<unknown[]>([1]), own<unknown[]>([2])];
      left.value.push(right);
      right.value.push(left);
      const pair = through({ left, right });
      assert.equal(pair.left.value[1], pair.right);
      assert.equal(pair.right.value[1], pair.left);
    });

    it('ten thousand boxes in each other', () => {
      let box: Owned<unknown> = own(bytes(3));
      for (let i = 0; i < 10_000; i++) box = own([box]);
      const there = through(box);
      assertMoved(box);
      let depth = 0;
      let inside: unknown = there;
      while (inside instanceof Owned && Array.isArray(inside.value)) {
        inside = inside.value[0];
        depth++;
      }
      assert.equal(depth, 10_000);
      assertWhole(inside as Owned<Uint8Array>, 3);
    });

    it('with memory that is shared, which stays here too, and with what is marked', () => {
      const shared = new Int32Array(new SharedArrayBuffer(8));
      const marked = bytes(5);
      const box = own({ shared, marked: move(marked), module: { a: 1 } });
      const there = through(box);
      Atomics.store(there.value.shared, 0, 42);
      assert.equal(shared[0], 42);
      assert.equal(marked.length, 0);
      assert.deepEqual(there.value.marked, bytes(5));
    });

    it('with a buffer that is in the rest of the message as well: one buffer there, none here', () => {
      for (const boxFirst of [true, false]) {
        const view = bytes(64);
        const box = own(view);
        const there = through(boxFirst ? { box, view } : { view, box });
        assert.equal(view.length, 0);
        assert.equal(there.view.buffer, there.box.value.buffer);
        assert.deepEqual(there.view, bytes(64));
      }
    });

    it('with a buffer that another box has as well', () => {
      const view = bytes(64);
      const there = through([own(view), own({ view })] as const);
      assert.equal(there[0].value.buffer, there[1].value.view.buffer);
      assert.deepEqual(there[1].value.view, bytes(64));
    });

    it('with whatever value: primitives, nothing, an endpoint', () => {
      for (const value of [0, -0, 'text', true, null, undefined, 5n, 2n ** 70n]) {
        const box = own<unknown>(value);
        assert.ok(Object.is(through(box).value, value));
        assertMoved(box);
      }
      const [tx, rx] = channel<string>(1);
      const box = own(tx);
      const there = through(box);
      assert.equal(tx.closed, true);
      there.value.sendSync('through');
      assert.equal(rx.receiveSync(), 'through');
    });
  });

  describe('goes by', () => {
    const forms: [string, (tx: Sender<unknown>, value: unknown) => unknown][] = [
      ['sendSync', (tx, value) => tx.sendSync(value)],
      ['send', (tx, value) => tx.send(value)],
      ['trySend', (tx, value) => assert.equal(tx.trySend(value), true)],
      ['sendMany', (tx, value) => tx.sendMany([value])],
      ['sendManySync', (tx, value) => tx.sendManySync([value])],
      ['select', (tx, value) => select({ sent: tx.offer(value) })],
      ['selectSync', (tx, value) => selectSync({ sent: tx.offer(value) })],
      ['trySelect', (tx, value) => trySelect({ sent: tx.offer(value) })],
      ['a stream', (tx, value) => tx.writable.getWriter().write(value)],
    ];
    for (const [name, send] of forms) {
      it(`${name}, alone and in an object`, async () => {
        const [tx, rx] = channel<unknown>(2);
        const boxes = [own(bytes(10)), own(bytes(20))] as const;
        await send(tx, boxes[0]);
        assertMoved(boxes[0]);
        assertWhole(rx.receiveSync() as Owned<Uint8Array>, 10);
        if (name === 'a stream') return;
        await send(tx, { box: boxes[1] });
        assertMoved(boxes[1]);
        assertWhole((rx.receiveSync() as { box: Owned<Uint8Array> }).box, 20);
      });
    }

    it('a send that waits, from the moment in which it begins to wait', async () => {
      const [tx, rx] = channel<unknown>(1);
      tx.sendSync('full');
      const box = own(bytes(10));
      const sent = tx.send(box);
      assertMoved(box);
      assert.equal(rx.receiveSync(), 'full');
      await sent;
      assertWhole((await rx.receive()) as Owned<Uint8Array>, 10);
    });

    it('a rendezvous', async () => {
      const [tx, rx] = channel<Owned<Uint8Array>>(0);
      const box = own(bytes(10));
      const [, there] = await Promise.all([tx.send(box), rx.receive()]);
      assertMoved(box);
      assertWhole(there, 10);
    });

    for (const runtime of ['v8', 'node'] as const) {
      describe(`interpreters of runtime ${runtime}, and`, () => {
        it('goes there and comes back, by calls', async () => {
          const guest = await create({ runtime });
          const box = own(bytes(1000));
          const back = await guest.call((box) => {
            box.value[0] = 99;
            Object.assign(globalThis, { kept: box });
            return { box, moved: box.moved };
          }, box);
          assertMoved(box);
          assert.equal(back.moved, false);
          assert.equal(back.box.value[0], 99);
          assert.deepEqual(back.box.value.subarray(1), bytes(1000).subarray(1));
          const there = await guest.call(() => {
            const { kept } = globalThis as unknown as { kept: Owned<Uint8Array> };
            try {
              return String(kept.value);
            } catch (error) {
              return [kept.moved, (error as Error).name, (error as { code?: string }).code];
            }
          });
          assert.deepEqual(there, [true, 'MovedError', 'ERR_ISOLANE_MOVED']);
        });

        it('is made there, and is passed on from one to another', async () => {
          const [first, second] = await Promise.all([create({ runtime }), create({ runtime })]);
          const [tx, rx] = channel<Owned<{ bytes: Uint8Array; tx: Sender<string> }>>(1);
          const [back, answers] = channel<string>(1);
          await first.call(
            (tx, back) => {
              const box = isolane.own({ bytes: new Uint8Array(3).fill(7), tx: back });
              tx.sendSync(box);
              if (!box.moved || !back.closed) throw new Error('not moved');
            },
            tx,
            back,
          );
          back.close();
          await second.call((rx) => {
            const { value } = rx.receiveSync();
            value.tx.sendSync([...value.bytes].join());
            value.tx.close();
          }, rx);
          assert.deepEqual([...answers], ['7,7,7']);
        });

        it('is thrown to nobody when a call fails: it is the other side that has it', async () => {
          const guest = await create({ runtime });
          const box = own(bytes(10));
          const error = await rejection(
            guest.call((box) => {
              Object.assign(globalThis, { kept: box });
              throw new RangeError(String(box.value.length));
            }, box),
          );
          assert.deepEqual([error.name, error.message], ['RangeError', '10']);
          assertMoved(box);
          assert.equal(await guest.evaluate('kept.value.length'), 10);
        });
      });
    }

    it('callSync, both ways', async () => {
      const guest = await create();
      const box = own(bytes(10));
      const back = guest.callSync((box) => box, box);
      assertMoved(box);
      assertWhole(back, 10);
    });

    it('provide and globals, for good', async () => {
      const guest = await create();
      const box = own(bytes(10));
      await guest.provide({ box, other: 1 });
      assertMoved(box);
      assert.equal(await guest.evaluate('box.value.length'), 10);
      const second = own(bytes(20));
      const withGlobals = await create({ globals: { box: second } });
      assertMoved(second);
      assert.equal(await withGlobals.evaluate('box.value.length'), 20);
    });

    it('generators of interpreters', async () => {
      const guest = await create();
      const boxes = guest.call(function* () {
        for (let i = 1; i <= 3; i++) yield isolane.own(new Uint8Array(i));
      });
      const lengths: number[] = [];
      for await (const box of await boxes) lengths.push(box.value.length);
      assert.deepEqual(lengths, [1, 2, 3]);
    });
  });

  describe('stays whole', () => {
    it('when something else in the message cannot travel', () => {
      const [tx, rx] = channel<unknown>(1);
      const box = own(bytes(10));
      const inner = own(bytes(20));
      const outer = own({ inner, no: Symbol('no') });
      assert.throws(() => tx.trySend([box, () => {}]), { name: 'NotShareableError', path: '$[1]' });
      assert.throws(() => tx.trySend([box, outer]), { path: '$[1].value.no' });
      assert.throws(() => tx.offer({ box, no: () => {} }), { path: '$.no' });
      assertWhole(box, 10);
      assertWhole(inner, 20);
      assert.equal(outer.moved, false);
      assert.equal(rx.size, 0);
      tx.sendSync({ box });
      assertWhole((rx.receiveSync() as { box: Owned<Uint8Array> }).box, 10);
    });

    it('when what is in it cannot travel, and the error names the place', () => {
      const [tx] = keep(channel<unknown>(1));
      const box = own({ list: [1, { onClick() {} }] });
      const error = thrown(() => tx.trySend({ job: box }));
      assert.ok(error instanceof NotShareableError);
      assert.equal(error.path, '$.job.value.list[1].onClick');
      assert.equal(box.moved, false);
    });

    it('when a buffer in it was handed over by others, or cannot be', () => {
      const [tx] = keep(channel<unknown>(1));
      const view = bytes(10);
      const box = own({ view, other: bytes(3) });
      through(move(view));
      assert.throws(() => tx.trySend([box]), {
        name: 'NotShareableError',
        path: '$[0].value.view',
      });
      const pooled = own({ text: Buffer.from('in the pool') });
      assert.throws(
        () => tx.trySend(pooled),
        (error: NotShareableError) => {
          assert.equal(error.path, '$.value.text');
          assert.match(error.message, /pool/);
          return error instanceof NotShareableError;
        },
      );
      const memory = own(new WebAssembly.Memory({ initial: 1 }).buffer);
      assert.throws(() => tx.trySend(memory), NotShareableError);
      assert.deepEqual([box.moved, pooled.moved, memory.moved], [false, false, false]);
      assert.equal(pooled.value.text.toString(), 'in the pool');
      assert.equal(box.value.other.length, 3);
    });

    it('when trySend or trySelect finds the channel full', () => {
      const [tx, rx] = channel<unknown>(1);
      tx.sendSync('full');
      const box = own(bytes(10));
      assert.equal(tx.trySend(box), false);
      assert.equal(tx.trySend({ box }), false);
      assert.equal(trySelect({ sent: tx.offer(box) }), undefined);
      assertWhole(box, 10);
      assert.equal(rx.size, 1);
    });

    it('when sendSync is too late, or the channel is closed or poisoned', () => {
      const box = own(bytes(10));
      const [full] = keep(channel<unknown>(1));
      full.sendSync('full');
      const late = thrown(() => full.sendSync({ box }, { timeout: 1 }));
      assert.equal(late.name, 'TimeoutError');
      const [closed, receiver] = channel<unknown>(1);
      receiver.close();
      const refused = thrown(() => closed.sendSync(box)) as Error & { value?: unknown };
      assert.equal(refused.name, 'ChannelClosedError');
      assert.equal(refused.value, box);
      const [poisoned] = keep(channel<unknown>(1));
      poisoned.poison('bad');
      assert.throws(() => poisoned.sendSync(box), { name: 'ChannelPoisonedError' });
      assertWhole(box, 10);
    });

    it('when send fails at once', async () => {
      const box = own(bytes(10));
      const [tx, rx] = channel<unknown>(1);
      const signal = AbortSignal.abort(new Error('before'));
      assert.equal((await rejection(tx.send(box, { signal }))).message, 'before');
      rx.close();
      const error = (await rejection(tx.send(box))) as Error & { value?: unknown };
      assert.equal(error.value, box);
      assertWhole(box, 10);
    });

    it('when its case of a select is not chosen', async () => {
      const [tx, rx] = channel<unknown>(1);
      const [other, from] = channel<string>(1);
      tx.sendSync('full');
      const box = own(bytes(10));
      const offer = tx.offer({ box });
      const chosen = select({ sent: offer, from });
      other.sendSync('first');
      assert.equal((await chosen).key, 'from');
      const late = rejection(select({ sent: offer }, { timeout: 1 }));
      assert.equal((await late).name, 'TimeoutError');
      assertWhole(box, 10);
      assert.equal(rx.receiveSync(), 'full');
      assert.equal((await select({ sent: offer })).key, 'sent');
      assertMoved(box);
      assertWhole((rx.receiveSync() as { box: Owned<Uint8Array> }).box, 10);
    });

    it('for its new owner when two offers of it meet: the second finds nothing to send', async () => {
      const [tx, rx] = channel<unknown>(2);
      const box = own(bytes(10));
      const [first, second] = [tx.offer(box), tx.offer(box)];
      await select({ first });
      assert.throws(() => trySelect({ second }), /handed over meanwhile/);
      assert.equal(rx.size, 1);
      assertWhole(rx.receiveSync() as Owned<Uint8Array>, 10);
    });

    it('when the interpreter that it was for has ended', async () => {
      const guest = await create();
      await guest.terminate();
      const box = own(bytes(10));
      assert.equal((await rejection(guest.call((box) => box, box))).name, 'InterpreterClosedError');
      assert.throws(() => guest.callSync((box) => box, box), { name: 'InterpreterClosedError' });
      await rejection(guest.provide({ box }));
      assertWhole(box, 10);
    });

    it('when another argument of a call cannot travel', async () => {
      const guest = await create();
      const box = own(bytes(10));
      const error = await rejection(guest.call((_box, _symbol) => {}, box, Symbol('no')));
      assert.equal((error as NotShareableError).path, 'arguments[1]');
      assertWhole(box, 10);
    });

    it('in a guest, when the result cannot travel', async () => {
      const guest = await create();
      const error = await rejection(
        guest.call(() => {
          const box = isolane.own(new Uint8Array(10));
          Object.assign(globalThis, { box });
          return [box, () => {}];
        }),
      );
      assert.equal(error.name, 'NotShareableError');
      assert.deepEqual(await guest.evaluate('[box.moved, box.value.length]'), [false, 10]);
    });

    it('when a getter in the message sends it away: the message fails, and it has gone once', () => {
      const [tx, rx] = channel<unknown>(2);
      const [aside, elsewhere] = channel<Owned<Uint8Array>>(1);
      const box = own(bytes(10));
      const message = {
        box,
        get later() {
          if (!box.moved) aside.sendSync(box);
          return 1;
        },
      };
      assert.throws(() => tx.trySend(message), NotShareableError);
      assert.equal(rx.size, 0);
      assertWhole(elsewhere.receiveSync(), 10);
    });
  });

  it('comes back on the error when a send that had to wait fails', async () => {
    const [tx, rx] = channel<unknown>(1);
    tx.sendSync('full');
    type Failed = Error & { value: { box: Owned<Uint8Array> } };

    const box = own(bytes(10));
    const late = (await rejection(tx.send({ box }, { timeout: 2 }))) as Failed;
    assert.equal(late.name, 'TimeoutError');
    assertMoved(box);
    assertWhole(late.value.box, 10);

    const controller = new AbortController();
    const aborted = rejection(tx.send(late.value, { signal: controller.signal }));
    controller.abort(new Error('enough'));
    const reason = (await aborted) as Failed;
    assert.equal(reason.message, 'enough');
    assertWhole(reason.value.box, 10);

    const refused = rejection(tx.send(reason.value));
    rx.close();
    const closed = (await refused) as Failed;
    assert.equal(closed.name, 'ChannelClosedError');
    assertWhole(closed.value.box, 10);
  });

  it('cannot be sent twice', async () => {
    const [tx, rx] = channel<unknown>(4);
    const box = own(bytes(10));
    tx.sendSync(box);
    for (const again of [box, { box }, own({ box }), new Map([[1, box]])]) {
      const error = thrown(() => tx.trySend(again));
      assert.ok(error instanceof NotShareableError);
      assert.match(error.message, /handed over before/);
    }
    const guest = await create();
    const error = (await rejection(guest.call((box) => box, box))) as NotShareableError;
    assert.equal(error.path, 'arguments[0]');
    assert.equal(rx.size, 1);
  });

  it('is of this library only: nobody else can make one, or look into it', () => {
    const box = own(bytes(10));
    assert.throws(() => Reflect.get(Owned.prototype, 'value', {}), TypeError);
    assertUncloneable(box, structuredClone);
    assertWhole(box, 10);
    assert.deepEqual(Object.keys(box), []);
  });

  it('is reported, with what is in it, when its channel drops it', async () => {
    const lost: unknown[] = [];
    const [tx, rx] = channel<Owned<Uint8Array>>({
      capacity: 4,
      onUndelivered: (box) => lost.push(box.value.length),
    });
    keep(rx);
    tx.sendSync(own(bytes(10)));
    tx.sendSync(own(bytes(20)));
    tx.poison('enough');
    while (lost.length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(lost, [10, 20]);
  });

  it('gives up what is in it when its message is dropped, its interpreter ends, or it is collected', async () => {
    const dropped = channel<number>(1);
    const [tx] = keep(channel<unknown>(1));
    tx.sendSync(own({ tx: dropped.sender }));
    tx.poison('enough');
    assert.deepEqual([...dropped.receiver], []);

    const ended = channel<number>(1);
    const guest = await create();
    await guest.call((box) => void Object.assign(globalThis, { box }), own(ended.sender));
    await guest.terminate();
    assert.deepEqual([...ended.receiver], []);

    const collected = channel<number>(1);
    through(own(collected.sender));
    await collectUntil(() => {
      try {
        return collected.receiver.tryReceive() !== undefined;
      } catch {
        return true;
      }
    }, 'the sender in the box is closed');
  });

  it('goes to Workers and comes back, by native code', async () => {
    await runScript(`
      const worker = new Worker(\`
        const { Interpreter, own } = require('isolane');
        (async () => {
          const guest = await Interpreter.create();
          const box = own(new Uint8Array(1000).fill(3));
          const back = await guest.call((box) => isolane.own({ box, length: box.value.length }), box);
          if (!box.moved || back.value.length !== 1000) throw new Error('not moved');
          if (back.value.box.value[999] !== 3) throw new Error('not whole');
          await guest.close();
        })();
      \`, { eval: true, execArgv: [] });
      const [code] = await once(worker, 'exit');
      assert.equal(code, 0);
    `);
  });

  it('outlives the interpreter that sent it, terminated or not', async () => {
    const [tx, rx] = channel<Owned<Uint8Array>>(2);
    for (const end of ['close', 'terminate'] as const) {
      const guest = await create();
      await guest.call((tx) => tx.sendSync(isolane.own(new Uint8Array(100_000).fill(3))), tx);
      await guest[end]();
      const box = rx.receiveSync();
      assert.equal(
        box.value.every((byte) => byte === 3),
        true,
      );
    }
  });
});
