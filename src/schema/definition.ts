/** What a schema is made of, and what values it describes. */

import type { Schema } from './schema.js';

/** The types of fields that are one number. */
export type NumberType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'f32' | 'f64';

/** A field: a number, a bigint, a boolean, a string, bytes, another schema, or a list of one of these, of a fixed length or any. */
export type FieldType =
  | NumberType
  | 'i64'
  | 'u64'
  | 'bool'
  | 'string'
  | 'bytes'
  // biome-ignore lint/suspicious/noExplicitAny: a schema of whatever.
  | Schema<any>
  | readonly [element: FieldType]
  | readonly [element: FieldType, length: number];

/** The fields of a record by their names. */
export type Definition = { readonly [name: string]: FieldType };

/** The values of a field of that type. */
export type FieldValue<F> = F extends NumberType
  ? number
  : F extends 'i64' | 'u64'
    ? bigint
    : F extends 'bool'
      ? boolean
      : F extends 'string'
        ? string
        : F extends 'bytes'
          ? Uint8Array
          : F extends Schema<infer T>
            ? T
            : F extends readonly [infer E, number?]
              ? FieldValue<E>[]
              : never;

/** The records that a definition describes. */
export type RecordOf<D extends Definition> = { -readonly [K in keyof D]: FieldValue<D[K]> };

/** A type in the form in which codecs are made of it. */
export type Type =
  | { readonly kind: 'number'; readonly name: NumberType }
  | { readonly kind: 'bigint'; readonly name: 'i64' | 'u64' }
  | { readonly kind: 'bool' | 'string' | 'bytes' }
  | { readonly kind: 'list'; readonly element: Type; readonly length: number | undefined }
  | StructType;

export interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly (readonly [name: string, type: Type])[];
}

const NUMBERS: readonly string[] = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'f32', 'f64'];

/** The most fields of one record, elements of a fixed list, and types within each other. */
const MOST_FIELDS = 256;
const MOST_ELEMENTS = 4096;
const DEEPEST = 16;
/** And the most types in all: code is made for each, wherever a schema within another has it. */
const MOST_TYPES = 4096;

/** Throws a TypeError or RangeError that names the field whose type is none. */
export function structType(definition: Definition, typeOfSchema: TypeOfSchema): StructType {
  const type = new Parser(typeOfSchema).struct(definition, '', 0);
  checkSize(type);
  return type;
}

function checkSize(type: StructType): void {
  let count = 0;
  const visit = (one: Type): void => {
    if (++count > MOST_TYPES) {
      throw new RangeError(
        `A struct has at most ${MOST_TYPES} types in all, with those of schemas within it.`,
      );
    }
    if (one.kind === 'list') visit(one.element);
    if (one.kind === 'struct') for (const [, field] of one.fields) visit(field);
  };
  visit(type);
}

/** The type of a Schema; undefined for anything else. */
export type TypeOfSchema = (given: unknown) => StructType | undefined;

class Parser {
  constructor(private readonly typeOfSchema: TypeOfSchema) {}

  struct(given: unknown, path: string, depth: number): StructType {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new TypeError('struct() takes an object that gives each field its type.');
    }
    const names = Object.keys(given);
    if (names.length === 0 || names.length > MOST_FIELDS) {
      throw new RangeError(`A struct has 1 to ${MOST_FIELDS} fields, not ${names.length}.`);
    }
    const fields = names.map((name) => {
      // A literal cannot have it, and an object with it is hardly what anybody wants.
      if (name === '__proto__') throw new TypeError('A field cannot be called __proto__.');
      const type = (given as Record<string, unknown>)[name];
      return [name, this.type(type, path === '' ? name : `${path}.${name}`, depth + 1)] as const;
    });
    return { kind: 'struct', fields };
  }

  private type(given: unknown, path: string, depth: number): Type {
    if (depth > DEEPEST) {
      throw new RangeError(`The types of a struct are at most ${DEEPEST} deep: ${path}.`);
    }
    if (typeof given === 'string') {
      if (NUMBERS.includes(given)) return { kind: 'number', name: given as NumberType };
      if (given === 'i64' || given === 'u64') return { kind: 'bigint', name: given };
      if (given === 'bool' || given === 'string' || given === 'bytes') return { kind: given };
    }
    if (Array.isArray(given) && (given.length === 1 || given.length === 2)) {
      const [element, length] = given as [unknown, unknown];
      if (given.length === 2) checkLength(length, path);
      const type = this.type(element, `${path}[]`, depth + 1);
      return { kind: 'list', element: type, length: length as number | undefined };
    }
    const type = this.typeOfSchema(given);
    if (type !== undefined) return type;
    const known = [...NUMBERS, 'i64', 'u64', 'bool', 'string', 'bytes'].join(', ');
    const text = typeof given === 'string' ? JSON.stringify(given) : `a ${typeof given}`;
    throw new TypeError(
      `The type of field ${path} must be one of ${known}, a struct, or [type] or [type, length], but is ${text}.`,
    );
  }
}

function checkLength(length: unknown, path: string): void {
  if (!Number.isInteger(length) || (length as number) < 0 || (length as number) > MOST_ELEMENTS) {
    throw new RangeError(
      `The length of field ${path} must be an integer from 0 to ${MOST_ELEMENTS}, but is ${String(length)}.`,
    );
  }
}

/** A text that is the same for the same types, and that `parsed` understands. */
export function textOf(type: StructType): string {
  return JSON.stringify(plainOf(type));
}

function plainOf(type: Type): unknown {
  switch (type.kind) {
    case 'number':
    case 'bigint':
      return type.name;
    case 'list': {
      const element = plainOf(type.element);
      return type.length === undefined ? [element] : [element, type.length];
    }
    case 'struct':
      return { fields: type.fields.map(([name, field]) => [name, plainOf(field)]) };
    default:
      return type.kind;
  }
}

/** The type of which `textOf` has made this text. */
export function parsed(text: string): StructType {
  return fromPlain(JSON.parse(text)) as StructType;
}

function fromPlain(plain: unknown): Type {
  if (typeof plain === 'string') {
    if (NUMBERS.includes(plain)) return { kind: 'number', name: plain as NumberType };
    if (plain === 'i64' || plain === 'u64') return { kind: 'bigint', name: plain };
    return { kind: plain as 'bool' | 'string' | 'bytes' };
  }
  if (Array.isArray(plain)) {
    return {
      kind: 'list',
      element: fromPlain(plain[0]),
      length: plain[1] as number | undefined,
    };
  }
  const { fields } = plain as { fields: [string, unknown][] };
  return { kind: 'struct', fields: fields.map(([name, type]) => [name, fromPlain(type)] as const) };
}
