/** Code for a schema, made as text and compiled by the engine. */

import { inside, insideBytes, MOST, out, outBytes } from '../codec/page.js';
import { skip } from '../codec/reader.js';
import type { NumberType, StructType, Type } from './definition.js';
import {
  readBool,
  readBytes,
  readLength,
  readList,
  readText,
  writeBytes,
  writeText,
} from './fields.js';
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
  readBool,
  readList,
  readLength,
};

/** Undefined where code may not be made of text. */
export function compiled(type: StructType): { write: Write; read: Read } | undefined {
  const write = new WriterSource().function(type);
  const read = `() => ${readerOf(type)}`;
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

/** How a number is put and got in a DataView, and a condition that is true for what is not of the type. */
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
  f32: ['Float32', 4, (x) => `typeof ${x} !== 'number'`],
  f64: ['Float64', 8, (x) => `typeof ${x} !== 'number'`],
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
        return `if (${isWrong(x)} || p + ${size} > ${MOST}) return -1; out.set${accessor}(p, ${x}, true); p += ${size};`;
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

/** Elements of a list that are written as a literal, one beside the other. */
const LITERAL = 8;

/** An expression that reads a value. */
function readerOf(type: Type): string {
  switch (type.kind) {
    case 'number': {
      const [accessor, size] = numbers[type.name];
      return `inside.get${accessor}(skip(${size}), true)`;
    }
    case 'bigint':
      return `inside.get${bigints[type.name][0]}(skip(8), true)`;
    case 'bool':
      return 'readBool()';
    case 'string':
      return 'readText()';
    case 'bytes':
      return 'readBytes()';
    case 'list': {
      const element = readerOf(type.element);
      const { length } = type;
      if (length !== undefined && length <= LITERAL) {
        return `[${Array.from({ length }, () => element).join(', ')}]`;
      }
      const count = length ?? `readLength(${leastSize(type.element)})`;
      return `readList(${count}, () => ${element})`;
    }
    default: {
      const fields = type.fields.map(
        ([name, field]) => `${JSON.stringify(name)}: ${readerOf(field)}`,
      );
      return `({ ${fields.join(', ')} })`;
    }
  }
}
