import assert from 'node:assert/strict';
import { channel, type Sender } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { through } from '../support/through.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

// biome-ignore lint/suspicious/noSparseArray: this is about them.
const sparse = [1, , 3, , ,];

const values: [what: string, value: unknown][] = [
  ['an empty object', {}],
  ['an object', { a: 1, 'b c': 'two', 3: [null], nested: { deep: { deeper: true } } }],
  ['an object with undefined in it', { a: undefined }],
  ['an empty array', []],
  ['an array', [1, 'two', null, undefined, [3, [4]]]],
  ['an array with holes', sparse],
  ['an array with a far hole', Object.assign([], { 0: 'a', 1000: 'b' })],
  ['an array with properties', Object.assign([1, 2], { extra: 'kept' })],
  ['an array of doubles', [0.5, -0, Number.NaN, Number.POSITIVE_INFINITY]],
  ['a long array', Array.from({ length: 100_000 }, (_, i) => i)],
  [
    'a Map',
    new Map<unknown, unknown>([
      ['a', 1],
      [2, { b: 3 }],
      [{ key: 1 }, 'object as key'],
      [Number.NaN, null],
    ]),
  ],
  ['an empty Map', new Map()],
  ['a Map in a Map', new Map([['inner', new Map([[1, new Set([1])]])]])],
  ['a Set', new Set([1, 'a', { b: 2 }, undefined, null, Number.NaN])],
  ['an empty Set', new Set()],
  ['a Date', new Date('2016-06-23T12:34:56.789Z')],
  ['a Date before 1970', new Date(-1)],
  ['a RegExp', /^a(b+)?c$/giu],
  ['a RegExp with every escape', /[\]/"'\n\u{1F600}]/u],
  [
    'keys in their order',
    Object.fromEntries([
      ['z', 1],
      ['a', 2],
      ['m', 3],
    ]),
  ],
  ['a key __proto__', JSON.parse('{"__proto__": {"polluted": true}, "a": 1}')],
  [
    'keys of every kind of string',
    { '': 1, ' ': 2, Ω: 3, '👩‍🚀': 4, constructor: 5, toString: 6, '-1': 7, '0': 8 },
  ],
];

describe('a structure', () => {
  const create = interpreters();

  for (const [what, value] of values) {
    it(`arrives as an equal copy: ${what}`, () => {
      const there = through(value);
      assert.notEqual(there, value);
      assert.deepEqual(there, value);
    });
  }

  it('arrives so in an interpreter, and comes back', async () => {
    const guest = await create();
    for (const [what, value] of values) {
      assert.deepEqual(await guest.call((value) => value, value), value, what);
    }
  });

  it('has the classes of the interpreter that it arrives in', async () => {
    const guest = await create();
    const found = await guest.call(
      (all: object) =>
        Object.entries(all).map(([key, value]) => [
          key,
          Object.getPrototypeOf(value) === Reflect.get(globalThis, key)?.prototype,
        ]),
      {
        Object: {},
        Array: [],
        Map: new Map(),
        Set: new Set(),
        Date: new Date(),
        RegExp: /a/,
        RangeError: new RangeError('r'),
        ArrayBuffer: new ArrayBuffer(1),
        Uint8Array: new Uint8Array(1),
        SharedArrayBuffer: new SharedArrayBuffer(1),
      },
    );
    for (const [name, isSame] of found) assert.ok(isSame, `${name}`);
  });

  it('that is an invalid Date stays one', () => {
    assert.ok(Number.isNaN(through(new Date(Number.NaN)).getTime()));
  });

  it('keeps the order of keys, and holes', () => {
    assert.deepEqual(Object.keys(through({ z: 1, a: 2, m: 3 })), ['z', 'a', 'm']);
    const there = through(sparse);
    assert.equal(there.length, 5);
    assert.equal(1 in there, false);
    assert.equal(2 in there, true);
  });

  it('may contain itself', () => {
    const loop: { self?: unknown; list: unknown[]; map: Map<string, unknown> } = {
      list: [],
      map: new Map(),
    };
    loop.self = loop;
    loop.list.push(loop, loop.list);
    loop.map.set('me', loop.map);
    const there = through(loop);
    assert.equal(there.self, there);
    assert.equal(there.list[0], there);
    assert.equal(there.list[1], there.list);
    assert.equal(there.map.get('me'), there.map);
  });

  it('keeps what is the same the same', () => {
    const shared = { n: 1 };
    const [a, b, other] = through([shared, { inside: shared }, { n: 1 }]) as [
      object,
      { inside: object },
      object,
    ];
    assert.equal(a, b.inside);
    assert.notEqual(a, other);
  });

  it('may be deep', () => {
    let nested: unknown = 'bottom';
    for (let i = 0; i < 1000; i++) nested = { nested };
    let there = through(nested);
    for (let i = 0; i < 1000; i++) there = (there as { nested: unknown }).nested;
    assert.equal(there, 'bottom');
  });

  it('that is too deep is an error, and harms nothing', () => {
    let nested: unknown = 'bottom';
    for (let i = 0; i < 1_000_000; i++) nested = [nested];
    const [tx, rx] = channel<unknown>(2);
    assert.throws(() => tx.trySend(nested));
    tx.sendSync('goes on');
    assert.equal(rx.receiveSync(), 'goes on');
  });

  it('loses its class, and keeps its fields', () => {
    const there = through<{ x: number; y: number }>(new Point(1, 2));
    assert.equal(there instanceof Point, false);
    assert.equal(Object.getPrototypeOf(there), Object.prototype);
    assert.deepEqual({ ...there }, { x: 1, y: 2 });
  });

  it('is read at the moment of the send', async () => {
    const [tx, rx] = channel<{ n: number }>(1);
    const value = { n: 1 };
    tx.trySend({ n: 0 });
    const sending = tx.send(value);
    value.n = 2;
    assert.equal((await rx.receive()).n, 0);
    await sending;
    assert.equal((await rx.receive()).n, 1);
  });

  it('has its getters called once, and their exceptions thrown', () => {
    let count = 0;
    const there = through({
      get n() {
        return ++count;
      },
    });
    assert.deepEqual({ ...there }, { n: 1 });
    const [tx, rx] = channel<unknown>(1);
    const failing = {
      get n() {
        throw new RangeError('from a getter');
      },
    };
    assert.throws(() => tx.trySend(failing), { name: 'RangeError', message: 'from a getter' });
    assert.equal(rx.size, 0);
  });

  it('may be changed by its own getters without harm', () => {
    const list: unknown[] = [1, 2, 3];
    Object.defineProperty(list, 0, {
      enumerable: true,
      get() {
        list.length = 1;
        return 'short';
      },
    });
    assert.equal(through(list)[0], 'short');
  });

  it('leaves out symbols as keys and what is not enumerable', () => {
    const value = { [Symbol('s')]: 1, seen: 2 };
    Object.defineProperty(value, 'hidden', { value: 3, enumerable: false });
    assert.deepEqual(Reflect.ownKeys(through(value)), ['seen']);
  });

  it('without a prototype arrives as a plain object', () => {
    const value = Object.assign(Object.create(null), { a: 1 });
    assert.deepEqual(through(value), { a: 1 });
  });

  it('that is frozen arrives, as a copy that is not', () => {
    const there = through(Object.freeze({ a: 1 }));
    assert.equal(Object.isFrozen(there), false);
    assert.deepEqual(there, { a: 1 });
  });
});

describe('an error as a value', () => {
  for (const Class of [
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ]) {
    it(`arrives as the same class: ${Class.name}`, () => {
      const there = through(new Class('what went wrong'));
      assert.ok(there instanceof Class);
      assert.equal(there.name, Class.name);
      assert.equal(there.message, 'what went wrong');
      assert.match(there.stack ?? '', /structures\.test/);
    });
  }

  it('keeps its cause', () => {
    const there = through(new Error('outer', { cause: new RangeError('inner') }));
    // Structured clone of errors carries the cause since V8 12.
    if (Number(process.versions.v8.split('.')[0]) < 12) return;
    assert.ok(there.cause instanceof RangeError);
    assert.equal(there.cause.message, 'inner');
  });
});

describe('a value nested deeper than the stack of its receiver', () => {
  const create = interpreters();

  it('is an error that says so, and the next one arrives', async () => {
    const [tx, rx] = channel<unknown>(2);
    const guest = await create({ stackSize: 64 * 2 ** 20 });
    await guest.call((tx: Sender<unknown>) => {
      let deep: unknown[] = [];
      for (let i = 0; i < 50_000; i++) deep = [deep];
      tx.sendSync(deep);
      tx.sendSync('next');
    }, tx);
    assert.throws(() => rx.receiveSync(), {
      name: 'RangeError',
      message: 'Maximum call stack size exceeded',
    });
    assert.equal(rx.receiveSync(), 'next');
  });
});
