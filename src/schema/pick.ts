import { NotShareableError } from '../errors/ownership-errors.js';
import type { NumberType, StructType, Type } from './definition.js';

/** A copy of what the type describes, as it would arrive. Throws a NotShareableError that names the first place which is not so. */
export function pick(type: Type, value: unknown, path = '$'): unknown {
  switch (type.kind) {
    case 'number':
      return pickNumber(type.name, value, path);
    case 'bigint':
      return pickBigInt(type.name, value, path);
    case 'bool':
      if (typeof value !== 'boolean') throw wrong(path, 'a boolean', value);
      return value;
    case 'string':
      if (typeof value !== 'string') throw wrong(path, 'a string', value);
      return value;
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw wrong(path, 'a Uint8Array', value);
      return new Uint8Array(value);
    case 'list':
      return pickList(type.element, type.length, value, path);
    default:
      return pickStruct(type, value, path);
  }
}

function pickStruct(type: StructType, value: unknown, path: string): object {
  if (typeof value !== 'object' || value === null) throw wrong(path, 'an object', value);
  const picked: Record<string, unknown> = {};
  for (const [name, field] of type.fields) {
    picked[name] = pick(field, (value as Record<string, unknown>)[name], placeOf(path, name));
  }
  return picked;
}

function placeOf(path: string, name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${path}.${name}`
    : `${path}[${JSON.stringify(name)}]`;
}

function pickList(
  element: Type,
  length: number | undefined,
  value: unknown,
  path: string,
): unknown[] {
  if (!isList(value)) throw wrong(path, 'an array', value);
  if (length !== undefined && value.length !== length) {
    throw new NotShareableError(
      `${path} must have ${length} elements, but has ${value.length}.`,
      path,
    );
  }
  return Array.from(value, (each, i) => pick(element, each, `${path}[${i}]`));
}

/** Whether it may be a list: an array, or a typed one. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** What an integer type can hold, at least and at most. */
export function rangeOf(name: NumberType | 'i64' | 'u64'): [least: bigint, most: bigint] {
  const bits = BigInt(name.slice(1));
  return name.startsWith('u')
    ? [0n, 2n ** bits - 1n]
    : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

function pickNumber(name: NumberType, value: unknown, path: string): number {
  if (name === 'f32' || name === 'f64') {
    if (typeof value !== 'number') throw wrong(path, 'a number', value);
    return name === 'f32' ? Math.fround(value) : value;
  }
  const [least, most] = rangeOf(name);
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw wrong(path, `an integer from ${least} to ${most}`, value);
  }
  return (value as number) + 0; // not -0
}

function pickBigInt(name: 'i64' | 'u64', value: unknown, path: string): bigint {
  const [least, most] = rangeOf(name);
  if (typeof value !== 'bigint' || value < least || value > most) {
    throw wrong(path, `a bigint from ${least}n to ${most}n`, value);
  }
  return value;
}

function wrong(path: string, wanted: string, value: unknown): NotShareableError {
  return new NotShareableError(`${path} must be ${wanted}, but is ${described(value)}.`, path);
}

function described(value: unknown): string {
  switch (typeof value) {
    case 'number':
    case 'boolean':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'undefined':
      return 'missing';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
    default:
      return `a ${typeof value}`;
  }
}
