/** Code for a schema, made as text and compiled by the engine. */

import { inside, insideBytes, MOST, out, outBytes } from '../codec/page.js';
import { skip } from '../codec/reader.js';
import type { NumberType, StructType, Type } from './definition.js';
import { readBytes, readLength, readList, readText, writeBytes, writeText } from './fields.js';
import { isList } from './pick.js';

/** Writes a record to the page: where it ends; -1 if it is not what the schema says, or does not fit. */
export type Write = (value: unknown) => number;
export type Read = () => unknown;

/** What the code calls, by the names that it has there. */
const tools = {
  out,
  outBytes,
  inside,
  insideBytes,
  skip,
  isList,
  writeText,
  writeBytes,
  readText,
  readBytes,
  readList,
  readLength,
};

/** Undefined where code may not be made of text. */
export function compiled(type: StructType): { write: Write; read: Read } | undefined {
  const write = new WriterSource().function(type);
  const read = new ReaderSource().function(type);
  try {
    const make = new Function(
      ...Object.keys(tools),
      `'use strict'; return { write: ${write}, read: ${read} };`,
    );
    return make(...Object.values(tools)) as { write: Write; read: Read };
  } catch {
    return undefined;
  }
}

/** How a number is put and got in a DataView, and a condition that is true for numbers that are not of the type. */
const numbers: Record<
  NumberType,
  [accessor: string, size: number, isWrong: (x: string) => string]
> = {
  i8: ['Int8', 1, (x) => `((${x} << 24) >> 24) !== ${x}`],
  u8: ['Uint8', 1, (x) => `(${x} & 255) !== ${x}`],
  i16: ['Int16', 2, (x) => `((${x} << 16) >> 16) !== ${x}`],
  u16: ['Uint16', 2, (x) => `(${x} & 65535) !== ${x}`],
  i32: ['Int32', 4, (x) => `(${x} | 0) !== ${x}`],
  u32: ['Uint32', 4, (x) => `(${x} >>> 0) !== ${x}`],
  f32: ['Float32', 4, () => 'false'],
  f64: ['Float64', 8, () => 'false'],
};

const bigints = {
  i64: ['BigInt64', 'asIntN'],
  u64: ['BigUint64', 'asUintN'],
} as const;

/** Bytes of a value at least. */
function leastSize(type: Type): number {
  switch (type.kind) {
    case 'number':
      return numbers[type.name][1];
    case 'bigint':
      return 8;
    case 'bool':
      return 1;
    case 'list':
      return type.length === undefined ? 2 : type.length * leastSize(type.element);
    case 'struct':
      return type.fields.reduce((sum, [, field]) => sum + leastSize(field), 0);
    default:
      return 2;
  }
}

/** Writes statements in which `p` is where the next byte goes. */
class WriterSource {
  private names = 0;

  function(type: StructType): string {
    return `(value) => { let p = 0; ${this.struct(type, 'value')} return p; }`;
  }

  private struct(type: StructType, value: string): string {
    const fields = type.fields.map(([name, field]) => {
      const local = this.name();
      const load = `const ${local} = ${value}[${JSON.stringify(name)}];`;
      return `${load} ${this.value(field, local)}`;
    });
    return `if (typeof ${value} !== 'object' || ${value} === null) return -1; ${fields.join('\n')}`;
  }

  private value(type: Type, x: string): string {
    switch (type.kind) {
      case 'number': {
        const [accessor, size, isWrong] = numbers[type.name];
        // The type first: what is no number may have code of its own that makes it one, or throw.
        return `if (typeof ${x} !== 'number' || ${isWrong(x)} || p + ${size} > ${MOST}) return -1; out.set${accessor}(p, ${x}, true); p += ${size};`;
      }
      case 'bigint': {
        const [accessor, wrap] = bigints[type.name];
        const isWrong = `typeof ${x} !== 'bigint' || BigInt.${wrap}(64, ${x}) !== ${x}`;
        return `if (${isWrong} || p + 8 > ${MOST}) return -1; out.set${accessor}(p, ${x}, true); p += 8;`;
      }
      case 'bool':
        return `if (typeof ${x} !== 'boolean' || p + 1 > ${MOST}) return -1; outBytes[p++] = ${x} ? 1 : 0;`;
      case 'string':
        return `p = writeText(${x}, p); if (p < 0) return -1;`;
      case 'bytes':
        return `p = writeBytes(${x}, p); if (p < 0) return -1;`;
      case 'list':
        return this.list(type.element, type.length, x);
      default:
        return this.struct(type, x);
    }
  }

