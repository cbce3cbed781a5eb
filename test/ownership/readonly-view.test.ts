import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { move, ReadonlyView, share, type TypedArray } from 'isolane';
import { bytes, typedArrays } from '../support/bytes.js';
import { assertUncloneable } from '../support/cloning.js';
import { interpreters } from '../support/interpreters.js';
import { randomFrom } from '../support/random-values.js';
import { through } from '../support/through.js';

declare const isolane: typeof import('isolane');

type Elements = ReadonlyView<number | bigint, TypedArray>;

describe('ReadonlyView', () => {
  const create = interpreters();

  for (const Class of typedArrays) {
    it(`of a ${Class.name} reads as that does`, () => {
      const whole = new Class(bytes(96).buffer);
      for (const array of [whole, whole.subarray(1, 4), whole.subarray(2, 2)]) {
        const view = share(array).value as unknown as Elements;
        const elements = Array.from<number | bigint>(array as ArrayLike<number | bigint>);
        assert.ok(view instanceof ReadonlyView);
        assert.deepEqual(
          [view.length, view.byteLength, view.BYTES_PER_ELEMENT],
          [array.length, array.byteLength, array.BYTES_PER_ELEMENT],
        );
        assert.deepEqual([...view], elements);
        assert.deepEqual([...view.values()], elements);
        assert.deepEqual([...view.keys()], [...elements.keys()]);
        assert.deepEqual([...view.entries()], [...elements.entries()]);
        assert.deepEqual(view.toJSON(), elements);
        assert.deepEqual([`${view}`, view.join('-')], [`${array}`, array.join('-')]);
        assert.deepEqual([view[0], view[1], view[99]], [array[0], array[1], undefined]);
        assert.deepEqual(
          [view.at(0), view.at(-1), view.at(99), view.at(-99)],
          [array.at(0), array.at(-1), array.at(99), array.at(-99)],
        );
        const last = elements.at(-1) as number;
        assert.equal(view.indexOf(last), elements.indexOf(last));
        assert.equal(view.indexOf(last, -1), elements.indexOf(last, -1));
        assert.equal(view.includes(last), elements.includes(last));
        assert.equal(
          view.find((each) => each > 5),
          elements.find((each) => each > 5),
        );
        assert.equal(
          view.findIndex((each) => each > 5),
          elements.findIndex((each) => each > 5),
        );
        assert.equal(view.some(Boolean), elements.some(Boolean));
        assert.equal(view.every(Boolean), elements.every(Boolean));
        assert.equal(
          view.reduce((text, each) => `${text} ${each}`, ''),
          elements.reduce((text, each) => `${text} ${each}`, ''),
        );
        const visited: unknown[] = [];
        view.forEach((each, i, of) => {
          visited.push(each, i, of === view);
        });
        assert.deepEqual(
          visited,
          elements.flatMap((each, i) => [each, i, true]),
        );
        for (const made of [view.slice(), view.map((each) => each), view.filter(() => true)]) {
          assert.ok(made instanceof Class);
          assert.deepEqual(made, array.slice());
        }
        for (const [from, to] of [[1], [-2], [1, 2], [0, -1], [5, 1], [-99, 99], [0.5, 1.9]]) {
          assert.deepEqual(view.slice(from, to), array.slice(from, to));
          assert.deepEqual([...view.subarray(from, to)], [...array.subarray(from, to)]);
        }
        assert.equal(inspect(view), inspect(array.slice()));
        assert.equal(Object.prototype.toString.call(view), `[object Readonly${Class.name}]`);
      }
    });
  }

  it('of a Float16Array reads as that does, where there are such', function () {
    const Float16Array = Reflect.get(globalThis, 'Float16Array') as typeof Float32Array | undefined;
    if (Float16Array === undefined) return this.skip();
    const { value } = share(new Float16Array([1.5, -2, 65_504]));
    assert.deepEqual([...value], [1.5, -2, 65_504]);
    assert.ok(value.slice() instanceof Float16Array);
  });

  it('of an ArrayBuffer, a DataView or a Buffer gives bytes', () => {
    const array = bytes(16);
    const buffer = array.buffer;
    assert.deepEqual(share(buffer).value.slice(), array);
    assert.deepEqual(share(new DataView(buffer, 4, 8)).value.slice(), array.slice(4, 12));
    const pooled = Buffer.from('in the pool');
    const { value } = share({ pooled, buffer, part: new DataView(buffer, 15) });
    assert.deepEqual(value.pooled.slice(), new Uint8Array(pooled));
    assert.deepEqual(value.buffer.slice(), array);
    assert.deepEqual([...value.part], [array[15]]);
    assert.deepEqual(share(pooled).value.slice(), new Uint8Array(pooled));
    assert.equal(Object.prototype.toString.call(value.buffer), '[object ReadonlyUint8Array]');
  });

  it('of part of a buffer, of one that can be resized, or of memory of WebAssembly', () => {
    const part = share(bytes(100).subarray(10, 20)).value;
    assert.deepEqual(part.slice(), bytes(100).slice(10, 20));
    const resizable: ArrayBuffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 64 }]);
    const tracking = new Uint8Array(resizable).fill(3);
    const { value } = share({ tracking, resizable });
    const moved = share(tracking);
    (resizable as unknown as { resize(size: number): void }).resize(64);
    assert.deepEqual(
      [value.tracking.length, value.resizable.length, moved.value.length],
      [8, 8, 8],
    );
    const given = share(move(new Uint8Array(resizable).fill(5)));
    assert.equal(resizable.byteLength, 0);
    assert.deepEqual([given.value.length, given.value.at(-1)], [64, 5]);
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(9);
    const { value: copy } = share(memory.buffer);
    new Uint8Array(memory.buffer).fill(0);
    (memory as unknown as { grow(pages: number): void }).grow(1);
    assert.deepEqual([copy.length, copy.at(-1)], [65_536, 9]);
    assert.throws(() => share(move(memory.buffer)), { name: 'NotShareableError' });
  });

  it('is of the original itself if that was moved', () => {
    const [alone, a, b] = [bytes(1000), bytes(1000), bytes(1000)];
    const shared = share(move(alone));
    assert.equal(alone.length, 0);
    assert.deepEqual(shared.value.slice(), bytes(1000));
    const nested = share(move({ a: a.subarray(10, 20), whole: a, list: [b.buffer] }));
    assert.deepEqual([a.length, b.length], [0, 0]);
    assert.deepEqual(nested.value.a.slice(), bytes(1000).slice(10, 20));
    assert.deepEqual(nested.value.whole.slice(), bytes(1000));
    assert.deepEqual(nested.value.list[0]?.slice(), bytes(1000));
    const part = share({ bytes: move(bytes(8)), other: bytes(8) });
    assert.deepEqual(part.value.bytes.slice(), part.value.other.slice());
  });

  it('gives numbers at any offset, as a DataView does', () => {
    const random = randomFrom(5);
    const array = new Uint8Array(64).map(() => random() * 256);
    const data = new DataView(array.buffer);
    for (const view of [share(array).value, share(new Float64Array(array.buffer)).value]) {
      for (const name of [
        'getInt8',
        'getUint8',
        'getInt16',
        'getUint16',
        'getInt32',
        'getUint32',
        'getFloat32',
        'getFloat64',
        'getBigInt64',
        'getBigUint64',
      ] as const) {
        for (let offset = 0; offset <= 56; offset++) {
          for (const littleEndian of [true, false, undefined]) {
            assert.ok(
              Object.is(view[name](offset, littleEndian), data[name](offset, littleEndian)),
              `${name} ${offset} ${littleEndian}`,
            );
          }
        }
        assert.throws(() => view[name](64), RangeError);
        assert.throws(() => view[name](-1), RangeError);
      }
    }
    assert.throws(() => share(array).value.getInt16(63), RangeError);
  });

  it('finds NaN where includes does, and not where indexOf does', () => {
    const { value } = share(new Float64Array([1, Number.NaN]));
    assert.deepEqual([value.includes(Number.NaN), value.indexOf(Number.NaN)], [true, -1]);
    assert.equal(value.includes(1, 1), false);
  });

  it('copies into typed arrays of the same and of other classes', () => {
    const { value } = share(new Int16Array([1, -2, 300]));
    const same = new Int16Array(5);
    value.copyTo(same, 1);
    assert.deepEqual([...same], [0, 1, -2, 300, 0]);
    const clamped = new Uint8ClampedArray(3);
    value.copyTo(clamped);
    assert.deepEqual([...clamped], [1, 0, 255]);
    const buffer = Buffer.alloc(3);
    share(new Uint8Array([97, 98, 99])).value.copyTo(buffer);
    assert.equal(buffer.toString(), 'abc');
    for (const offset of [3, -1, Number.POSITIVE_INFINITY]) {
      assert.throws(() => value.copyTo(same, offset), RangeError);
    }
    assert.throws(() => value.copyTo([] as never), TypeError);
    assert.throws(() => value.copyTo(new DataView(new ArrayBuffer(8)) as never), TypeError);
    assert.throws(() => value.copyTo(new BigInt64Array(3) as never), TypeError);
    assert.deepEqual([...same], [0, 1, -2, 300, 0]);
  });

  it('travels by itself, as a view of the same memory', async () => {
    const shared = share({ all: new Float64Array(1000).fill(1.5), small: new Uint8Array([1, 2]) });
    const { all, small } = shared.value;
    const there = through({ part: all.subarray(10, 20), small, again: small });
    assert.ok(there.part instanceof ReadonlyView);
    assert.deepEqual(there.part.slice(), new Float64Array(10).fill(1.5));
    assert.equal(there.again, there.small);
    const guest = await create();
    const told = await guest.call(
      (part, list) => {
        try {
          (part as unknown as number[])[0] = 2;
        } catch (error) {
          return [(error as Error).name, part.at(-1), list[0]?.[1], part.subarray(1)] as const;
        }
        return undefined;
      },
      all.subarray(5),
      [small],
    );
    assert.deepEqual(told?.slice(0, 3), ['TypeError', 1.5, 2]);
    assert.equal(told?.[3].length, 994);
    assert.deepEqual(share(all.subarray(0, 2)).value.slice(), new Float64Array(2).fill(1.5));
    const kept = await guest.call(() =>
      isolane.share(new Uint8Array(100_000).fill(7)).value.subarray(1),
    );
    await guest.terminate();
    assert.equal(
      kept.every((byte) => byte === 7),
      true,
    );
  });

  it('cannot be made, or given away with its memory, by others', () => {
    const { value } = share(bytes(8));
    for (const args of [[], [1, 8], [new Uint8Array(8)]]) {
      assert.throws(() => Reflect.construct(ReadonlyView, args), /Illegal constructor/);
    }
    const { port1, port2 } = new MessageChannel();
    assertUncloneable(value, (value) => {
      port1.postMessage(value);
      return receiveMessageOnPort(port2)?.message;
    });
    assertUncloneable(value, structuredClone);
    port1.close();
    port2.close();
    assert.equal(through(move(value)).length, 8);
    assert.equal(value.length, 8);
  });
});
