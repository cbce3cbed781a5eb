import assert from 'node:assert/strict';
import {
  channel,
  type Interpreter,
  move,
  NotShareableError,
  own,
  ReadonlyView,
  Shared,
  share,
} from 'isolane';
import { assertUncloneable } from '../support/cloning.js';
import { collectUntil } from '../support/garbage.js';
import { interpreters } from '../support/interpreters.js';
import { temporaryModules } from '../support/modules.js';
import { runScript } from '../support/run-script.js';
import { through } from '../support/through.js';
import { thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('share', () => {
  const create = interpreters();
  const modules = temporaryModules();

  describe('takes', () => {
    it('primitives as they are', () => {
      const long = 'long and wide Ω'.repeat(1000);
      for (const value of [
        0,
        -0,
        1.5,
        Number.NaN,
        true,
        false,
        null,
        undefined,
        '',
        'text',
        long,
        'a'.repeat(10_000),
        5n,
        2n ** 70n,
      ]) {
        assert.ok(Object.is(share(value).value, value));
        assert.ok(Object.is(through(share(value)).value, value));
      }
    });

    it('objects and arrays, with cycles, holes and what occurs twice', () => {
      interface Loop {
        list: unknown[];
        self?: Loop;
        twice: object[];
      }
      const inner = { x: 1 };
      const list: unknown[] = [1];
      list[2] = 'three';
      const loop: Loop = { list, twice: [inner, inner] };
      loop.self = loop;
      const { value } = share(loop);
      assert.notEqual(value, loop);
      assert.equal(value.self, value);
      assert.equal(value.twice[0], value.twice[1]);
      assert.deepEqual([value.list.length, 1 in value.list, value.list[2]], [3, false, 'three']);
      assert.equal(Object.isFrozen(loop) || Object.isFrozen(inner), false);
      for (const each of [value, value.list, value.twice, value.twice[0]]) {
        assert.ok(Object.isFrozen(each));
      }
    });

    it('Maps and Sets, as what has their methods for reading', () => {
      const key = { k: 1 };
      const { value } = share({ map: new Map<unknown, unknown>([['a', { x: 1 }]]).set(key, key) });
      const { map } = value;
      assert.deepEqual(
        [map.size, map.has('a'), map.has('b'), map.get('b')],
        [2, true, false, undefined],
      );
      assert.deepEqual(map.get('a'), { x: 1 });
      assert.deepEqual([...map], [...map.entries()]);
      assert.deepEqual([...map.keys()], ['a', { k: 1 }]);
      assert.equal([...map.keys()][1], [...map.values()][1]);
      const seen: unknown[] = [];
      map.forEach(function (this: unknown, each, at, of) {
        seen.push(each, at, of === map, this);
      }, 'self');
      assert.deepEqual(seen.slice(0, 4), [{ x: 1 }, 'a', true, 'self']);
      assert.deepEqual(
        new Map(map),
        new Map<unknown, unknown>([
          ['a', { x: 1 }],
          [key, key],
        ]),
      );

      const { value: set } = share(new Set<unknown>([1, 'two', { three: 3 }]));
      assert.deepEqual([set.size, set.has(1), set.has(2)], [3, true, false]);
      assert.deepEqual([...set.keys()], [1, 'two', { three: 3 }]);
      assert.deepEqual([...set.entries()][0], [1, 1]);
      assert.deepEqual(new Set(set), new Set([1, 'two', { three: 3 }]));
      let count = 0;
      set.forEach((each, same, of) => {
        count += Number(each === same && of === set);
      });
      assert.equal(count, 3);
      // Not in every Node.
      const union: unknown = Reflect.get(Set.prototype, 'union');
      assert.equal(typeof Reflect.get(set, 'union'), typeof union);
      if (typeof union === 'function') {
        const four = new Set([4]);
        assert.deepEqual(Reflect.get(set, 'union').call(set, four), new Set([...set, 4]));
        assert.deepEqual(union.call(four, set), new Set([4, ...set]));
      }
    });

    it('Maps and Sets that hold themselves', () => {
      const map = new Map<string, unknown>();
      const set = new Set<unknown>([map]);
      map.set('set', set).set('map', map);
      const { value } = share(map);
      assert.equal(value.get('map'), value);
      assert.ok((value.get('set') as Set<unknown>).has(value));
    });

    it('Dates, as what has their methods for reading', () => {
      const date = new Date('2024-02-29T12:34:56.789Z');
      const { value } = share(date);
      assert.equal(value.getTime(), date.getTime());
      assert.equal(+value, +date);
      assert.equal(value.toISOString(), '2024-02-29T12:34:56.789Z');
      assert.equal(`${value}`, `${date}`);
      assert.equal(JSON.stringify({ value }), JSON.stringify({ value: date }));
      assert.equal(value.toLocaleDateString('en-GB'), date.toLocaleDateString('en-GB'));
      assert.deepEqual(new Date(value as unknown as Date), date);
      assert.equal(Number(share(new Date(Number.NaN)).value), Number.NaN);
    });

    it('RegExps, each search of which begins at the beginning', () => {
      const { value } = share(/(?<word>[a-z]+)-/g);
      assert.deepEqual(
        [value.source, value.flags, value.global, `${value}`],
        ['(?<word>[a-z]+)-', 'g', true, '/(?<word>[a-z]+)-/g'],
      );
      assert.equal(value.test('ab-cd-'), true);
      assert.equal(value.exec('ab-cd-')?.groups?.['word'], 'ab');
      assert.equal(value.exec('ab-cd-')?.index, 0);
      assert.deepEqual('ab-cd-'.match(value), ['ab-', 'cd-']);
      assert.equal('ab-cd-'.replace(value, '$<word>+'), 'ab+cd+');
      assert.deepEqual('1ab-2'.split(value), ['1', 'ab', '2']);
      assert.equal('1ab-2'.search(value), 1);
      assert.deepEqual(
        [...'ab-cd-'.matchAll(value as RegExp)].map((found) => found[1]),
        ['ab', 'cd'],
      );
      assert.deepEqual(new RegExp(value as RegExp, 'i'), /(?<word>[a-z]+)-/i);
    });

    it('errors, with their causes', () => {
      const cause = { code: 7 };
      const error = new RangeError('too far', { cause });
      const { value } = share(error);
      assert.ok(value instanceof RangeError);
      assert.deepEqual([value.name, value.message, value.cause], ['RangeError', 'too far', cause]);
      assert.equal(value.stack, error.stack);
      assert.ok(Object.isFrozen(value) && Object.isFrozen(value.cause));
    });

    it('wrapped primitives, memory that is shared already, and modules of WebAssembly', () => {
      const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
      const words = new Int32Array(new SharedArrayBuffer(8));
      const { value } = share({
        n: Object(5),
        s: Object('s'),
        words,
        buffer: words.buffer,
        module,
      });
      assert.deepEqual([value.n, value.s], [Object(5), Object('s')]);
      assert.ok(value.module instanceof WebAssembly.Module);
      // Whoever has the buffer can write to it; the view only reads.
      assert.ok(value.words instanceof ReadonlyView);
      words[1] = 42;
      assert.equal(value.words[1], 42);
      assert.throws(() => Reflect.set(value.words, 1, 0), TypeError);
      assert.equal(new Int32Array(value.buffer as SharedArrayBuffer)[1], 42);
      assert.equal(share(words).value.at(1), 42);
      assert.equal(share(words.buffer).value.byteLength, 8);
    });

    it('other shared values, which stay themselves', () => {
      const inner = share([1, 2, 3]);
      assert.equal(share(inner as unknown), inner);
      const outer = share({ inner, again: [inner] });
      assert.equal(outer.value.inner, inner);
      assert.equal(outer.value.again[0]?.value, inner.value);
      assert.equal(share(outer.value).value.inner, inner);
    });

    it('objects of classes, as plain ones', () => {
      class Point {
        x = 1;
        get double() {
          return this.x * 2;
        }
      }
      const { value } = share<Point>(new Point());
      assert.deepEqual({ ...value }, { x: 1 });
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
    });
  });

  describe('refuses', () => {
    const [tx, rx] = channel();
    const cases: [string, unknown, string, RegExp][] = [
      ['functions', { a: [() => {}] }, '$.a[0]', /function/],
      ['symbols', [Symbol('s')], '$[0]', /symbol/],
      ['senders', { deep: [tx] }, '$.deep[0]', /sender, which has one owner/],
      ['receivers', new Map([['rx', rx]]), '$.get("rx")', /receiver, which has one owner/],
      ['endpoints that are marked', { tx: move(tx) }, '$.tx', /sender, which has one owner/],
      ['boxes', new Set([own(1)]), '$.values()[0]', /box, which has one owner/],
      ['promises', { p: Promise.resolve() }, '$.p', /promise/],
    ];
    for (const [name, value, path, message] of cases) {
      it(`${name}, and names the place`, () => {
        const error = thrown(() => share(value));
        assert.ok(error instanceof NotShareableError);
        assert.equal(error.path, path);
        assert.match(error.message, message);
        assert.equal(tx.closed || rx.closed, false);
      });
    }

    it('buffers that are detached', () => {
      const view = new Uint8Array(8);
      structuredClone(view, { transfer: [view.buffer] });
      assert.throws(() => share(view), NotShareableError);
      assert.throws(() => share({ view }), { path: '$.view' });
      assert.throws(() => share({ buffer: view.buffer }), { path: '$.buffer' });
      assert.throws(() => share(view.buffer), NotShareableError);
    });

    it('leaves everything whole when it does', () => {
      const [bytes, box] = [new Uint8Array(8), own(new Uint8Array(8))];
      assert.throws(() => share(move({ bytes, no: () => {} })), NotShareableError);
      assert.throws(() => share([move(bytes), box]), { path: '$[1]' });
      assert.throws(() => share(move({ bytes, tx })), NotShareableError);
      assert.deepEqual([bytes.length, box.moved, tx.closed], [8, false, false]);
    });
  });

  it('copies: what is changed later does not matter', () => {
    const original = { list: [1], map: new Map([['a', 1]]), bytes: new Uint8Array([1, 2]) };
    const { value } = share(original);
    original.list.push(2);
    original.map.set('a', 2);
    original.bytes[0] = 9;
    assert.deepEqual([value.list, value.map.get('a'), value.bytes[0]], [[1], 1, 1]);
  });

  it('decodes once: the value is the same one, whenever it is asked for', () => {
    const shared = share({ a: 1 });
    assert.equal(shared.value, shared.value);
    const bytes = share(new Uint8Array(8));
    assert.equal(bytes.value, bytes.value);
    assert.equal(through(shared), shared);
    assert.equal(through({ deep: [shared] }).deep[0], shared);
  });

  it('keeps a view that goes from hand to hand, and parts of parts of it, in memory once', async () => {
    let { value: view } = share(new Uint8Array(200_001).fill(7));
    const guest = await create();
    const [there, rx] = channel<typeof view>(1);
    const [tx, back] = channel<typeof view>(1);
    const done = guest.call(
      (rx, tx) => {
        for (const view of rx) tx.sendSync(view.subarray(1));
        tx.close();
      },
      rx,
      tx,
    );
    for (let i = 0; i < 20_000; i++) {
      there.sendSync(view);
      view = back.receiveSync();
    }
    there.close();
    await done;
    for (let i = 0; i < 180_000; i++) view = view.subarray(1);
    assert.deepEqual([view.length, view.at(0)], [1, 7]);
    const gone: string[] = [];
    const collected = new FinalizationRegistry<string>((name) => gone.push(name));
    (() => collected.register(view, 'view'))();
    view = share(new Uint8Array(1)).value;
    await collectUntil(() => gone.length === 1, 'the last view is collected');
  });

  for (const runtime of ['v8', 'node'] as const) {
    it(`is one in each interpreter of runtime ${runtime}, by whatever way it comes`, async () => {
      const guests = await Promise.all([create({ runtime }), create({ runtime })]);
      const shared = share({ rates: new Map([['EUR', 1.5]]), bytes: new Uint8Array([1, 2, 3]) });
      const [tx, rx] = channel<typeof shared>(4);
      for (const guest of guests) {
        await guest.provide({ shared });
        tx.sendSync(shared);
        const told = await guest.call(
          (given, list, rx) => {
            const { shared } = globalThis as unknown as { shared: typeof given };
            const received = rx.receiveSync();
            return {
              same: [given, list[0], received].every((one) => one === shared),
              values: given.value === shared.value && received.value === list[0]?.value,
              id: given.id,
              rate: received.value.rates.get('EUR'),
              byte: received.value.bytes[2],
              frozen: Object.isFrozen(received.value),
            };
          },
          shared,
          [shared],
          rx,
        );
        assert.deepEqual(told, {
          same: true,
          values: true,
          id: shared.id,
          rate: 1.5,
          byte: 3,
          frozen: true,
        });
        assert.equal(await guest.evaluate('shared'), shared);
      }
      const [first, second] = guests as [Interpreter, Interpreter];
      const made = await first.call(() => isolane.share(['made there']));
      assert.ok(made instanceof Shared);
      assert.notEqual(made.id, shared.id);
      const back = await second.call((made) => ({ made, id: made.id, text: made.value[0] }), made);
      assert.equal(back.made, made);
      assert.deepEqual([back.id, back.text], [made.id, 'made there']);
    });
  }

  it('is decoded once even if only the value was kept', async () => {
    const guest = await create();
    const shared = share({ a: [1, 2, 3] });
    await guest.call((shared) => void Object.assign(globalThis, { kept: shared.value }), shared);
    // The Shared itself is garbage there.
    const isSame = async (): Promise<boolean> =>
      guest.call((shared) => {
        const { kept } = globalThis as unknown as { kept: unknown };
        return shared.value === kept;
      }, shared);
    for (let i = 0; i < 20; i++) {
      await guest.evaluate('Array.from({ length: 100_000 }, () => ({})).length');
      assert.equal(await isSame(), true);
    }
  });

  it('outlives the interpreter that made it, closed or terminated', async () => {
    for (const end of ['close', 'terminate'] as const) {
      const guest = await create();
      const [table, moved] = await guest.call(() => [
        isolane.share({ bytes: new Uint8Array(100_000).fill(7), name: 'x'.repeat(10_000) }),
        isolane.share(isolane.move(new Float64Array(10_000).fill(1.5))),
      ]);
      await guest[end]();
      assert.equal((table as Shared<{ bytes: Uint8Array }>).value.bytes.at(-1), 7);
      assert.equal((table as Shared<{ name: string }>).value.name.length, 10_000);
      assert.equal((moved as Shared<Float64Array>).value.at(-1), 1.5);
      const other = await create();
      const sum = await other.call(
        (moved) => moved.value.reduce((sum, each) => sum + each, 0),
        moved as Shared<Float64Array>,
      );
      assert.equal(sum, 15_000);
    }
  });

  it('goes into pending sends, offers and calls that fail, and stays as it is', async () => {
    const shared = share({ a: 1 });
    const [tx, rx] = channel<unknown>(1);
    tx.sendSync('full');
    assert.equal(tx.trySend(shared), false);
    const late = await tx.send({ shared }, { timeout: 1 }).catch((error) => error.value);
    assert.equal(late.shared, shared);
    rx.receiveSync();
    tx.sendSync(shared);
    assert.equal(rx.receiveSync(), shared);
    assert.equal(shared.value.a, 1);
  });

  it('comes from modules, as a constant and as a result', async () => {
    const guest = await create();
    const path = modules({
      'table.mjs': `
        import { own, share } from 'isolane';
        export const table = share({ map: new Map([['a', 1]]) });
        export const list = [table];
        export const { value } = share({ bytes: new Uint8Array([1, 2]) });
        export const box = own('stays there');
        export const get = () => table;
        export const isMoved = () => box.moved;
      `,
    });
    interface Module {
      table: Shared<{ map: Map<string, number> }>;
      list: Module['table'][];
      value: { bytes: ReadonlyView };
      get(): Module['table'];
      isMoved(): boolean;
    }
    const { table, list, value, get, isMoved } = await guest.import<Module>(path);
    assert.ok(table instanceof Shared);
    assert.equal(table.value.map.get('a'), 1);
    assert.equal(list[0], table);
    assert.equal(await get(), table);
    assert.deepEqual([...value.bytes], [1, 2]);
    assert.equal(await isMoved(), false);
  });

  it("is printed as what it is of, on a guest's console, too", async () => {
    const { lines } = await runScript(`
      const { own, share } = isolane;
      const { value } = share({
        bytes: new Uint8Array([1, 2]),
        map: new Map([['date', new Date(0)]]),
        set: new Set([/a/g]),
      });
      const print = (value, box) => console.log(value, value.bytes, box.moved, box);
      print(value, own(1));
      const guest = await Interpreter.create();
      await guest.exec(\`var print = \${print}\`);
      await guest.call((value, box) => print(value, box), value, own(1));
      await guest.close();
    `);
    const half = lines.length / 2;
    assert.deepEqual(lines.slice(half), lines.slice(0, half));
    assert.match(lines.join('\n'), /Uint8Array\(2\) \[ 1, 2 \].*'date' => 1970.*\/a\/g.*false/s);
  });

  it('can be collected', async () => {
    const collected = new FinalizationRegistry<string>((name) => gone.push(name));
    const gone: string[] = [];
    (() => {
      const shared = share({ a: 1 });
      collected.register(shared, 'shared');
      collected.register(shared.value, 'value');
    })();
    await collectUntil(() => gone.length === 2, 'both are collected');
  });

  it('has nothing that can be changed itself', () => {
    const shared = share([1]) as unknown as Record<string, unknown>;
    assert.throws(() => {
      shared['value'] = 2;
    }, TypeError);
    assert.throws(() => {
      shared['more'] = 2;
    }, TypeError);
    assert.throws(() => Reflect.construct(Shared, [0]), TypeError);
    assertUncloneable(shared, structuredClone);
  });
});
