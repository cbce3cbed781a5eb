import { native } from '../binding/binding.js';
import { ViewKind } from '../binding/codes.js';
import { INSPECT } from '../channel/failure.js';

/** Typed arrays of all kinds. */
export type TypedArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Typed arrays with elements of that type. */
export type TypedArrayOf<E> = E extends bigint
  ? BigInt64Array | BigUint64Array
  : Exclude<TypedArray, BigInt64Array | BigUint64Array>;

interface Class {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedArray;
}

const classes: Partial<Record<ViewKind, Class>> = {
  [ViewKind.uint8]: Uint8Array,
  [ViewKind.uint8Clamped]: Uint8ClampedArray,
  [ViewKind.int8]: Int8Array,
  [ViewKind.uint16]: Uint16Array,
  [ViewKind.int16]: Int16Array,
  [ViewKind.uint32]: Uint32Array,
  [ViewKind.int32]: Int32Array,
  [ViewKind.float32]: Float32Array,
  [ViewKind.float64]: Float64Array,
  [ViewKind.bigInt64]: BigInt64Array,
  [ViewKind.bigUint64]: BigUint64Array,
  // Not in every Node.
  [ViewKind.float16]: Reflect.get(globalThis, 'Float16Array') as Class,
};

// Where an element anywhere in the bytes is put together.
const word = new ArrayBuffer(8);
const wordBytes = new Uint8Array(word);
const inWord = {
  int8: new Int8Array(word),
  uint8: wordBytes,
  int16: new Int16Array(word),
  uint16: new Uint16Array(word),
  int32: new Int32Array(word),
  uint32: new Uint32Array(word),
  float32: new Float32Array(word),
  float64: new Float64Array(word),
  bigInt64: new BigInt64Array(word),
  bigUint64: new BigUint64Array(word),
};
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** What a number is turned into where an element is asked for by a property; undefined for all other keys. */
function indexOf(key: PropertyKey): number | undefined {
  if (typeof key !== 'string') return undefined;
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && String(index) === key ? index : undefined;
}

function refuse(): never {
  throw new TypeError('These bytes are shared, and cannot be changed; slice() makes a copy.');
}

/** A bound of a part as the methods of arrays take it: counted from the end if it is negative. */
function bound(given: number | undefined, length: number, otherwise: number): number {
  if (given === undefined) return otherwise;
  const integer = Math.trunc(given) || 0;
  return Math.min(Math.max(integer < 0 ? length + integer : integer, 0), length);
}

/** What the view has there, if it is one. */
let elementOf: (view: object, index: number) => unknown;

/**
 * The elements of a typed array that nobody can change: what the bytes in a {@link Shared} are seen through. It is no typed array, since
 * those cannot be read-only; it has what they have for reading, and `slice()` makes one. `at(i)` is faster than `view[i]`. Sent to
 * others, it is a view of the same memory there.
 *
 * Of an `ArrayBuffer` or a `DataView` the elements are bytes. `getFloat64()` and its like read anywhere, as those of a `DataView` do.
 *
 * ```js
 * import { share } from 'isolane';
 *
 * const { value: view } = share(new Float64Array([1.5, 2.5, 3.5]));
 * console.log(view.length, view.at(-1), view[0]); // 3 3.5 1.5
 * console.log(view.subarray(1).slice()); // Float64Array(2) [ 2.5, 3.5 ]
 * ```
 */
