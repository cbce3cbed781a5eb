/** The classes that travel as themselves, as far as they are known in this interpreter. */

/** The same in all interpreters. */
export const encode: unique symbol = Symbol.for('isolane.shareable.encode') as never;
export const decode: unique symbol = Symbol.for('isolane.shareable.decode') as never;

export interface Instance {
  [encode](): unknown;
}

/** What `shareable.register` takes. */
export interface AnyClass {
  readonly name: string;
  readonly prototype: object;
  [decode](data: unknown): unknown;
}

/**
 * One of each name, and that is kept: whether a message can be read must not depend on when garbage is collected. Those that are not
 * registered make way for others of their name, since a function may make its class anew each time.
 */
const classes = new Map<string, { Class: AnyClass; isRegistered: boolean }>();
/** By the prototypes of their instances. */
const names = new WeakMap<object, string>();

/**
 * Whether an object, which is no proxy, is to travel as itself. Plain objects are plain, whatever they have: their keys are all that is
 * looked at. Throws what a getter throws.
 */
export function isInstance(value: object): value is Instance {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return false;
  return typeof (value as { [encode]?: unknown })[encode] === 'function';
}

/** The name of the class of an instance, or what is wrong with it, as the rest of a sentence. */
export function classOf(instance: object): { name: string } | { problem: string } {
  const prototype = Object.getPrototypeOf(instance) as { constructor?: unknown };
  const known = names.get(prototype);
  if (known !== undefined) {
    if (classes.get(known)?.Class.prototype === prototype) return { name: known };
    return { problem: `is of a class that cannot travel: ${taken(known)}` };
  }
  const Class = prototype.constructor as AnyClass | undefined;
  if (
    Class === undefined ||
    typeof (Class as unknown) !== 'function' ||
    Class.prototype !== prototype
  ) {
    return { problem: 'has a method [shareable.encode], but no class' };
  }
  const { name } = Class;
  const problem = problemOfClass(Class, name);
  if (problem !== undefined) return { problem: `is of a class that cannot travel: ${problem}` };
  add(Class, name, false);
  return { name };
}

/** Why a class cannot be known by that name. */
export function problemOfClass(Class: AnyClass, name: unknown): string | undefined {
  const shown = typeof name === 'string' && name !== '' ? name : 'it';
  if (!Object.hasOwn(Class, decode) || typeof Class[decode] !== 'function') {
    return `${shown} has no static [shareable.decode]() of its own`;
  }
  if (!(encode in Class.prototype)) return `${shown} has no method [shareable.encode]()`;
  if (shown !== name) return 'it has no name; shareable.register() gives it one';
  const other = classes.get(name);
  if (other?.isRegistered === true && other.Class !== Class) return taken(name);
  const before = names.get(Class.prototype) ?? name;
  const known = classes.get(before);
  return before !== name && known?.isRegistered === true && known.Class === Class
    ? `it is registered as ${before}`
    : undefined;
}

function taken(name: string): string {
  const how = classes.get(name)?.isRegistered === true ? 'is registered' : 'was sent later';
  return `another class ${how} as ${name}; shareable.register() can give this one another name`;
}

/** One that was sent by its own name before can still be decoded by that. */
export function add(Class: AnyClass, name: string, isRegistered: boolean): void {
  classes.set(name, { Class, isRegistered });
  names.set(Class.prototype, name);
}

export function classNamed(name: string): AnyClass | undefined {
  return classes.get(name)?.Class;
}