  private list(element: Type, length: number | undefined, x: string): string {
    const count = this.name();
    const i = this.name();
    const each = this.name();
    const head =
      length === undefined
        ? `if (${count} > 65535 || p + 2 > ${MOST}) return -1; out.setUint16(p, ${count}, true); p += 2;`
        : `if (${count} !== ${length}) return -1;`;
    return `if (!isList(${x})) return -1; const ${count} = ${x}.length; ${head}
      for (let ${i} = 0; ${i} < ${count}; ${i}++) { const ${each} = ${x}[${i}]; ${this.value(element, each)} }`;
  }

  private name(): string {
    return `v${this.names++}`;
  }
}

/** Elements of a list that are read by a literal, one beside the other, where all of them have so many bytes at most. */
const LITERAL = 8;
const LITERAL_BYTES = 256;

/** Bytes of a value, if they are always as many and few, but some: those that a literal reads are as few then. */
function fixedSize(type: Type): number | undefined {
  switch (type.kind) {
    case 'number':
    case 'bigint':
    case 'bool':
      return leastSize(type);
    case 'list': {
      const { element, length } = type;
      return length !== undefined && length > 0 && length <= LITERAL
        ? few(fixedSize(element), length)
        : undefined;
    }
    case 'struct':
      return type.fields.reduce<number | undefined>((sum, [, field]) => {
        const size = fixedSize(field);
        return sum === undefined || size === undefined ? undefined : few(sum + size, 1);
      }, 0);
    default:
      return undefined;
  }
}

function few(size: number | undefined, count: number): number | undefined {
  return size !== undefined && size * count <= LITERAL_BYTES ? size * count : undefined;
}

/** Writes expressions that read a value. Fields of fixed size that follow one another are skipped at once, and lie from `p` on. */
class ReaderSource {
  function(type: StructType): string {
    return `() => { let p = 0; return ${this.value(type)}; }`;
  }

  private value(type: Type): string {
    const size = fixedSize(type);
    if (size !== undefined) return `(p = skip(${size}), ${this.fixed(type, 0)})`;
    switch (type.kind) {
      case 'string':
        return 'readText()';
      case 'bytes':
        return 'readBytes()';
      case 'list': {
        const count = type.length ?? `readLength(${leastSize(type.element)})`;
        return `readList(${count}, () => ${this.value(type.element)})`;
      }
      default:
        return this.struct(type as StructType);
    }
  }

  private struct({ fields }: StructType): string {
    const values: string[] = [];
    let run: number | undefined;
    fields.forEach(([, field], i) => {
      const size = fixedSize(field);
      if (size === undefined) {
        run = undefined;
        values.push(this.value(field));
        return;
      }
      const value = this.fixed(field, run ?? 0);
      values.push(run === undefined ? `(p = skip(${runOf(fields.slice(i))}), ${value})` : value);
      run = (run ?? 0) + size;
    });
    return literal(fields, values);
  }

  /** A value of fixed size, that far behind `p`. */
  private fixed(type: Type, offset: number): string {
    switch (type.kind) {
      case 'number':
        return `inside.get${numbers[type.name][0]}(p + ${offset}, true)`;
      case 'bigint':
        return `inside.get${bigints[type.name][0]}(p + ${offset}, true)`;
      case 'list': {
        const { element, length } = type;
        const size = leastSize(element);
        const elements = Array.from({ length: length ?? 0 }, (_, i) =>
          this.fixed(element, offset + i * size),
        );
        return `[${elements.join(', ')}]`;
      }
      case 'struct': {
        let at = offset;
        const values = type.fields.map(([, field]) => {
          const value = this.fixed(field, at);
          at += leastSize(field);
          return value;
        });
        return literal(type.fields, values);
      }
      default:
        return `insideBytes[p + ${offset}] !== 0`;
    }
  }
}

/** Bytes of the fields of fixed size with which these begin. */
function runOf(fields: StructType['fields']): number {
  let sum = 0;
  for (const [, field] of fields) {
    const size = fixedSize(field);
    if (size === undefined) break;
    sum += size;
  }
  return sum;
}

function literal(fields: StructType['fields'], values: readonly string[]): string {
  const entries = fields.map(([name], i) => `${JSON.stringify(name)}: ${values[i]}`);
  return `({ ${entries.join(', ')} })`;
}
