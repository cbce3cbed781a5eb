import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ReadonlyView, type Shared, share } from 'isolane';
import { interpreters } from '../support/interpreters.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** All kinds of values, in one another; leaves of every class that a shared value can have. */
const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((elements) => new Set(elements)),
    fc
      .tuple(fc.string({ maxLength: 4 }), tie('value'))
      .map(([message, cause]) => new RangeError(message, { cause })),
  ),
  leaf: fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string({ maxLength: 5 }),
    fc.boolean(),
    fc.constantFrom<unknown>(null, undefined, 5n),
    fc.date({ noInvalidDate: true }),
    fc.constantFrom('g', 'i', 'y').map((flags) => new RegExp('a(b)?', flags)),
    fc.uint8Array({ maxLength: 9 }),
    fc.float64Array({ maxLength: 4 }),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.slice().buffer),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => new DataView(bytes.slice().buffer)),
    fc.integer().map((number) => Object(number)),
  ),
})).value;

/** What there is to read in a value, shared or not, in plain arrays. */
function reading(value: unknown, seen = new Map<object, number>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return ['seen', known];
  seen.set(value, seen.size);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (value instanceof ReadonlyView) return ['bytes', ...value.slice()];
  if (value instanceof ArrayBuffer) return ['bytes', ...new Uint8Array(value)];
  if (value instanceof DataView) return ['bytes', ...new Uint8Array(value.buffer)];
  if (ArrayBuffer.isView(value)) return ['bytes', ...(value as Uint8Array)];
  if (/Map$/.test(tag)) {
    const entries = [...(value as Map<unknown, unknown>)];
    return ['map', entries.map((entry) => entry.map((each) => reading(each, seen)))];
  }
  if (/Set$/.test(tag)) {
    return ['set', [...(value as Set<unknown>)].map((each) => reading(each, seen))];
  }
  if (/Date$/.test(tag)) return ['date', (value as Date).getTime()];
  if (/RegExp$/.test(tag)) return ['regexp', String(value), 'xab'.replace(value as RegExp, '_')];
  return [
    value instanceof Error ? [value.name, value.stack] : tag,
    value.valueOf() === value ? 0 : value.valueOf(),
    ...Reflect.ownKeys(value)
      .filter((key) => key !== 'stack')
      .map((key) => [key, reading(Reflect.get(value, key), seen)]),
  ];
}

/** All objects in a shared value. */
function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  for (const key of Reflect.ownKeys(value)) objectsIn(Reflect.get(value, key), found);
  const tag = Object.prototype.toString.call(value);
  if (/(Map|Set)\]$/.test(tag)) {
    for (const each of (value as Map<unknown, unknown>).keys()) objectsIn(each, found);
    for (const each of (value as Map<unknown, unknown>).values()) objectsIn(each, found);
  }
  return found;
}

const builtIn = [
  Object,
  Array,
  Map,
  Set,
  WeakMap,
  WeakSet,
  Date,
  RegExp,
  Error,
  Object.getPrototypeOf(Uint8Array),
  Uint8Array,
  DataView,
  ArrayBuffer,
  SharedArrayBuffer,
  Promise,
  Number,
  String,
  Reflect,
  Atomics,
].flatMap((each) => [each, each.prototype].filter(Boolean));

/** Every function that the language has for objects. */
const methods = builtIn.flatMap((of) =>
  Reflect.ownKeys(of).flatMap((key) => {
    const { value, get, set } = Reflect.getOwnPropertyDescriptor(of, key) as PropertyDescriptor;
    return [value, get, set].filter((each) => typeof each === 'function' && key !== 'constructor');
  }),
) as ((...args: unknown[]) => unknown)[];

function ownMethods(object: object): ((...args: unknown[]) => unknown)[] {
  const found: ((...args: unknown[]) => unknown)[] = [];
  for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      const value = Reflect.getOwnPropertyDescriptor(at, key)?.value;
      if (typeof value === 'function' && key !== 'constructor') found.push(value);
    }
  }
  return found;
}

