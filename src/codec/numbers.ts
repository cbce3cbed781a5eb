/** Numbers, many at a time, on a page of their own, where native code takes them from, or puts them. */

import { type NativeReceiver, native } from '../binding/binding.js';

let made: Float64Array | undefined;

/** Made when it is first needed. */
function page(): Float64Array {
  made ??= new Float64Array(native.numbersPage());
  return made;
}

/** Puts the numbers there that stand one after the other in `values` from `start` on; how many. */
export function putNumbers(values: ArrayLike<unknown>, start: number): number {
  const numbers = page();
  const most = Math.min(values.length - start, numbers.length);
  for (let i = 0; i < most; i++) {
    const value = values[start + i];
    if (typeof value !== 'number') return i;
    numbers[i] = value;
  }
  return most;
}

/** Receives numbers, at most `most`, and appends them; how many. For 0 see `nativeStatus`. */
export function takeNumbers(receiver: NativeReceiver, values: unknown[], most: number): number {
  const numbers = page();
  const count = receiver.nativeTakeNumbers(most);
  const start = values.length;
  // At once: to push each takes three times as long.
  if (count > 0) values.length = start + count;
  for (let i = 0; i < count; i++) values[start + i] = numbers[i];
  return count;
}

const { isArray } = Array;
const { isView } = ArrayBuffer;
const arrayValues = Array.prototype[Symbol.iterator];
const typedArrayValues = Object.getPrototypeOf(Uint8Array.prototype)[Symbol.iterator];

/** The values as an array, if going through it by indices is the same as iterating. */
export function arrayOf<T>(values: Iterable<T>): ArrayLike<T> | undefined {
  const given = values as { [Symbol.iterator]: unknown };
  return (isArray(values) && given[Symbol.iterator] === arrayValues) ||
    (isView(values) && given[Symbol.iterator] === typedArrayValues)
    ? (values as unknown as ArrayLike<T>)
    : undefined;
}
