import { native } from '../binding/binding.js';
import { copyOf } from './errors-that-cross.js';
import { readHeader } from './function-header.js';
import type { ExportShape } from './protocol.js';

/** More members than this are left out: no module has them to be called one by one. */
const MOST_SHAPES = 10_000;

type WithMembers = Extract<ExportShape, { members: unknown }>;

/** What of a module can be used from elsewhere, in the interpreter that has it. */
export function shapesOf(namespace: object): Record<string, ExportShape> {
  // An object that occurs in several places, or in itself, has one shape, which travels as one.
  const known = new Map<object, ExportShape>();
  // In breadth, so that what is left out of too many is what lies deepest.
  const left: [members: WithMembers['members'], of: object, keys: string[]][] = [];

  const shapeOf = (value: unknown): ExportShape | undefined => {
    if (typeof value === 'symbol') return undefined;
    if (!isObject(value)) return { kind: 'value', value };
    // To show it would be to give it away.
    if (value instanceof native.NativeOwned) return undefined;
    const before = known.get(value);
    if (before !== undefined) return before;
    if (known.size >= MOST_SHAPES) return undefined;
    if (typeof value === 'function')
      return isClass(value) ? undefined : withMembers('function', value);
    if (value instanceof Promise) return { kind: 'promise' };
    if (!hasBehaviour(value) && copyOf(value) !== undefined) return { kind: 'value', value };
    if (Array.isArray(value)) return withMembers('list', value);
    return isPlain(value) || isInstance(value) ? withMembers('object', value) : undefined;
  };

  const withMembers = (kind: WithMembers['kind'], value: object): ExportShape => {
    const shape: WithMembers = { kind, members: {} };
    known.set(value, shape);
    left.push([shape.members, value, keysOf(value)]);
    return shape;
  };

  const members: Record<string, ExportShape> = {};
  // All of a CommonJS module is there as `default` as well.
  left.push([members, namespace, Object.keys(namespace).filter((key) => key !== 'module.exports')]);
  for (const [into, of, keys] of left) {
    for (const key of keys) {
      const shape = shapeOf(read(of, key));
      if (shape !== undefined) define(into, key, shape);
    }
  }
  return members;
}

/** Whether something in it can be called or awaited: a copy would lose that. */
function hasBehaviour(root: object): boolean {
  const seen = new Set<unknown>();
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'function') return true;
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Promise || isInstance(value)) return true;
    if (Array.isArray(value) || isPlain(value)) {
      for (const key of Object.keys(value)) left.push(read(value, key));
    }
  }
  return false;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isPlain(value: object): boolean {
  const prototype = prototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether it is of a class that somebody wrote, and has methods. */
function isInstance(value: object): boolean {
  if (travelling().some((kind) => value instanceof kind)) return false;
  if (Array.isArray(value) || isPlain(value)) return false;
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  return keysOf(value).some((key) => typeof read(value, key) === 'function');
}

/** Classes of ours that travel as themselves. */
function travelling(): readonly (abstract new (...args: never) => object)[] {
  const { NativeSender, NativeReceiver, NativeShared, NativeView, NativeFrozen } = native;
  return [NativeSender, NativeReceiver, NativeShared, NativeView, NativeFrozen];
}

/** What can be reached by a name of its own, and of the classes that it is of. */
function keysOf(value: object): string[] {
  const keys = new Set(Object.keys(value));
  if (typeof value === 'function' || Array.isArray(value)) return [...keys];
  for (let at = prototypeOf(value); at !== null && at !== Object.prototype; at = prototypeOf(at)) {
    for (const key of Object.getOwnPropertyNames(at)) if (key !== 'constructor') keys.add(key);
  }
  return [...keys];
}

function prototypeOf(value: object): object | null {
  try {
    return Object.getPrototypeOf(value) as object | null;
  } catch {
    return null;
  }
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function define(members: Record<string, ExportShape>, key: string, value: ExportShape): void {
  Object.defineProperty(members, key, { value, enumerable: true });
}

function isClass(fn: object): boolean {
  return readHeader(Function.prototype.toString.call(fn)).form === 'class';
}
