import { native } from '../binding/binding.js';
import { begin, corrupt, finish } from '../codec/reader.js';
import { hasTurn, takeTurn } from '../codec/turns.js';
import { compiled } from './compiled.js';
import {
  type Definition,
  parsed,
  type RecordOf,
  type StructType,
  structType,
  textOf,
} from './definition.js';
import { pick } from './pick.js';
import { read } from './uncompiled.js';

/** The values that a schema describes. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** What {@link struct} makes: describes records, for `channel({ of })`. */
export class Schema<in out T> {
  /** Only in types. @internal */
  declare readonly values: (value: T) => T;
  /** @internal */
  readonly number: number;
  /** @internal */
  readonly type: StructType;
  private readonly code: ReturnType<typeof compiled>;

  /** @internal */
  constructor(number: number, type: StructType) {
    this.number = number;
    this.type = type;
    this.code = compiled(type);
  }

  /**
   * Throws a {@link NotShareableError} that names the first field which is not what the schema says.
   *
   * ```js
   * import { struct } from 'isolane';
   *
   * const Point = struct({ x: 'f64', y: 'f64' });
   * Point.check({ x: 1, y: 2 });
   * try {
   *   Point.check({ x: 1, y: '2' });
   * } catch (error) {
   *   console.log(error.message); // $.y must be a number, but is a string.
   * }
   * ```
   */
  check(value: unknown): asserts value is T {
    this.pick(value);
  }

  /** A copy of what the schema describes, as it would arrive. Throws as `check` does. @internal */
  pick(value: unknown): unknown {
    return pick(this.type, value);
  }

  /** Writes a record to the page: the number of bytes, or -1 if that is not possible, for whatever reason. @internal */
  write(value: unknown): number {
    if (this.code === undefined) return -1;
    const turn = takeTurn();
    const length = this.code.write(value);
    return hasTurn(turn) ? length : -1;
  }

  /** Reads the record that was received. @internal */
  read(): unknown {
    begin();
    const value = this.code === undefined ? read(this.type) : this.code.read();
    finish();
    return value;
  }
}

const schemas: (Schema<unknown> | undefined)[] = [];

/**
 * Describes records that all have the same fields: a channel made with `channel({ of: schema })` checks what is sent, packs it by compiled
 * code, and gives objects with just these fields.
 *
 * A field is `'i8'` … `'u32'` (an integer of its range), `'f32'` (rounded), `'f64'`, `'i64'` or `'u64'` (a bigint), `'bool'`, `'string'`,
 * `'bytes'` (a Uint8Array), another schema, `[type]` (a list of any length) or `[type, length]`; lists may be typed arrays, and arrive as
 * arrays. Fields that the schema does not name stay behind.
 *
 * Throws a TypeError or RangeError for what is no such type.
 *
 * ```js
 * import { channel, struct } from 'isolane';
 *
 * const Reading = struct({ id: 'u32', value: 'f64', unit: 'string', flags: ['u8', 2] });
 * const [tx, rx] = channel({ of: Reading });
 * tx.sendSync({ id: 7, value: 21.5, unit: '°C', flags: [1, 0] });
 * console.log(rx.receiveSync()); // { id: 7, value: 21.5, unit: '°C', flags: [ 1, 0 ] }
 * try {
 *   tx.sendSync({ id: -1, value: 21.5, unit: '°C', flags: [1, 0] });
 * } catch (error) {
 *   console.log(error.message); // $.id must be an integer from 0 to 4294967295, but is -1.
 * }
 * ```
 */
export function struct<const D extends Definition>(definition: D): Schema<RecordOf<D>> {
  const type = structType(definition, (given) =>
    given instanceof Schema ? given.type : undefined,
  );
  const number = native.schemaOf(textOf(type));
  return known(number, type) as Schema<RecordOf<D>>;
}

/** The schema of that number, which some interpreter has made; undefined for 0, which is none. Throws what damaged messages do for any other. */
export function schemaOf(number: number): Schema<unknown> | undefined {
  if (number === 0) return undefined;
  const found = schemas[number];
  if (found !== undefined) return found;
  const text = native.schemaText(number);
  if (text === undefined) throw corrupt();
  return known(number, parsed(text));
}

function known(number: number, type: StructType): Schema<unknown> {
  schemas[number] ??= new Schema(number, type);
  return schemas[number];
}