function attempt(action: () => unknown): void {
  try {
    const result = action();
    // What is given out is a copy: writing to it is no matter.
    if (ArrayBuffer.isView(result)) new Uint8Array(result.buffer).fill(0xee);
    if (result instanceof ArrayBuffer) new Uint8Array(result).fill(0xee);
    if (result instanceof Promise) result.catch(() => {});
    if (result instanceof Date) result.setTime(0xee);
    if (result instanceof Map || result instanceof Set) result.clear();
  } catch {
    // As it should be.
  }
}

/** Writes in every way there is. `argument` is what is written, and what is looked for. */
function attack(object: object, argument: unknown): void {
  const keys = [...Reflect.ownKeys(object), 'more', '0', 'length', 'size', Symbol.iterator];
  for (const key of keys) {
    const target = object as Record<PropertyKey, unknown>;
    attempt(() => {
      target[key] = argument;
    });
    attempt(() => Reflect.set(object, key, argument));
    attempt(() => Reflect.set({}, key, argument, object));
    attempt(() => Reflect.defineProperty(object, key, { value: argument, writable: true }));
    attempt(() => Reflect.defineProperty(object, key, { get: () => argument }));
    attempt(() => Reflect.deleteProperty(object, key));
  }
  attempt(() => Reflect.setPrototypeOf(object, { hijacked: true }));
  attempt(() => Object.assign(object, [argument], { more: argument }));
  attempt(() => Error.captureStackTrace(object));
  for (const method of [...methods, ...ownMethods(object)]) {
    attempt(() => method.call(object));
    attempt(() => method.call(object, argument, argument));
    attempt(() => method.call(object, 0, argument, 1));
    attempt(() => method.call(object, () => argument));
    attempt(() => method.call(undefined, object, 0, argument));
    attempt(() => method.call(undefined, object, argument));
  }
}

