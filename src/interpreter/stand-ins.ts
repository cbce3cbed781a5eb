/**
 * What stands in for values that cannot travel, in the arguments of a console: they are printed, not used, so that a description of
 * them will do.
 *
 * Nothing in the arguments says that it is a stand-in, since a guest could write that, too. A list beside them does, which has the very
 * objects: within one message they stay the same.
 */

import { native } from '../binding/binding.js';
import { INSPECT } from '../channel/failure.js';
import { withoutOurFrames } from './stacks.js';

/** A place among the arguments, and what is to be seen there. */
export type StandIn = [
  place: object,
  /** `text`: just that; `instance`: the place has the fields of an object of a class, which structured clone would not keep. */
  kind: 'text' | 'instance',
  /** The text, or the name of the class. */
  text: string,
];

const MOST_DEPTH = 8;

/** Whether the arguments can travel as they are, and arrive as themselves; only the quick and sure cases. */
export function isPlain(args: readonly unknown[]): boolean {
  return args.every((arg) => {
    const type = typeof arg;
    return arg === null || (type !== 'object' && type !== 'function' && type !== 'symbol');
  });
}

/** Copies in which everything can travel, and what is to be known of them. */
export function withStandIns(args: readonly unknown[]): [copies: unknown[], standIns: StandIn[]] {
  const standIns: StandIn[] = [];
  return [args.map((arg) => new Replacement(standIns).of(arg)), standIns];
}

/** The copy of one argument. */
class Replacement {
  private readonly done = new Map<object, unknown>();

  constructor(private readonly standIns: StandIn[]) {}

  of(value: unknown, depth = 0): unknown {
    if (typeof value === 'symbol') return this.text(String(value));
    if (typeof value === 'function') return this.text(describeFunction(value));
    if (typeof value !== 'object' || value === null) return value;
    const known = this.done.get(value);
    if (known !== undefined) return known;
    try {
      return depth > MOST_DEPTH
        ? this.text(`[${classOf(value)}]`)
        : this.ofObject(value, (part) => this.of(part, depth + 1));
    } catch {
      return this.text('[Object that cannot be read]');
    }
  }

  private ofObject(value: object, inner: (part: unknown) => unknown): unknown {
    const remember = <T extends object>(copy: T): T => {
      this.done.set(value, copy);
      return copy;
    };
    if (Array.isArray(value)) {
      const copy = remember<unknown[]>([]);
      for (const item of value) copy.push(inner(item));
      return copy;
    }
    if (value instanceof Map) {
      const copy = remember(new Map<unknown, unknown>());
      for (const [key, item] of value) copy.set(inner(key), inner(item));
      return copy;
    }
    if (value instanceof Set) {
      const copy = remember(new Set<unknown>());
      for (const item of value) copy.add(inner(item));
      return copy;
    }
    if (value instanceof Error) return this.text(describeError(value));
    if (value instanceof Promise) return this.text('Promise { <pending> }');
    if (value instanceof native.NativeSender || value instanceof native.NativeReceiver) {
      // Not the endpoint itself: a handle that is only printed must not keep a channel open.
      return this.text(String(value));
    }
    if (value instanceof native.NativeView || value instanceof native.NativeFrozen) {
      // As what it is a view of, or stands for; these show it like that in Node, too.
      return inner((value as { [INSPECT](): unknown })[INSPECT]());
    }
    if (travelsWhole(value)) return value;
    const fields = remember(Object.create(null) as Record<string, unknown>);
    const name = classOf(value);
    if (name !== 'Object') this.standIns.push([fields, 'instance', name]);
    for (const key of Object.keys(value)) fields[key] = inner(read(value, key));
    return fields;
  }

  private text(text: string): object {
    const place = {};
    this.standIns.push([place, 'text', text]);
    return place;
  }
}

function travelsWhole(value: object): boolean {
  if (value instanceof ArrayBuffer) return value.byteLength > 0;
  if (ArrayBuffer.isView(value)) return value.buffer.byteLength > 0;
  return value instanceof Date || value instanceof RegExp;
}

function describeFunction(fn: object): string {
  const source = Function.prototype.toString.call(fn);
  const name: unknown = read(fn, 'name');
  const kind = /^class\b/.test(source) ? 'class' : 'Function';
  if (typeof name !== 'string' || name === '') return `[${kind} (anonymous)]`;
  return kind === 'class' ? `[class ${name}]` : `[Function: ${name}]`;
}

/** As Node prints errors, but for the layout of its own properties. */
function describeError(error: Error, depth = 0): string {
  const stack = withoutOurFrames(String(error.stack ?? error));
  const own = Object.keys(error).map((key) => `${key}: ${short(read(error, key))}`);
  const { cause } = error;
  if (cause !== undefined) {
    const nested = cause instanceof Error && depth < MOST_DEPTH;
    const text = nested ? describeError(cause, depth + 1) : short(cause);
    own.push(`[cause]: ${text.replaceAll('\n', '\n  ')}`);
  }
  return own.length === 0 ? stack : `${stack} {\n  ${own.join(',\n  ')}\n}`;
}

function short(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? `[${classOf(value)}]` : String(value);
}

function classOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
  if (prototype === null) return 'Object';
  const name = (prototype.constructor as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : 'Object';
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return '[a getter that throws]';
  }
}
