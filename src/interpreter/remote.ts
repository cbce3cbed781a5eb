import type { ExportShape } from './protocol.js';

// biome-ignore lint/suspicious/noExplicitAny: any function at all.
type Callable = (...args: any[]) => unknown;
type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * A module that lives in an interpreter, as it is seen from elsewhere: its functions are called there and give promises, its
 * constants are copies, objects of both likewise. What cannot travel (classes, symbols …) is left out.
 *
 * ```js
 * import { Interpreter } from 'isolane';
 *
 * const interpreter = await Interpreter.create();
 * const math = await interpreter.import('data:text/javascript,export const two = 2; export const add = (a, b) => a + b;');
 * console.log(math.two, await math.add(2, 3)); // 2 5
 * await interpreter.close();
 * ```
 */
export type Remote<M> = {
  readonly [K in keyof M as M[K] extends symbol ? never : K]: RemoteMember<M[K]>;
};

type RemoteMember<V> =
  IsAny<V> extends true
    ? V
    : V extends (...args: infer A) => infer R
      ? (...args: A) => Promise<Awaited<R>>
      : V extends Record<string, unknown>
        ? Callable extends V[keyof V]
          ? Remote<V>
          : HasFunctions<V> extends true
            ? Remote<V>
            : V
        : V;

type HasFunctions<V> = true extends {
  [K in keyof V]: V[K] extends Callable ? true : false;
}[keyof V]
  ? true
  : false;

/** What of an export can be used from elsewhere; undefined: nothing. In the interpreter that has the module. */
export function shapeOf(
  value: unknown,
  canTravel: (value: unknown) => boolean,
  depth = 3,
): ExportShape | undefined {
  if (typeof value === 'function') return isClass(value) ? undefined : { kind: 'function' };
  if (depth > 0 && isPlainObject(value) && !canTravel(value)) {
    return { kind: 'object', members: shapesOf(value, canTravel, depth - 1) };
  }
  return canTravel(value) ? { kind: 'value', value } : undefined;
}

export function shapesOf(
  object: object,
  canTravel: (value: unknown) => boolean,
  depth = 3,
): Record<string, ExportShape> {
  const members: Record<string, ExportShape> = {};
  for (const [key, value] of Object.entries(object)) {
    const shape = shapeOf(value, canTravel, depth);
    if (shape !== undefined) members[key] = shape;
  }
  return members;
}

function isClass(fn: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `above`: the function that was called, for the stacks of errors. */
type RemoteCall = (
  path: string[],
  args: unknown[],
  above: (...args: never) => unknown,
) => Promise<unknown>;

/** Makes the object with which a module is used from elsewhere. */
export function makeRemote(
  members: Record<string, ExportShape>,
  call: RemoteCall,
  path: string[] = [],
): object {
  const remote = Object.create(null) as Record<string, unknown>;
  for (const [key, shape] of Object.entries(members)) {
    // An export called `then` would be called by whoever awaits the remote.
    if (key !== 'then') remote[key] = makeMember(shape, call, [...path, key]);
  }
  return Object.freeze(remote);
}

function makeMember(shape: ExportShape, call: RemoteCall, path: string[]): unknown {
  switch (shape.kind) {
    case 'function': {
      const remote = (...args: unknown[]): Promise<unknown> => call(path, args, remote);
      return remote;
    }
    case 'object':
      return makeRemote(shape.members, call, path);
    case 'value':
      return shape.value;
  }
}
