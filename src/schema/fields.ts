/** The parts of records of which compiled and uncompiled codecs are made. */

import { inside, insideBytes, MOST, out, outBytes } from '../codec/page.js';
import { corrupt, latin1, left, skip, utf16 } from '../codec/reader.js';

/** In the length of a string: it has code units of two bytes. */
const WIDE = 0x8000;

/** Writes a string at `at`: where it ends; -1 if it is none, or does not fit. */
export function writeText(value: unknown, at: number): number {
  if (typeof value !== 'string') return -1;
  const { length } = value;
  const start = at + 2;
  if (start + 2 * length > MOST) return -1;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i);
    bits |= unit;
    outBytes[start + i] = unit;
  }
  if (bits <= 0xff) {
    out.setUint16(at, length, true);
    return start + length;
  }
  out.setUint16(at, length | WIDE, true);
  for (let i = 0; i < length; i++) out.setUint16(start + 2 * i, value.charCodeAt(i), true);
  return start + 2 * length;
}

export function readText(): string {
  const length = inside.getUint16(skip(2), true);
  return length < WIDE ? latin1(length) : utf16(length - WIDE);
}

/** Writes a Uint8Array at `at`: where it ends; -1 if it is none, or does not fit. */
export function writeBytes(value: unknown, at: number): number {
  if (!(value instanceof Uint8Array) || at + 2 + value.length > MOST) return -1;
  out.setUint16(at, value.length, true);
  outBytes.set(value, at + 2);
  return at + 2 + value.length;
}

export function readBytes(): Uint8Array {
  const length = inside.getUint16(skip(2), true);
  const start = skip(length);
  return insideBytes.slice(start, start + length);
}

/** A list of so many elements. */
export function readList(length: number, read: () => unknown): unknown[] {
  const made: unknown[] = [];
  for (let i = 0; i < length; i++) made.push(read());
  return made;
}

/** The number of elements of a list of any length, each of which has so many bytes at least. */
export function readLength(least: number): number {
  const length = inside.getUint16(skip(2), true);
  if (length * least > left()) throw corrupt();
  return length;
}

export function readBool(): boolean {
  return insideBytes[skip(1)] !== 0;
}
