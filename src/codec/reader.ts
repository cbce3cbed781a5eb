/** Goes through the bytes of the record that was received. */

import { inside, insideBytes, received } from './page.js';

const { fromCharCode } = String;

let position = 0;
let end = 0;

/** Begins with a record. */
export function begin(): void {
  position = 0;
  end = received[0] as number;
}

/** Throws unless all of it has been read. */
export function finish(): void {
  if (position !== end) throw corrupt();
}

/** What native code throws for other messages (native/value/decode.cc). */
export function corrupt(): RangeError {
  const error = new RangeError('The bytes of a message are damaged.');
  return Object.assign(error, { code: 'ERR_ISOLANE_DAMAGED_MESSAGE' });
}

/** Where so many bytes are that come next. */
export function skip(count: number): number {
  const start = position;
  position += count;
  if (position > end) throw corrupt();
  return start;
}

/** How many bytes are left. */
export function left(): number {
  return end - position;
}

/** How many strings are kept, a power of two; and how long they are at most. */
const RECENT = 256;
const LONGEST_RECENT = 32;
const recent: (string | undefined)[] = [];

/** Strings up to this length are made by way of an array that is kept. */
const LONGEST_KEPT = 255;
const unitsByLength: (number[] | undefined)[] = [];

/** So many characters up to U+00FF, of a byte each. */
export function latin1(length: number): string {
  const start = skip(length);
  // The same few strings come again and again in most messages: those that came last are kept.
  let hash = length;
  for (let i = start; i < start + length; i++) hash = (hash * 31 + (insideBytes[i] as number)) | 0;
  const known = recent[hash & (RECENT - 1)];
  return known !== undefined && isAt(known, start, length) ? known : newText(hash, start, length);
}

/** So many code units, of two bytes each. */
export function utf16(length: number): string {
  const start = skip(2 * length);
  const units = unitsOf(length);
  for (let i = 0; i < length; i++) units[i] = inside.getUint16(start + 2 * i, true);
  return fromCharCode.apply(null, units);
}

function isAt(text: string, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) !== insideBytes[start + i]) return false;
  }
  return true;
}

function newText(hash: number, start: number, length: number): string {
  const units = unitsOf(length);
  for (let i = 0; i < length; i++) units[i] = insideBytes[start + i] as number;
  const made = fromCharCode.apply(null, units);
  if (length <= LONGEST_RECENT) recent[hash & (RECENT - 1)] = made;
  return made;
}

/** An array of that length, where possible always the same one: the engine is fastest with exactly as many arguments as there are. */
function unitsOf(length: number): number[] {
  let units = unitsByLength[length];
  if (units === undefined) {
    units = Array.from({ length }, () => 0);
    if (length <= LONGEST_KEPT) unitsByLength[length] = units;
  }
  return units;
}
