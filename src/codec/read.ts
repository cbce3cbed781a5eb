import { Kind } from './kinds.js';
import { inside, insideBytes, received } from './page.js';
import { makerOf } from './shapes.js';

const { fromCharCode } = String;

let position = 0;
let end = 0;

/** How many strings are kept, a power of two; and how long they are at most. */
const RECENT = 256;
const LONGEST_RECENT = 32;
const recent: (string | undefined)[] = [];

const unitsByLength: (number[] | undefined)[] = [];

/** Objects and arrays within each other; more than are ever written. */
const DEEPEST = 32;
let depth = 0;

/** The value that the received record holds. Throws a RangeError if it is none that this codec writes. */
export function readRecord(): unknown {
  position = 0;
  end = received[0] as number;
  depth = 0;
  const value = read();
  if (position !== end) throw corrupt();
  return value;
}

function corrupt(): RangeError {
  return new RangeError('The bytes of a message are damaged.');
}

/** Where so many bytes are that come next. */
function skip(count: number): number {
  const start = position;
  position += count;
  if (position > end) throw corrupt();
  return start;
}

function read(): unknown {
  switch (insideBytes[skip(1)]) {
    case Kind.undefined:
      return undefined;
    case Kind.null:
      return null;
    case Kind.true:
      return true;
    case Kind.false:
      return false;
    case Kind.int8:
      return inside.getInt8(skip(1));
    case Kind.int32:
      return inside.getInt32(skip(4), true);
    case Kind.float64:
      return inside.getFloat64(skip(8), true);
    case Kind.latin1:
      return readLatin1();
    case Kind.utf16:
      return readWide();
    case Kind.array:
      return readArray();
    case Kind.object:
      return readObject();
    default:
      throw corrupt();
  }
}

function readObject(): object {
  const make = makerOf(inside.getUint16(skip(2), true));
  if (++depth > DEEPEST) throw corrupt();
  const made = make(read);
  depth--;
  return made;
}

function readArray(): unknown[] {
  const length = insideBytes[skip(1)] as number;
  // One byte at least for each.
  if (length > end - position || ++depth > DEEPEST) throw corrupt();
  const made = length === 0 ? [] : elements(length);
  depth--;
  return made;
}

/** Begins as literals, which the engine makes in one piece. */
function elements(length: number): unknown[] {
  if (length === 1) return [read()];
  if (length === 2) return [read(), read()];
  const made: unknown[] = [read(), read(), read()];
  for (let i = 3; i < length; i++) made.push(read());
  return made;
}

function readLatin1(): string {
  const length = insideBytes[skip(1)] as number;
  const start = skip(length);
  // The same few strings come again and again in most messages: those that came last are kept.
  let hash = length;
  for (let i = start; i < start + length; i++) hash = (hash * 31 + (insideBytes[i] as number)) | 0;
  const known = recent[hash & (RECENT - 1)];
  return known !== undefined && isAt(known, start, length) ? known : newText(hash, start, length);
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

/** An array of that length, always the same one: the engine is fastest with exactly as many arguments as there are. */
function unitsOf(length: number): number[] {
  let units = unitsByLength[length];
  if (units === undefined) {
    units = Array.from({ length }, () => 0);
    unitsByLength[length] = units;
  }
  return units;
}

function readWide(): string {
  const length = insideBytes[skip(1)] as number;
  const start = skip(2 * length);
  const units = unitsOf(length);
  for (let i = 0; i < length; i++) units[i] = inside.getUint16(start + 2 * i, true);
  return fromCharCode.apply(null, units);
}
