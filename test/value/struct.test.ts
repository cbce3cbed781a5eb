import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  channel,
  type FieldType,
  type Infer,
  NotShareableError,
  Schema,
  select,
  struct,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { native } from '../support/native.js';
import { runScript } from '../support/run-script.js';
import { rejection } from '../support/wait.js';

declare const isolane: typeof import('isolane');

const Inner = struct({ name: 'string', ids: ['i64'], bytes: 'bytes' });
const Everything = struct({
  i8: 'i8',
  u8: 'u8',
  i16: 'i16',
  u16: 'u16',
  i32: 'i32',
  u32: 'u32',
  f32: 'f32',
  f64: 'f64',
  i64: 'i64',
  u64: 'u64',
  bool: 'bool',
  string: 'string',
  bytes: 'bytes',
  inner: Inner,
  inners: [Inner],
  fixed: ['u8', 4],
  rows: [['f64', 2], 3],
  flags: ['bool', 12],
  words: ['string'],
});
type Everything = Infer<typeof Everything>;

const integer = (bits: number, signed: boolean) =>
  signed
    ? fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
    : fc.integer({ min: 0, max: 2 ** bits - 1 });
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 30 }));
const bytes = fc.uint8Array({ maxLength: 40 });
const plainRecord = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(fields, { noNullPrototype: true });
const inner = plainRecord({
  name: text,
  ids: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 5 }),
  bytes,
});
const everything: fc.Arbitrary<Everything> = plainRecord({
  i8: integer(8, true),
  u8: integer(8, false),
  i16: integer(16, true),
  u16: integer(16, false),
  i32: integer(32, true),
  u32: integer(32, false),
  f32: fc.float(),
  f64: fc.double(),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  bool: fc.boolean(),
  string: text,
  bytes,
  inner,
  inners: fc.array(inner, { maxLength: 3 }),
  fixed: fc.array(integer(8, false), { minLength: 4, maxLength: 4 }),
  rows: fc.array(fc.array(fc.double(), { minLength: 2, maxLength: 2 }), {
    minLength: 3,
    maxLength: 3,
  }),
  flags: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
  words: fc.array(text, { maxLength: 5 }),
});

