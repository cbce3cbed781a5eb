import { inside, insideBytes } from '../codec/page.js';
import { skip } from '../codec/reader.js';
import type { NumberType, Type } from './definition.js';
import { readBool, readBytes, readLength, readList, readText } from './fields.js';

/** Reads a value of that type, where code may not be made of text. */
export function read(type: Type): unknown {
  switch (type.kind) {
    case 'number':
      return numbers[type.name]();
    case 'bigint':
      return type.name === 'i64'
        ? inside.getBigInt64(skip(8), true)
        : inside.getBigUint64(skip(8), true);
    case 'bool':
      return readBool();
    case 'string':
      return readText();
    case 'bytes':
      return readBytes();
    case 'list':
      return readList(type.length ?? readLength(0), () => read(type.element));
    default: {
      const made: Record<string, unknown> = {};
      for (const [name, field] of type.fields) made[name] = read(field);
      return made;
    }
  }
}

const numbers: Record<NumberType, () => number> = {
  i8: () => inside.getInt8(skip(1)),
  u8: () => insideBytes[skip(1)] as number,
  i16: () => inside.getInt16(skip(2), true),
  u16: () => inside.getUint16(skip(2), true),
  i32: () => inside.getInt32(skip(4), true),
  u32: () => inside.getUint32(skip(4), true),
  f32: () => inside.getFloat32(skip(4), true),
  f64: () => inside.getFloat64(skip(8), true),
};
