/** The classes that travel as themselves, as far as they are known in this interpreter. */

/** The same in all interpreters and all copies of this package. */
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

const classes = new Map<string, { Class: AnyClass; isRegistered: boolean }>();
/** By the prototypes of their instances. */
const names = new Map<object, string>();

/** Whether an object is to travel as itself. Plain objects are plain, whatever they have: their keys are all that is looked at. */
export function isInstance(value: object): value is Instance {
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return false;
    return typeof (value as { [encode]?: unknown })[encode] === 'function';
  } catch {
    return false; // a proxy
  }
}

/** The name of the class of an instance, or what is wrong with it, as the rest of a sentence. */
export function classOf(instance: object): { name: string } | { problem: string } {
  const prototype = Object.getPrototypeOf(instance) as { constructor?: unknown };
  const known = names.get(prototype);
  if (known !== undefined) return { name: known };
  const Class = prototype.constructor as AnyClass | undefined;
  if (
    Class === undefined ||
    typeof (Class as unknown) !== 'function' ||
    Class.prototype !== prototype
  ) {
    return { problem: 'has a method [shareable.encode], but no class' };
  }
  const problem = problemOfClass(Class, Class.name);
  if (problem !== undefined) return { problem: `is of a class that cannot travel: ${problem}` };
  add(Class, Class.name, false);
  return { name: Class.name };
}

/** Why a class cannot be known by that name. */
export function problemOfClass(Class: AnyClass, name: string): string | undefined {
  if (!Object.hasOwn(Class, decode) || typeof Class[decode] !== 'function') {
    return `${name || 'it'} has no static [shareable.decode]() of its own`;
  }
  if (name === '') return 'it has no name; shareable.register() gives it one';
  const other = classes.get(name);
  if (other?.isRegistered === true && other.Class !== Class) {
    return `another class is registered as ${name}; shareable.register() can give this one another name`;
  }
  const before = names.get(Class.prototype);
  return before === undefined || before === name ? undefined : `it is known as ${before}`;
}

/** Those that are not registered make way for others of their name: a function may make its class anew each time. */
export function add(Class: AnyClass, name: string, isRegistered: boolean): void {
  classes.set(name, { Class, isRegistered });
  names.set(Class.prototype, name);
}

export function classNamed(name: string): AnyClass | undefined {
  return classes.get(name)?.Class;
}
