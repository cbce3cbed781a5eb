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

interface Class {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer | number, offset?: number, length?: number): TypedArray;
}

// As they are now: whoever replaces them later is not to get hold of the memory behind a view.
const { freeze, getPrototypeOf } = Object;
const typedArray = getPrototypeOf(Uint8Array.prototype) as object;
const set = uncurried<(target: object, source: object, offset: number) => void>(
  Reflect.get(typedArray, 'set'),
);
const kindOf = getter<string>(Symbol.toStringTag);
const bufferOf = getter<ArrayBuffer>('buffer');
const offsetOf = getter<number>('byteOffset');
const lengthOf = getter<number>('length');
const classes = new Map<string, Class>(
  [
    Uint8Array,
    Uint8ClampedArray,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    // Not in every Node.
    Reflect.get(globalThis, 'Float16Array') as Class | undefined,
  ].flatMap((each) => (each === undefined ? [] : [[each.name, each as Class] as const])),
);
const dataView = DataView.prototype;
const getInt8 = uncurried<Get8>(dataView.getInt8);
const getUint8 = uncurried<Get8>(dataView.getUint8);
const getInt16 = uncurried<Get>(dataView.getInt16);
const getUint16 = uncurried<Get>(dataView.getUint16);
const getInt32 = uncurried<Get>(dataView.getInt32);
const getUint32 = uncurried<Get>(dataView.getUint32);
const getFloat32 = uncurried<Get>(dataView.getFloat32);
const getFloat64 = uncurried<Get>(dataView.getFloat64);
const getBigInt64 = uncurried<GetBig>(dataView.getBigInt64);
const getBigUint64 = uncurried<GetBig>(dataView.getBigUint64);

type Get8 = (view: DataView, offset: number) => number;
type Get = (view: DataView, offset: number, littleEndian?: boolean) => number;
type GetBig = (view: DataView, offset: number, littleEndian?: boolean) => bigint;

/** A property of typed arrays as a function. */
function getter<T>(key: PropertyKey): (array: TypedArray) => T {
  return uncurried(Reflect.getOwnPropertyDescriptor(typedArray, key)?.get);
}

/** A method as a function of its `this`. */
function uncurried<F>(method: unknown): F {
  return Function.prototype.call.bind(method as () => void) as F;
}

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
 * those cannot be read-only; it has what they have for reading, and `slice()` makes one. `at(i)` is faster than `view[i]`.
 *
 * Of an `ArrayBuffer` or a `DataView` the elements are bytes.
 *
 * ```js
 * import { share } from 'isolane';
 *
 * const { value: view } = share(new Float64Array([1.5, 2.5, 3.5]));
 * console.log(view.length, view.at(-1), view[0]); // 3 3.5 1.5
 * console.log(view.subarray(1).slice()); // Float64Array(2) [ 2.5, 3.5 ]
 * ```
 */
export class ReadonlyView<E extends number | bigint = number> implements Iterable<E> {
  readonly #elements: ArrayLike<E>;
  readonly #buffer: ArrayBuffer;
  readonly #offset: number;
  readonly #bytes: DataView;
  readonly #class: Class;
  readonly length: number;
  readonly byteLength: number;
  readonly BYTES_PER_ELEMENT: number;
  /** An element. */
  readonly [index: number]: E;

  /** @internal */
  constructor(elements: TypedArray) {
    this.#elements = elements as unknown as ArrayLike<E>;
    this.#class = classes.get(kindOf(elements)) as Class;
    this.#buffer = bufferOf(elements);
    this.#offset = offsetOf(elements);
    this.length = lengthOf(elements);
    this.BYTES_PER_ELEMENT = this.#class.BYTES_PER_ELEMENT;
    this.byteLength = this.length * this.BYTES_PER_ELEMENT;
    this.#bytes = new DataView(this.#buffer, this.#offset, this.byteLength);
    freeze(this);
  }