describe('struct', () => {
  const create = interpreters();

  it('gives back what was sent, of every type', () => {
    const [tx, rx] = channel({ of: Everything, capacity: 1 });
    fc.assert(
      fc.property(everything, (value) => {
        tx.sendSync(value);
        assert.deepStrictEqual(rx.receiveSync(), value);
      }),
      { numRuns: 500 },
    );
  });

  it('goes through interpreters that have never heard of it', async () => {
    const guest = await create();
    const [tx, there] = channel({ of: Everything, capacity: 4 });
    const [back, rx] = channel({ of: Everything, capacity: 4 });
    const echoing = guest.call(
      (there, back) => {
        for (const value of there) back.sendSync(value);
      },
      there,
      back,
    );
    for (const value of fc.sample(everything, { numRuns: 100, seed: 3 })) {
      await tx.send(value);
      assert.deepStrictEqual(await rx.receive(), value);
    }
    tx.close();
    await echoing;
  });

  it('works where code may not be made of text', async () => {
    const { lines } = await runScript(
      `const Point = isolane.struct({ x: 'f64', tags: ['string'], n: isolane.struct({ big: 'i64', bytes: 'bytes' }) });
      const [tx, rx] = channel({ of: Point });
      const value = { x: 1.5, tags: ['a', '中'], n: { big: -1n, bytes: new Uint8Array([1]) } };
      tx.sendSync(value);
      assert.deepStrictEqual(rx.receiveSync(), value);
      assert.throws(() => tx.sendSync({ ...value, x: '1' }), /\\$\\.x must be a number/);
      const guest = await Interpreter.create();
      const [out, back] = channel({ of: Point });
      await guest.call((out) => {
        out.sendSync({ x: 2, tags: [], n: { big: 5n, bytes: new Uint8Array(2) } });
      }, out);
      assert.deepStrictEqual(back.receiveSync(), { x: 2, tags: [], n: { big: 5n, bytes: new Uint8Array(2) } });
      await guest.close();
      console.log('done');`,
      { nodeArgs: ['--disallow-code-generation-from-strings'] },
    );
    assert.deepEqual(lines, ['done']);
  });

  it('names the first field that is wrong, and sends nothing', async () => {
    const [tx, rx] = keep(channel({ of: Everything, capacity: 1 }));
    const good = fc.sample(everything, { numRuns: 1, seed: 1 })[0] as Everything;
    const wrong: [change: object, message: RegExp][] = [
      [{ i8: 128 }, /^\$\.i8 must be an integer from -128 to 127, but is 128\.$/],
      [{ u8: -1 }, /^\$\.u8 must be an integer from 0 to 255, but is -1\.$/],
      [{ i16: 0.5 }, /^\$\.i16 .* but is 0\.5\.$/],
      [{ u16: '1' }, /^\$\.u16 .* but is a string\.$/],
      [{ i32: 2 ** 31 }, /^\$\.i32 /],
      [{ u32: Number.NaN }, /^\$\.u32 .* but is NaN\.$/],
      [{ u32: 1n }, /^\$\.u32 .* but is 1n\.$/],
      [{ i16: Symbol('one') }, /^\$\.i16 .* but is a symbol\.$/],
      [{ i32: { valueOf: () => assert.fail('called') } }, /^\$\.i32 .* but is an object\.$/],
      [{ f32: null }, /^\$\.f32 must be a number, but is null\.$/],
      [{ f64: undefined }, /^\$\.f64 must be a number, but is missing\.$/],
      [{ i64: 1 }, /^\$\.i64 must be a bigint from -9223372036854775808n to .*, but is 1\.$/],
      [{ u64: 2n ** 64n }, /^\$\.u64 /],
      [{ bool: 1 }, /^\$\.bool must be a boolean/],
      [{ string: 1 }, /^\$\.string must be a string/],
      [{ bytes: [1] }, /^\$\.bytes must be a Uint8Array, but is an array\.$/],
      [{ inner: { ...good.inner, name: 1 } }, /^\$\.inner\.name must be a string/],
      [{ inners: [good.inner, null] }, /^\$\.inners\[1\] must be an object, but is null\.$/],
      [{ fixed: [1, 2, 3] }, /^\$\.fixed must have 4 elements, but has 3\.$/],
      [
        { fixed: [1, 2, 3, 256] },
        /^\$\.fixed\[3\] must be an integer from 0 to 255, but is 256\.$/,
      ],
      [
        {
          rows: [
            [1, 2],
            [1, 'x'],
            [1, 2],
          ],
        },
        /^\$\.rows\[1\]\[1\] must be a number/,
      ],
      [{ flags: 'no' }, /^\$\.flags must be an array, but is a string\.$/],
    ];
    for (const [change, message] of wrong) {
      const value = { ...good, ...change } as Everything;
      const isNamed = (error: unknown) =>
        error instanceof NotShareableError &&
        error.code === 'ERR_ISOLANE_NOT_SHAREABLE' &&
        message.test(error.message) &&
        error.message.startsWith(error.path);
      assert.throws(() => tx.trySend(value), isNamed);
      assert.throws(() => tx.sendSync(value), isNamed);
      assert.throws(() => tx.offer(value), isNamed);
      assert.throws(() => Everything.check(value), isNamed);
      assert.ok(isNamed(await rejection(tx.send(value))));
    }
    assert.equal(rx.size, 0);
    for (const none of [null, undefined, 1, 'x', () => {}]) {
      assert.throws(() => tx.trySend(none as never), /^NotShareableError: \$ must be an object/);
    }
  });

  it('leaves behind what it does not name, and takes typed arrays for lists', () => {
    const Point = struct({ x: 'f64', list: ['i16'], three: ['f32', 3] });
    const [tx, rx] = channel({ of: Point });
    class Special {
      x = 1;
      list = new Int16Array([1, -2]) as unknown as number[];
      three = new Float32Array(3) as unknown as number[];
      method = () => {};
    }
    tx.sendSync(new Special());
    assert.deepStrictEqual(rx.receiveSync(), { x: 1, list: [1, -2], three: [0, 0, 0] });
  });

  it('sends what is too large for a page as well', () => {
    const [tx, rx] = channel({ of: Inner });
    const value = { name: '中'.repeat(3000), ids: [], bytes: new Uint8Array(10_000) };
    tx.sendSync(value);
    assert.deepStrictEqual(rx.receiveSync(), value);
    const many = {
      name: '',
      ids: Array.from({ length: 70_000 }, () => 1n),
      bytes: new Uint8Array(),
    };
    tx.sendSync(many);
    assert.deepStrictEqual(rx.receiveSync(), many);
  });

  it('holds for sends that wait, and for selects', async () => {
    const Point = struct({ x: 'f32' });
    const [tx, rx] = channel({ of: Point, capacity: 0 });
    const value = { x: 0.1, other: 1 };
    const sending = tx.send(value);
    value.x = 2;
    assert.deepStrictEqual(await rx.receive(), { x: Math.fround(0.1) });
    await sending;
    const both = [select({ tx: tx.offer({ x: 3 }) }), select({ rx })];
    assert.deepStrictEqual((await Promise.all(both))[1], { key: 'rx', value: { x: 3 } });
  });

  it('may be written by a getter in the midst of another', () => {
    const Point = struct({ x: 'f64', y: 'f64' });
    const [tx, rx] = channel({ of: Point });
    tx.sendSync({
      x: 1,
      get y() {
        tx.sendSync({ x: 5, y: 6 });
        return 2;
      },
    });
    const received = Array.from({ length: rx.size }, () => rx.receiveSync());
    assert.deepStrictEqual(received[0], { x: 5, y: 6 });
    assert.deepStrictEqual(received.at(-1), { x: 1, y: 2 });
  });

  it('refuses what is no type, and names the field', () => {
    const of = (type: unknown) => () => struct({ outer: ['u8'], field: type as FieldType });
    assert.throws(
      of('u7'),
      /^TypeError: The type of field field must be one of i8, u8, .*but is "u7"/,
    );
    assert.throws(of(['u8', -1]), /^RangeError: The length of field field/);
    assert.throws(of(['u8', 1.5]), RangeError);
    assert.throws(of(['nothing']), /field field\[\]/);
    for (const wrong of [null, undefined, 1, {}, [], ['u8', 1, 2], () => {}]) {
      assert.throws(of(wrong), TypeError);
    }
    for (const wrong of [null, [], 'u8', 1]) assert.throws(() => struct(wrong as never), TypeError);
    assert.throws(() => struct({}), RangeError);
    assert.throws(() => struct({ ['__proto__']: 'u8' }), TypeError);
    assert.throws(() => channel({ of: { x: 'u8' } as never }), TypeError);
  });

  it('is made soon, however its lists lie in each other, or is refused', () => {
    let type: FieldType = ['u8', 0];
    for (let depth = 0; depth < 7; depth++) type = [type, 8];
    const start = performance.now();
    const made = struct({ type });
    const took = performance.now() - start;
    assert.ok(took < 5000, `it took ${took} ms`);
    const [tx] = keep(channel({ of: made }));
    assert.throws(() => tx.trySend({ type: 1 } as never), NotShareableError);

    const [sender, receiver] = channel({ of: struct({ empty: [['u8', 0], 2], after: 'u8' }) });
    sender.sendSync({ empty: [[], []], after: 7 });
    assert.deepStrictEqual(receiver.receiveSync(), { empty: [[], []], after: 7 });

    const fields = (of: FieldType) =>
      Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`field${i}`, of]));
    const inner = struct(fields('u8'));
    assert.ok(struct(Object.fromEntries([...Array(60).keys()].map((i) => [`f${i}`, inner]))));
    assert.throws(() => struct(fields(inner)), /^RangeError: A struct has at most 4096 types/);
  });

  it('is one schema for the same fields, whoever makes it', async () => {
    const guest = await create();
    assert.ok(Inner instanceof Schema);
    const again = struct({ name: 'string', ids: ['i64'], bytes: 'bytes' });
    assert.equal(again, Inner);
    const rx = await guest.call(() => {
      const [tx, rx] = isolane.channel({ of: isolane.struct({ here: 'u8' }) });
      tx.sendSync({ here: 7 });
      return rx;
    });
    assert.deepEqual(rx.receiveSync(), { here: 7 });
  });

  it('gives a value or a RangeError for any bytes', () => {
    const [tx, rx] = channel({ of: Everything, capacity: 1 });
    const page = new Uint8Array(native['page'] as unknown as ArrayBuffer);
    const sender = tx as unknown as { nativePutRecord(...args: unknown[]): number };
    tx.sendSync(fc.sample(everything, { numRuns: 1, seed: 2 })[0] as Everything);
    rx.receiveSync();
    const record = page.slice(0, 600);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(599), fc.nat(255)), { maxLength: 6 }),
        fc.nat(600),
        (changes, length) => {
          page.set(record);
          for (const [at, byte] of changes) page[at] = byte;
          assert.equal(
            sender.nativePutRecord(length, (Everything as unknown as { number: number }).number),
            0,
          );
          try {
            rx.receiveSync();
          } catch (error) {
            assert.ok(error instanceof RangeError, String(error));
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
