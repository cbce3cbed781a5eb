import { Kind } from './kinds.js';
import { inside, insideBytes } from './page.js';
import { begin, corrupt, finish, latin1, left, skip, utf16 } from './reader.js';
import { makerOf } from './shapes.js';

/** Objects and arrays within each other; more than are ever written. */
const DEEPEST = 32;
let depth = 0;

/** The value that the received record holds. Throws a RangeError with the code `ERR_ISOLANE_DAMAGED_MESSAGE` if it is none that this codec writes. */
export function readRecord(): unknown {
  begin();
  depth = 0;
  const value = read();
  finish();
  return value;
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
      return latin1(insideBytes[skip(1)] as number);
    case Kind.utf16:
      return utf16(insideBytes[skip(1)] as number);
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
  if (length > left() || ++depth > DEEPEST) throw corrupt();
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