describe('shared values cannot be changed', () => {
  const create = interpreters();

  it(`whatever is in them and whatever is tried (SEED=${seed})`, function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(values, fc.constantFrom<unknown>(0, 'more', 255n), (value, argument) => {
        const shared = share({ value });
        const before = reading({ value });
        assert.deepEqual(reading(shared.value), before);
        for (const object of objectsIn(shared.value)) {
          assert.ok(Object.isFrozen(object));
          attack(object, argument);
        }
        assert.deepEqual(reading(shared.value), before);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('by RegExp.prototype.compile, which works on frozen RegExps, or the trace of an error', () => {
    const { value } = share({ pattern: /a/g, error: new Error('no') });
    const { pattern, error } = value;
    const stack = String(error.stack);
    attempt(() => RegExp.prototype.compile.call(pattern as RegExp, 'b'));
    assert.equal(String(pattern), '/a/g');
    attempt(() => Reflect.set(error, 'stack', 'b'));
    attempt(() => Error.captureStackTrace(error));
    assert.equal(error.stack, stack);
  });

  it('by what they are made of: their classes, prototypes and receivers', () => {
    const { value } = share({ bytes: new Uint8Array([1, 2, 3]), map: new Map([['a', 1]]) });
    const { bytes, map } = value;
    const heir = Object.create(bytes);
    assert.throws(() => heir.at(0), TypeError);
    assert.equal(heir[0], undefined);
    assert.throws(() => Reflect.set(heir, 0, 1), TypeError);
    for (const key of ['buffer', 'byteOffset', '__proto__', 'constructor', 'subarray']) {
      assert.equal(bytes.at(key as unknown as number), 1);
    }
    assert.equal(bytes.at({ toString: () => 'buffer' } as unknown as number), 1);
    assert.equal(Reflect.get(bytes, 'buffer'), undefined);
    assert.equal(ArrayBuffer.isView(bytes), false);
    for (const [object, name] of [
      [bytes, 'at'],
      [map, 'get'],
    ] as const) {
      assert.throws(() => {
        Object.getPrototypeOf(object)[name] = () => 'hijacked';
      }, TypeError);
    }
    const Made = map.constructor as new (map: unknown) => Map<string, number>;
    assert.throws(() => new Made({}), TypeError);
    assert.throws(() => Reflect.construct(bytes.constructor as typeof ReadonlyView, [1, 3]), {
      message: 'Illegal constructor',
    });
    assert.equal(map.get('a'), 1);
  });

  for (const when of ['before', 'after'] as const) {
    it(`by a guest that replaced every built-in function ${when} the library was loaded there`, async function () {
      this.timeout(60_000);
      const guest = await create();
      const shared = share({
        bytes: new Uint8Array(64).fill(7),
        floats: new Float64Array([1.5, 2.5]),
        buffer: new Uint8Array(16).fill(9).buffer,
        map: new Map<string, unknown>([['bytes', new Uint16Array([5])]]),
        set: new Set([new DataView(new ArrayBuffer(3))]),
        date: new Date(5),
        pattern: /a/g,
      });
      const alone = share(new Uint8Array(64).fill(3));
      const before = reading(shared.value);
      if (when === 'after') await guest.call((shared) => shared.id, shared);
      await guest.exec(`(${replaceEverything})()`);
      const told = await guest.call(
        (shared: Shared<unknown>, alone: Shared<unknown>) =>
          (globalThis as unknown as Replaced).useAndWrite([shared, alone]),
        shared as Shared<unknown>,
        alone as Shared<unknown>,
      );
      // It has really seen something: the copies that slice() and others make, at least.
      assert.ok(told.calls > 1000, `${told.calls} calls`);
      assert.ok(told.written > 0, `${told.written} buffers`);
      assert.deepEqual(reading(shared.value), before);
      assert.deepEqual(alone.value.slice(), new Uint8Array(64).fill(3));
      const fresh = await create();
      const there = await fresh.call(
        (shared, alone) => [shared.value.bytes, shared.value.buffer, alone.value].map(String),
        shared,
        alone,
      );
      assert.deepEqual(there, [
        String(new Uint8Array(64).fill(7)),
        String(new Uint8Array(16).fill(9)),
        String(new Uint8Array(64).fill(3)),
      ]);
    });
  }
});

interface Replaced {
  useAndWrite(shared: Shared<unknown>[]): { calls: number; written: number };
}

/** Runs in a guest: puts a function that keeps all it sees in the place of each that there is. */
function replaceEverything(): void {
  type Any = (...args: unknown[]) => unknown;
  const { apply, construct, ownKeys, getOwnPropertyDescriptor, defineProperty, getPrototypeOf } =
    Reflect;
  const { Uint8Array: Bytes, ArrayBuffer: Buffer, DataView: View } = globalThis;
  const { Proxy: ProxyOf, Object: Plain } = globalThis;
  const { fill } = Bytes.prototype;
  const { isView } = Buffer;
  const bufferOf = getOwnPropertyDescriptor(getPrototypeOf(Bytes.prototype) as object, 'buffer')
    ?.get as Any;
  const bufferOfView = getOwnPropertyDescriptor(View.prototype, 'buffer')?.get as Any;
  const isFrozen = Plain.isFrozen;
  const used = new Set<unknown>();
  const { has: hasUsed, add: addUsed } = Set.prototype;
  const globals = globalThis as unknown as Record<string, { prototype?: object }>;
  const seen: unknown[] = [];
  let calls = 0;
  const note = (value: unknown): void => {
    if (typeof value === 'object' && value !== null && seen.length < 100_000) {
      seen[seen.length] = value;
    }
  };
  const spy = (original: Any): Any =>
    new ProxyOf(original, {
      apply(target, self, args) {
        calls++;
        note(self);
        for (let i = 0; i < args.length; i++) note(args[i]);
        const result = apply(target, self, args);
        note(result);
        return result;
      },
      construct(target, args, newTarget) {
        calls++;
        for (let i = 0; i < args.length; i++) note(args[i]);
        const made = construct(target, args, newTarget);
        note(made);
        return made;
      },
    });
  const replaceIn = (holder: object): void => {
    const keys = ownKeys(holder);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as PropertyKey;
      const property = getOwnPropertyDescriptor(holder, key) as PropertyDescriptor;
      if (!property.configurable || key === 'constructor') continue;
      if (typeof property.value === 'function') property.value = spy(property.value);
      if (property.get) property.get = spy(property.get as Any) as () => unknown;
      defineProperty(holder, key, property);
    }
  };
  const names = [
    'Object Function Array Map Set WeakMap WeakSet Date RegExp Error Number String Symbol Promise',
    'Reflect Math JSON Atomics DataView ArrayBuffer SharedArrayBuffer Proxy BigInt',
    'Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array',
    'Float32Array Float64Array BigInt64Array BigUint64Array',
  ]
    .join(' ')
    .split(' ');
  const holders = [getPrototypeOf(Bytes), getPrototypeOf(Bytes.prototype)] as object[];
  for (const name of names) {
    const holder = globals[name] as { prototype?: object };
    holders[holders.length] = holder;
    if (holder.prototype) holders[holders.length] = holder.prototype;
  }
  for (let i = 0; i < holders.length; i++) replaceIn(holders[i] as object);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (typeof globals[name] === 'function') globals[name] = spy(globals[name] as Any) as never;
  }

  const root = Plain.prototype;
  const use = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 2) return;
    if (isView(value) || apply(hasUsed, used, [value])) return;
    apply(addUsed, used, [value]);
    for (let at: object | null = value; at !== null && at !== root; at = getPrototypeOf(at)) {
      const keys = ownKeys(at);
      for (let k = 0; k < keys.length; k++) {
        const key = keys[k] as PropertyKey;
        if (key === 'constructor') continue;
        try {
          const member = (value as Record<PropertyKey, unknown>)[key];
          if (typeof member !== 'function') {
            use(member, depth + 1);
            continue;
          }
          const lists: unknown[][] = [[], [0], [0, 1], [(each: unknown) => each], ['bytes']];
          lists[lists.length] = [new Bytes(64)];
          for (let l = 0; l < lists.length; l++) {
            try {
              const result = apply(member as Any, value, lists[l] as unknown[]) as object;
              note(result);
              use(result, depth + 1);
              if (typeof result === 'object')
                for (const each of result as Iterable<unknown>) note(each);
            } catch {}
          }
        } catch {}
      }
    }
  };

  Plain.assign(globalThis, {
    useAndWrite(shared: Shared<unknown>[]) {
      for (let i = 0; i < shared.length; i++) {
        use(shared[i], 0);
        const value = shared[i]?.value as object;
        if (!isFrozen(value)) throw new Error('not frozen');
        use(value, 0);
      }
      let written = 0;
      const look = (value: unknown, depth: number): void => {
        if (typeof value !== 'object' || value === null || depth > 2) return;
        if (isView(value) || value instanceof Buffer) {
          try {
            const getter = value instanceof View ? bufferOfView : bufferOf;
            const buffer = isView(value) ? apply(getter, value, []) : value;
            apply(fill, new Bytes(buffer as ArrayBuffer), [0xee]);
            written++;
          } catch {}
          return;
        }
        const keys = ownKeys(value);
        for (let i = 0; i < keys.length && i < 50; i++) {
          look(getOwnPropertyDescriptor(value, keys[i] as PropertyKey)?.value, depth + 1);
        }
      };
      for (let i = 0, { length } = seen; i < length; i++) look(seen[i], 0);
      return { calls, written };
    },
  });
}
