/** Numbers, many at a time: they lie on the page where records do, and native code takes them from there, or puts them there. */

import { native } from '../binding/binding.js';
import { MOST } from './page.js';

/** How many numbers there is room for. */
export const MOST_NUMBERS = MOST / Float64Array.BYTES_PER_ELEMENT;

const sent = new Float64Array(native.page, 0, MOST_NUMBERS);
const received = new Float64Array(native.page, MOST, MOST_NUMBERS);

/** Puts the numbers there that stand one after the other in `values` from `start` on; how many. */
export function putNumbers(values: ArrayLike<unknown>, start: number): number {
  const most = Math.min(values.length - start, MOST_NUMBERS);
  for (let i = 0; i < most; i++) {
    const value = values[start + i];
    if (typeof value !== 'number') return i;
    sent[i] = value;
  }
  return most;
}

/** Appends so many of the numbers that were received. */
export function appendNumbers(values: unknown[], count: number): void {
  const start = values.length;
  // At once: to push each takes three times as long.
  values.length = start + count;
  for (let i = 0; i < count; i++) values[start + i] = received[i];
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
