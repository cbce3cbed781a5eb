/** The engine's own, as they are before any code of the user's. */

export const { apply, construct, defineProperty, setPrototypeOf } = Reflect;
export const engine = { BigInt, Number, Proxy, RangeError, RegExp, TypeError, WeakMap };
const { getOwnPropertyDescriptor } = Object;

type Method = (this: never, ...args: never[]) => unknown;

const bind = Function.prototype.bind;

/** A method as a function whose first parameter is what it is called on. */
export function uncurried<M extends Method>(
  method: M,
): (self: unknown, ...args: Parameters<M>) => ReturnType<M> {
  return bind.call(Function.prototype.call, method) as never;
}

/** The getter of a property. */
export function getter(holder: object, name: PropertyKey): (self: unknown) => unknown {
  return uncurried(getOwnPropertyDescriptor(holder, name)?.get as () => unknown);
}

/** Gives a property another value; it stays as visible and as changeable as it was. */
export function replace(holder: object, name: PropertyKey, value: unknown): void {
  defineProperty(holder, name, { value });
}

type Class = abstract new (...args: never[]) => object;

/**
 * Puts a class in the place of one that is the same, but that `make` makes its objects: given the arguments and `new.target`,
 * with the constructor that it replaces. Nothing leads to that any more.
 */
export function replaceClass<C extends Class>(
  holder: object,
  name: string,
  original: C,
  make: (args: unknown[], newTarget: Class) => object,
): C {
  const replacement = new Proxy(original, {
    __proto__: null,
    construct: (_, args, newTarget) => make(args, newTarget as unknown as Class),
  } as ProxyHandler<C>);
  replace(holder, name, replacement);
  replace(original.prototype, 'constructor', replacement);
  return replacement;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
