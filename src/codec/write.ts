import { native } from '../binding/binding.js';
import { Kind, LONGEST, MOST_OBJECTS } from './kinds.js';
import { MOST, out, outBytes } from './page.js';
import { firstStep, NO_SHAPE, type Step } from './shapes.js';
import { hasTurn, takeTurn } from './turns.js';

const { isArray } = Array;
const hasOwn = Object.prototype.hasOwnProperty;
const PlainObject = Object;

// Arrays are packed or have holes, and hold small integers, numbers or anything.
native.setPlain(PlainObject.prototype, [
  [1],
  [0.5],
  [''],
  new Array(1),
  withHoles(0.5),
  withHoles(''),
]);

function withHoles(element: unknown): unknown[] {
  const made = [element];
  made.length = 2;
  return made;
}

let position = 0;

let root: object;

/** The objects and arrays inside the first: whether they are plain, and that is, only native code can tell. */
export const inner: (object | undefined)[] = Array.from({ length: MOST_OBJECTS });
export let innerCount = 0;

/**
 * Writes an object or array to the page, with all that is in it. Returns the number of bytes; 0 if this codec has no form for it: then it
 * may not even be possible to send it. What it has written is true if `value` and the first `innerCount` of `inner` are plain.
 */
export function writeRecord(value: object): number {
  const turn = takeTurn();
  position = 0;
  innerCount = 0;
  root = value;
  try {
    return writeObject(value) && hasTurn(turn) ? position : 0;
  } catch {
    // A getter or a proxy has thrown, and will do so again where errors are told.
    return 0;
  }
}

function writeInner(value: object): boolean {
  // The same object twice has to be one and the same on the other side, too.
  if (value === root || innerCount === MOST_OBJECTS) return false;
  for (let i = 0; i < innerCount; i++) if (inner[i] === value) return false;
  inner[innerCount++] = value;
  return writeObject(value);
}

/** Keeps nothing of what was written. */
export function forgetInner(): void {
  for (let i = 0; i < innerCount; i++) inner[i] = undefined;
}

function writeObject(value: object): boolean {
  if (isArray(value)) return writeElements(value);
  // What seems to be plain: native code looks at the prototype itself, faster.
  return value.constructor === PlainObject && writeProperties(value as Record<string, unknown>);
}

function writeProperties(object: Record<string, unknown>): boolean {
  if (position + 3 > MOST) return false;
  // Only the keys, first: where the shape is not known, V8 reads the object, and getters are to be called once.
  let step: Step = firstStep();
  for (const key in object) {
    // Somebody has given all objects an enumerable property.
    if (!hasOwn.call(object, key)) return false;
    step = key === step.key ? (step.next as Step) : step.after(key);
  }
  const { shape } = step;
  if (shape === NO_SHAPE) {
    step.learn(object);
    return false;
  }
  outBytes[position] = Kind.object;
  out.setUint16(position + 1, shape, true);
  position += 3;
  step = firstStep();
  for (const key in object) {
    step = key === step.key ? (step.next as Step) : step.after(key);
    if (!write(object[key])) return false;
  }
  // A getter may have changed the object.
  return step.shape === shape;
}

function writeElements(array: readonly unknown[]): boolean {
  const { length } = array;
  if (length > LONGEST || position + 2 > MOST) return false;
  outBytes[position++] = Kind.array;
  outBytes[position++] = length;
  for (let i = 0; i < length; i++) {
    const element = array[i];
    if (element === undefined && !(i in array)) return false;
    if (!write(element)) return false;
  }
  return array.length === length;
}

function write(value: unknown): boolean {
  if (position + 9 > MOST) return false;
  switch (typeof value) {
    case 'number':
      writeNumber(value);
      return true;
    case 'string':
      return writeString(value);
    case 'boolean':
      outBytes[position++] = value ? Kind.true : Kind.false;
      return true;
    case 'undefined':
      outBytes[position++] = Kind.undefined;
      return true;
    case 'object':
      if (value !== null) return writeInner(value);
      outBytes[position++] = Kind.null;
      return true;
    default:
      return false;
  }
}

function writeNumber(value: number): void {
  if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
    outBytes[position++] = Kind.float64;
    out.setFloat64(position, value, true);
    position += 8;
  } else if ((value << 24) >> 24 === value) {
    outBytes[position++] = Kind.int8;
    outBytes[position++] = value;
  } else {
    outBytes[position++] = Kind.int32;
    out.setInt32(position, value, true);
    position += 4;
  }
}

function writeString(value: string): boolean {
  const { length } = value;
  if (length > LONGEST || position + 2 + 2 * length > MOST) return false;
  const start = position + 2;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i);
    bits |= unit;
    outBytes[start + i] = unit;
  }
  outBytes[position] = Kind.latin1;
  outBytes[position + 1] = length;
  position = start + length;
  if (bits > 0xff) writeWide(value, start);
  return true;
}

function writeWide(value: string, start: number): void {
  outBytes[start - 2] = Kind.utf16;
  for (let i = 0; i < value.length; i++) out.setUint16(start + 2 * i, value.charCodeAt(i), true);
  position = start + 2 * value.length;
}