  static {
    elementOf = (view, index) => (#elements in view ? view.#elements[index] : undefined);
  }

  get [Symbol.toStringTag](): string {
    return `Readonly${this.#class.name}`;
  }

  at(index: number): E | undefined {
    return this.#elements[index < 0 ? this.length + index : index];
  }

  /** A typed array of its own: a copy. */
  slice(start?: number, end?: number): TypedArray {
    return this.subarray(start, end).#copy();
  }

  /** Another view of the same bytes. */
  subarray(start?: number, end?: number): ReadonlyView<E> {
    const from = bound(start, this.length, 0);
    const to = Math.max(from, bound(end, this.length, this.length));
    const offset = this.#offset + from * this.BYTES_PER_ELEMENT;
    return viewOf<E>(new this.#class(this.#buffer, offset, to - from));
  }

  /** Copies all elements into a typed array of such elements, from `offset` on. Throws a RangeError if they do not fit. */
  copyTo(target: TypedArray, offset = 0): void {
    if (!ArrayBuffer.isView(target)) throw new TypeError('The target must be a typed array.');
    set(target, this.#copy(), offset);
  }

  *[Symbol.iterator](): IterableIterator<E> {
    for (let i = 0; i < this.length; i++) yield this.#elements[i] as E;
  }

  values(): IterableIterator<E> {
    return this[Symbol.iterator]();
  }

  *keys(): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }

  *entries(): IterableIterator<[number, E]> {
    for (let i = 0; i < this.length; i++) yield [i, this.#elements[i] as E];
  }

  forEach(visit: (element: E, index: number, view: this) => void): void {
    for (let i = 0; i < this.length; i++) visit(this.#elements[i] as E, i, this);
  }

  findIndex(test: (element: E, index: number, view: this) => unknown): number {
    for (let i = 0; i < this.length; i++) if (test(this.#elements[i] as E, i, this)) return i;
    return -1;
  }

  find(test: (element: E, index: number, view: this) => unknown): E | undefined {
    const index = this.findIndex(test);
    return index < 0 ? undefined : this.#elements[index];
  }

  some(test: (element: E, index: number, view: this) => unknown): boolean {
    return this.findIndex(test) >= 0;
  }

  every(test: (element: E, index: number, view: this) => unknown): boolean {
    return this.findIndex((element, i) => !test(element, i, this)) < 0;
  }

  indexOf(element: E, from?: number): number {
    const first = bound(from, this.length, 0);
    return this.findIndex((each, i) => i >= first && each === element);
  }

  includes(element: E, from?: number): boolean {
    const first = bound(from, this.length, 0);
    // NaN is found, and both zeros are one.
    return this.some(
      (each, i) =>
        i >= first && (each === element || (Number.isNaN(each) && Number.isNaN(element))),
    );
  }

  reduce<R>(step: (sum: R, element: E, index: number, view: this) => R, first: R): R {
    let sum = first;
    for (let i = 0; i < this.length; i++) sum = step(sum, this.#elements[i] as E, i, this);
    return sum;
  }

  /** A typed array of the same kind. */
  map(make: (element: E, index: number, view: this) => E): TypedArray {
    const made = new this.#class(this.length);
    this.forEach((element, i) => {
      (made as unknown as E[])[i] = make(element, i, this);
    });
    return made;
  }

  /** A typed array of the same kind. */
  filter(test: (element: E, index: number, view: this) => unknown): TypedArray {
    const chosen: E[] = [];
    this.forEach((element, i) => {
      if (test(element, i, this)) chosen.push(element);
    });
    const made = new this.#class(chosen.length);
    set(made, chosen, 0);
    return made;
  }

  join(separator = ','): string {
    return Array.from(this).join(separator);
  }

  getInt8(byteOffset: number): number {
    return getInt8(this.#bytes, byteOffset);
  }

  getUint8(byteOffset: number): number {
    return getUint8(this.#bytes, byteOffset);
  }

  getInt16(byteOffset: number, littleEndian?: boolean): number {
    return getInt16(this.#bytes, byteOffset, littleEndian);
  }

  getUint16(byteOffset: number, littleEndian?: boolean): number {
    return getUint16(this.#bytes, byteOffset, littleEndian);
  }

  getInt32(byteOffset: number, littleEndian?: boolean): number {
    return getInt32(this.#bytes, byteOffset, littleEndian);
  }

  getUint32(byteOffset: number, littleEndian?: boolean): number {
    return getUint32(this.#bytes, byteOffset, littleEndian);
  }

  getFloat32(byteOffset: number, littleEndian?: boolean): number {
    return getFloat32(this.#bytes, byteOffset, littleEndian);
  }

  getFloat64(byteOffset: number, littleEndian?: boolean): number {
    return getFloat64(this.#bytes, byteOffset, littleEndian);
  }

  getBigInt64(byteOffset: number, littleEndian?: boolean): bigint {
    return getBigInt64(this.#bytes, byteOffset, littleEndian);
  }

  getBigUint64(byteOffset: number, littleEndian?: boolean): bigint {
    return getBigUint64(this.#bytes, byteOffset, littleEndian);
  }

  toString(): string {
    return this.join();
  }

  toJSON(): E[] {
    return Array.from(this);
  }

  /** How Node prints it. @internal */
  [INSPECT](): unknown {
    return this.slice();
  }

  #copy(): TypedArray {
    const made = new this.#class(this.length);
    set(made, this.#elements, 0);
    return made;
  }
}

// Outside of the class, which would not keep its name in the bundle if it mentioned itself.
function viewOf<E extends number | bigint>(elements: TypedArray): ReadonlyView<E> {
  return new ReadonlyView<E>(elements);
}

// Behind the methods, so that these are found as fast as in any class: who asks for anything else asks for an element.
Object.setPrototypeOf(
  ReadonlyView.prototype,
  new Proxy(Object.create(Object.prototype), {
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
freeze(ReadonlyView.prototype);
