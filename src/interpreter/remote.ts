import type { Receiver } from '../channel/receiver.js';
import type { Sender } from '../channel/sender.js';
import type { ReadonlyView } from '../ownership/readonly-view.js';
import type { Shared } from '../ownership/share.js';
import type { ExportShape } from './protocol.js';
import { RemoteResult } from './remote-iterator.js';

/**
 * A module that lives in an interpreter, as it is seen from elsewhere. Its functions are called there and give promises, or async
 * generators if they return iterators. Its constants are copies, made when it was imported. Objects and functions with functions on them,
 * and instances of classes with methods, have these members likewise; a promise is one for a copy of its value. What cannot travel
 * (classes, symbols …) is left out, and so is what is called `then`.
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
export type Remote<M> =
  IsAny<M> extends true
    ? M
    : {
        readonly [K in keyof M as IsLeftOut<K, M[K]> extends true ? never : K]: RemoteMember<M[K]>;
      };

/** What a generator of a module gives when it is called from elsewhere: iterate it, or await it first. */
export type RemoteGenerator<T, TReturn, TNext> = AsyncGenerator<T, TReturn, TNext> &
  Promise<AsyncGenerator<T, TReturn, TNext>>;

/** What a function's result becomes on its way: iterators can be stepped through from afar, anything else is a copy. */
export type Result<R> =
  IsAny<R> extends true
    ? R
    : R extends Endpoint
      ? R
      : R extends AsyncIterator<infer T, infer TReturn, infer TNext> & AsyncIterable<unknown>
        ? AsyncGenerator<T, TReturn, TNext>
        : R extends Iterator<infer T, infer TReturn, infer TNext> & Iterable<unknown>
          ? AsyncGenerator<Awaited<T>, TReturn, TNext>
          : R extends AsyncIterable<infer T>
            ? AsyncGenerator<T, unknown, unknown>
            : R;

// biome-ignore lint/suspicious/noExplicitAny: any function at all.
type Callable = (...args: any[]) => any;
// biome-ignore lint/suspicious/noExplicitAny: any class at all.
type Class = abstract new (...args: any[]) => any;
// biome-ignore lint/suspicious/noExplicitAny: of anything.
type Endpoint = Sender<any> | Receiver<any>;
type IsAny<T> = 0 extends 1 & T ? true : false;

type IsLeftOut<K, V> = K extends 'then'
  ? true
  : IsAny<V> extends true
    ? false
    : [V] extends [symbol]
      ? true
      : [V] extends [Callable]
        ? false
        : [V] extends [Class]
          ? true
          : false;

type RemoteMember<V> =
  IsAny<V> extends true
    ? V
    : V extends Callable
      ? RemoteFunction<V> & (keyof V extends never ? unknown : Remote<Pick<V, keyof V>>)
      : V extends PromiseLike<unknown>
        ? Promise<Awaited<V>>
        : true extends HasBehaviour<V>
          ? V extends readonly unknown[]
            ? { readonly [I in keyof V]: RemoteMember<V[I]> }
            : Remote<V>
          : V;

/** Of up to four overloads. */
type RemoteFunction<F> = F extends {
  (...args: infer A1): infer R1;
  (...args: infer A2): infer R2;
  (...args: infer A3): infer R3;
  (...args: infer A4): infer R4;
}
  ? Overload<A1, R1> & Overload<A2, R2> & Overload<A3, R3> & RemoteCallable<A4, R4>
  : F extends (...args: infer A) => infer R
    ? RemoteCallable<A, R>
    : never;

/** A function with fewer overloads has `(...args: unknown[]) => unknown` in the place of the first ones. */
type Overload<A, R> = [unknown, unknown[]] extends [R, A]
  ? unknown
  : A extends unknown[]
    ? RemoteCallable<A, R>
    : unknown;

type RemoteCallable<A extends unknown[], R> = (...args: A) => RemoteReturn<R>;

type RemoteReturn<R> =
  IsAny<R> extends true
    ? Promise<R>
    : [Result<Awaited<R>>] extends [AsyncGenerator<infer T, infer TReturn, infer TNext>]
      ? [Awaited<R>] extends [never]
        ? Promise<never>
        : RemoteGenerator<T, TReturn, TNext>
      : Promise<Result<Awaited<R>>>;

type Data =
  | ArrayBufferLike
  | ArrayBufferView
  | Date
  | Endpoint
  | Error
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ReadonlyView<number | bigint, unknown>
  | RegExp
  // biome-ignore lint/suspicious/noExplicitAny: of anything.
  | Shared<any, any>;

/** Whether there are functions or promises in it, so that it does not travel as a copy; looks as deep as types reasonably go. */
type HasBehaviour<V, Depth extends 0[] = []> = Depth['length'] extends 5
  ? false
  : IsAny<V> extends true
    ? false
    : V extends Callable | PromiseLike<unknown>
      ? true
      : V extends Data
        ? false
        : V extends readonly (infer E)[]
          ? HasBehaviour<E, [...Depth, 0]>
          : V extends object
            ? true extends { [K in keyof V]: HasBehaviour<V[K], [...Depth, 0]> }[keyof V]
              ? true
              : false
            : false;

/** `above`: the function that was called, for the stacks of errors. */
type RemoteCall = (
  path: string[],
  args: unknown[],
  above: (...args: never) => unknown,
) => Promise<unknown>;

/** Makes the object with which a module is used from elsewhere. */
export function makeRemote(members: Record<string, ExportShape>, call: RemoteCall): object {
  const made = new Map<ExportShape, unknown>();
  const makeMember = (shape: ExportShape, path: string[]): unknown => {
    if (shape.kind === 'value') return shape.value;
    const known = made.get(shape);
    if (known !== undefined) return known;
    if (shape.kind === 'function') return fill(makeFunction(call, path), shape, path);
    const isList = shape.kind === 'list';
    return fill(isList ? [] : (Object.create(null) as object), shape, path);
  };
  const fill = (target: object, shape: ExportShape, path: string[]): object => {
    made.set(shape, target);
    const members = 'members' in shape ? shape.members : {};
    for (const [key, member] of Object.entries(members)) {
      // What has a `then` would be called by whoever awaits it.
      if (key === 'then') continue;
      const at = [...path, key];
      const property: PropertyDescriptor =
        member.kind === 'promise'
          ? { get: once(() => call(at, [], fill)) }
          : { value: makeMember(member, at) };
      Object.defineProperty(target, key, { ...property, enumerable: true });
    }
    return Object.freeze(target);
  };
  return fill(Object.create(null) as object, { kind: 'object', members }, []);
}

function makeFunction(call: RemoteCall, path: string[]): object {
  const remote = (...args: unknown[]): Promise<unknown> =>
    new RemoteResult((resolve) => resolve(call(path, args, remote)));
  return Object.defineProperty(remote, 'name', { value: path.at(-1) });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
