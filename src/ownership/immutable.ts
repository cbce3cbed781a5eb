import type { ReadonlyView } from './readonly-view.js';
import type { Shared } from './share.js';
import type { Shareable } from './shareable.js';

type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/** What `slice()` gives of a view of each kind. */
interface Copies {
  ArrayBuffer: Uint8Array;
  DataView: Uint8Array;
  Uint8Array: Uint8Array;
  Uint8ClampedArray: Uint8ClampedArray;
  Int8Array: Int8Array;
  Uint16Array: Uint16Array;
  Int16Array: Int16Array;
  Uint32Array: Uint32Array;
  Int32Array: Int32Array;
  Float32Array: Float32Array;
  Float64Array: Float64Array;
  BigInt64Array: BigInt64Array;
  BigUint64Array: BigUint64Array;
}

type ViewOf<A extends { readonly [index: number]: number | bigint }> = ReadonlyView<A[number], A>;

type ImmutableBytes<T> = T extends {
  readonly [Symbol.toStringTag]: infer Name extends keyof Copies;
}
  ? ViewOf<Copies[Name]>
  : ReadonlyView<number, Uint8Array>;

/** Without what changes it. */
type ReadonlyDate = { readonly [K in keyof Date as K extends `set${string}` ? never : K]: Date[K] };
type ReadonlyRegExp = Omit<Readonly<RegExp>, 'compile' | 'lastIndex'>;

/** A value of which nothing can be changed: what `value` of a {@link Shared} is. */
export type Immutable<T> = unknown extends T
  ? T
  : T extends
        | Primitive
        | SharedArrayBuffer
        | Shared<unknown>
        | Shareable
        | ReadonlyView<number | bigint, unknown>
    ? T
    : T extends ArrayBuffer | ArrayBufferView
      ? ImmutableBytes<T>
      : T extends ReadonlyMap<infer K, infer V>
        ? ReadonlyMap<Immutable<K>, Immutable<V>>
        : T extends ReadonlySet<infer E>
          ? ReadonlySet<Immutable<E>>
          : T extends Date
            ? ReadonlyDate
            : T extends RegExp
              ? ReadonlyRegExp
              : T extends (...args: never) => unknown
                ? never
                : { readonly [K in keyof T]: Immutable<T[K]> };
