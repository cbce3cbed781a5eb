/**
 * What stands in for values that cannot travel, in the arguments of a console: they are printed, not used, so that a description of
 * them will do.
 */

import { native } from '../binding/binding.js';
import { withoutOurFrames } from './stacks.js';

/** The key that marks a stand-in; it occurs in no one's own objects. */
export const STAND_IN = '@isolane/stand-in';

export type StandIn =
  /** Printed as it is. */
  | { [STAND_IN]: 'text'; text: string }
  | { [STAND_IN]: 'symbol'; text: string }
  /** An object of a class, which structured clone would not keep. */
  | { [STAND_IN]: 'instance'; text: string; fields: object };

const MOST_DEPTH = 8;

/** Whether the arguments can travel as they are, and arrive as themselves; only the quick and sure cases. */
export function isPlain(args: readonly unknown[]): boolean {
  return args.every((arg) => {
    const type = typeof arg;
    return arg === null || (type !== 'object' && type !== 'function' && type !== 'symbol');
  });
}

/** A copy in which everything can travel. */
export function withStandIns(value: unknown): unknown {
  return replace(value, new Map(), 0);
}

function replace(value: unknown, done: Map<object, unknown>, depth: number): unknown {
  if (typeof value === 'symbol') return standIn('symbol', value.description ?? '');
  if (typeof value === 'function') return standIn('text', describeFunction(value));
  if (typeof value !== 'object' || value === null) return value;
  const known = done.get(value);
  if (known !== undefined) return known;
  try {
    return depth > MOST_DEPTH
      ? standIn('text', `[${classOf(value)}]`)
      : replaceObject(value, done, (part) => replace(part, done, depth + 1));
  } catch {
    return standIn('text', '[Object that cannot be read]');
  }
}

function replaceObject(
  value: object,
  done: Map<object, unknown>,
  inner: (part: unknown) => unknown,
): unknown {
  const remember = <T extends object>(copy: T): T => {
    done.set(value, copy);
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
  if (value instanceof Error) return standIn('text', describeError(value, inner));
  if (value instanceof Promise) return standIn('text', 'Promise { <pending> }');
  if (value instanceof native.NativeSender || value instanceof native.NativeReceiver) {
    // Not the endpoint itself: a handle that is only printed must not keep a channel open.
    return standIn('text', String(value));
  }
  if (travelsWhole(value)) return value;
  const fields: Record<string, unknown> = {};
  const name = classOf(value);
  const copy = remember<object>(
    name === 'Object' ? fields : { [STAND_IN]: 'instance', text: name, fields },
  );
  for (const key of Object.keys(value)) fields[key] = inner(read(value, key));
  return copy;
}

function travelsWhole(value: object): boolean {
  if (value instanceof ArrayBuffer) return value.byteLength > 0;
  if (ArrayBuffer.isView(value)) return value.buffer.byteLength > 0;
  return value instanceof Date || value instanceof RegExp;
}

function standIn(kind: 'text' | 'symbol', text: string): StandIn {
  return { [STAND_IN]: kind, text };
}

function describeFunction(fn: object): string {
  const source = Function.prototype.toString.call(fn);
  const name: unknown = read(fn, 'name');
  const kind = /^class\b/.test(source) ? 'class' : 'Function';
  if (typeof name !== 'string' || name === '') return `[${kind} (anonymous)]`;
  return kind === 'class' ? `[class ${name}]` : `[Function: ${name}]`;
}

/** As Node prints errors, but for the layout of its own properties. */
function describeError(error: Error, inner: (part: unknown) => unknown): string {
  const stack = withoutOurFrames(String(error.stack ?? error));
  const own = Object.keys(error).map((key) => `${key}: ${short(read(error, key))}`);
  const { cause } = error;
  if (cause !== undefined) {
    const described = cause instanceof Error ? inner(cause) : undefined;
    const text = (described as { text?: string } | undefined)?.text ?? short(cause);
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