export class ReadonlyView<E extends number | bigint = number, A = TypedArrayOf<E>>
  extends native.NativeView
  implements Iterable<E>
{
  // A typed array that can be written to, so that no function must ever get it. All that is done with it here is `[+index]`, which calls
  // nothing, whatever code before us has made of the built-in objects, and gives no property but an element.
  readonly #elements: ArrayLike<E>;
  /** The same as bytes, made when it is needed. */
  #bytes: ArrayLike<number> | undefined = undefined;
  readonly #class: Class;
  readonly length: number;
  readonly byteLength: number;
  readonly BYTES_PER_ELEMENT: number;
  /** An element. */
  readonly [index: number]: E;

  /** @internal */
  constructor(kind: ViewKind, length: number) {
    super();
    this.#elements = native.viewElements(this) as ArrayLike<E>;
    this.#class = classes[kind] as Class;
    this.length = length;
    this.BYTES_PER_ELEMENT = this.#class.BYTES_PER_ELEMENT;
    this.byteLength = this.length * this.BYTES_PER_ELEMENT;
    Object.freeze(this);
  }

  static {
    elementOf = (view, index) => (#elements in view ? view.#elements[+index] : undefined);
  }

  get [Symbol.toStringTag](): string {
    return `Readonly${this.#class.name}`;
  }

  at(index: number): E | undefined {
    const integer = Math.trunc(index) || 0;
    return this.#elements[+(integer < 0 ? this.length + integer : integer)];
  }

  /** A typed array of its own: a copy. */
  slice(start?: number, end?: number): A {
    const from = bound(start, this.length, 0);
    const to = Math.max(from, bound(end, this.length, this.length));
    const made = new this.#class(to - from);
    native.viewCopy(this, from, to, made, 0);
    return made as A;
  }

  /** Another view of the same bytes. */
  subarray(start?: number, end?: number): ReadonlyView<E, A> {
    const from = bound(start, this.length, 0);
    const to = Math.max(from, bound(end, this.length, this.length));
    return native.viewPart(this, from, to) as ReadonlyView<E, A>;
  }

  /**
   * Copies all elements into a typed array, from its element `offset` on. Throws a RangeError if they do not fit, and a TypeError if the
   * target holds bigints and this does not, or the other way round.
   */
  copyTo(target: TypedArrayOf<E>, offset = 0): void {
    if (!ArrayBuffer.isView(target) || target instanceof DataView) {
      throw new TypeError('The target must be a typed array.');
    }
    const at = Math.trunc(offset) || 0;
    if (at < 0 || at + this.length > target.length) {
      throw new RangeError(
        `${this.length} elements do not fit into ${target.length} from ${at} on.`,
      );
    }
    if (native.viewCopy(this, 0, this.length, target, at)) return;
    const elements = target as unknown as E[];
    for (let i = 0; i < this.length; i++) elements[at + i] = this.#elements[+i] as E;
  }

  *[Symbol.iterator](): IterableIterator<E> {
    for (let i = 0; i < this.length; i++) yield this.#elements[+i] as E;
  }

  values(): IterableIterator<E> {
    return this[Symbol.iterator]();
  }

  *keys(): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }

  *entries(): IterableIterator<[number, E]> {
    for (let i = 0; i < this.length; i++) yield [i, this.#elements[+i] as E];
  }

  forEach(visit: (element: E, index: number, view: this) => void): void {
    for (let i = 0; i < this.length; i++) visit(this.#elements[+i] as E, i, this);
  }

  findIndex(test: (element: E, index: number, view: this) => unknown): number {
    for (let i = 0; i < this.length; i++) if (test(this.#elements[+i] as E, i, this)) return i;
    return -1;
  }

  find(test: (element: E, index: number, view: this) => unknown): E | undefined {
    const index = this.findIndex(test);
    return index < 0 ? undefined : this.#elements[+index];
  }

  some(test: (element: E, index: number, view: this) => unknown): boolean {
    return this.findIndex(test) >= 0;
  }

  every(test: (element: E, index: number, view: this) => unknown): boolean {
    return this.findIndex((element, i) => !test(element, i, this)) < 0;
  }

  indexOf(element: E, from?: number): number {
    for (let i = bound(from, this.length, 0); i < this.length; i++) {
      if (this.#elements[+i] === element) return i;
    }
    return -1;
  }

  includes(element: E, from?: number): boolean {
    if (!Number.isNaN(element)) return this.indexOf(element, from) >= 0;
    for (let i = bound(from, this.length, 0); i < this.length; i++) {
      if (Number.isNaN(this.#elements[+i])) return true;
    }
    return false;
  }

  reduce<R>(step: (sum: R, element: E, index: number, view: this) => R, first: R): R {
    let sum = first;
    for (let i = 0; i < this.length; i++) sum = step(sum, this.#elements[+i] as E, i, this);
    return sum;
  }

  /** A typed array of the same kind. */
  map(make: (element: E, index: number, view: this) => E): A {
    const made = new this.#class(this.length) as unknown as E[];
    for (let i = 0; i < this.length; i++) made[i] = make(this.#elements[+i] as E, i, this);
    return made as A;
  }

  /** A typed array of the same kind. */
  filter(test: (element: E, index: number, view: this) => unknown): A {
    const chosen: E[] = [];
    for (let i = 0; i < this.length; i++) {
      const element = this.#elements[+i] as E;
      if (test(element, i, this)) chosen.push(element);
    }
    const made = new this.#class(chosen.length) as unknown as E[];
    for (let i = 0; i < chosen.length; i++) made[i] = chosen[i] as E;
    return made as A;
  }

  join(separator = ','): string {
    return Array.from(this).join(separator);
  }

  getInt8(byteOffset: number): number {
    return this.#read(inWord.int8, byteOffset);
  }

  getUint8(byteOffset: number): number {
    return this.#read(inWord.uint8, byteOffset);
  }

  getInt16(byteOffset: number, littleEndian?: boolean): number {
    return this.#read(inWord.int16, byteOffset, littleEndian);
  }

  getUint16(byteOffset: number, littleEndian?: boolean): number {
    return this.#read(inWord.uint16, byteOffset, littleEndian);
  }

  getInt32(byteOffset: number, littleEndian?: boolean): number {
    return this.#read(inWord.int32, byteOffset, littleEndian);
  }

  getUint32(byteOffset: number, littleEndian?: boolean): number {
    return this.#read(inWord.uint32, byteOffset, littleEndian);
  }

  getFloat32(byteOffset: number, littleEndian?: boolean): number {
    return this.#read(inWord.float32, byteOffset, littleEndian);
  }

  getFloat64(byteOffset: number, littleEndian?: boolean): number {
    return this.#read(inWord.float64, byteOffset, littleEndian);
  }

  getBigInt64(byteOffset: number, littleEndian?: boolean): bigint {
    return this.#read(inWord.bigInt64, byteOffset, littleEndian);
  }

  getBigUint64(byteOffset: number, littleEndian?: boolean): bigint {
    return this.#read(inWord.bigUint64, byteOffset, littleEndian);
  }

  override toString(): string {
    return this.join();
  }

  toJSON(): E[] {
    return Array.from(this);
  }

  /** How Node prints it. @internal */
  [INSPECT](): unknown {
    return this.slice();
  }

  /** The number of that type at any offset. */
  #read<N>(
    type: ArrayLike<N> & { BYTES_PER_ELEMENT: number },
    offset: number,
    littleEndian = false,
  ): N {
    const size = type.BYTES_PER_ELEMENT;
    const first = Math.trunc(offset) || 0;
    if (first < 0 || first + size > this.byteLength) {
      throw new RangeError(`There are no ${size} bytes at offset ${offset} of ${this.byteLength}.`);
    }
    this.#bytes ??= native.viewBytes(this);
    for (let i = 0; i < size; i++) {
      const at = littleEndian === isLittleEndian ? i : size - 1 - i;
      wordBytes[at] = this.#bytes[+(first + i)] as number;
    }
    return type[0] as N;
  }
}

// Behind the methods, so that these are found as fast as in any class: who asks for anything else asks for an element.
Object.setPrototypeOf(
  ReadonlyView.prototype,
  new Proxy(Object.create(native.NativeView.prototype), {
    get(target, key, view) {
      const index = indexOf(key);
      return index === undefined ? Reflect.get(target, key, view) : elementOf(view, index);
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
  }),
);
Object.freeze(ReadonlyView.prototype);
