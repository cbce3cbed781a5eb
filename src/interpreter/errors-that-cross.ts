import { native } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { mayHaveInstances } from '../ownership/shareable.js';
import { withStandIns } from '../ownership/stand-ins.js';
import { classNamed, nameOfClass } from './error-classes.js';
import { framesOf, joinStacks, mappedStack, stackOf } from './stacks.js';

/** What was thrown, and what it refers to; the first entry is what was thrown. */
export type EncodedError = EncodedThrowable[];

type EncodedThrowable =
  | { error: false; value: unknown }
  | {
      error: true;
      className: string;
      name: string;
      message: string;
      stack: string;
      /** Own enumerable properties that can travel. */
      properties: [key: string, value: unknown][];
      /** Properties that are errors themselves, by position in the list; `enumerable` ones are the user's own. */
      references: [key: string, at: number, enumerable: boolean][];
      /** Of an AggregateError, by position in the list. */
      errors: number[] | undefined;
    };

type EncodedErrorEntry = EncodedThrowable & { error: true };

/** More errors than this in one are not worth the way: what refers to others still is cut off. */
const MOST_ERRORS = 10_000;

/** Turns whatever was thrown into data that can travel; never throws. */
export function encodeError(thrown: unknown): EncodedError {
  const encoded: EncodedError = [];
  const places = new Map<unknown, number>();
  // A list, not recursion: a chain of causes may be longer than the stack.
  const left: unknown[] = [thrown];
  const placeOf = (value: unknown): number => {
    const known = places.get(value);
    if (known !== undefined) return known;
    if (places.size >= MOST_ERRORS) return -1;
    places.set(value, places.size);
    if (places.size > 1) left.push(value);
    return places.size - 1;
  };
  placeOf(thrown);
  for (let at = 0; at < left.length; at++) encoded.push(encodeOne(left[at], placeOf));
  return encoded;
}

function encodeOne(thrown: unknown, placeOf: (value: unknown) => number): EncodedThrowable {
  if (!isError(thrown)) return encodeValue(thrown);
  const className = attempt(() => nameOfClass(thrown)) ?? 'Error';
  const errors = className === 'AggregateError' ? read(thrown, 'errors') : undefined;
  return {
    error: true,
    className,
    name: text(read(thrown, 'name')),
    message: text(read(thrown, 'message')),
    stack: stackOf(thrown),
    ...propertiesOf(thrown, placeOf),
    errors: Array.isArray(errors) ? attempt(() => Array.from(errors, placeOf)) : undefined,
  };
}

export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  return (
    attempt(() => value instanceof Error) === true ||
    attempt(() => Object.prototype.toString.call(value)) === '[object Error]'
  );
}

function encodeValue(value: unknown): EncodedThrowable {
  const copy = copyOf(value);
  if (copy !== undefined) return { error: false, value: copy[0] };
  const kind = typeof value;
  const shown = attempt(() => (kind === 'symbol' ? String(value) : named(value))) ?? '';
  const message = `Something was thrown that cannot travel to another interpreter: a value of type ${kind}${shown && ` (${shown})`}.`;
  return encodeOne(new IsolaneError('ERR_ISOLANE_THROWN_VALUE', message), () => -1);
}

function named(value: unknown): string {
  if (typeof value === 'function') return String(value.name);
  return Object.prototype.toString.call(value);
}

/** Kept in other ways, or made anew. */
const apart = new Set(['stack', 'message', 'errors', 'cause']);
/** What links errors; not enumerable where the language makes it. */
const links = ['cause', 'error', 'suppressed'];

function propertiesOf(
  error: Error,
  placeOf: (value: unknown) => number,
): Pick<EncodedErrorEntry, 'properties' | 'references'> {
  const properties: EncodedErrorEntry['properties'] = [];
  const references: EncodedErrorEntry['references'] = [];
  const keys = attempt(() => Object.keys(error)) ?? [];
  for (const key of keys) {
    if (apart.has(key)) continue;
    const own = attempt(() => ({ value: (error as unknown as Record<string, unknown>)[key] }));
    if (own === undefined) continue;
    const { value } = own;
    // Structured clone would leave out what is an error's own.
    if (isError(value)) {
      references.push([key, placeOf(value), true]);
      continue;
    }
    const copy = copyOf(value);
    if (copy !== undefined) properties.push([key, copy[0]]);
  }
  for (const key of links) {
    if ((keys.includes(key) && !apart.has(key)) || attempt(() => key in error) !== true) continue;
    const value = read(error, key);
    if (value !== undefined) references.push([key, placeOf(value), false]);
  }
  return { properties, references };
}

/** A copy that can travel, as the original might not do a second time: it may have getters. Undefined if there is none. */
export function copyOf(value: unknown): [unknown] | undefined {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? undefined : [value];
  }
  return attempt(() => {
    if (!mayHaveInstances()) return [native.clone(value)];
    // Not a clone: an instance is encoded once, and made again only where it arrives.
    const [copy] = withStandIns(value);
    return native.isShareable(copy) ? [copy] : undefined;
  });
}

function read(error: object, key: string): unknown {
  return attempt(() => (error as Record<string, unknown>)[key]);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (attempt(() => String(value)) ?? '');
}

/** Errors are user's objects: getters and proxies may throw. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/**
 * Makes what was thrown anew. Stacks get `where` (the interpreter they come from) and then the frames of `site`, an object with the
 * stack of the call. Never throws: a guest that has broken its built-ins may send anything.
 */
export function decodeError(
  encoded: EncodedError,
  where?: string,
  site?: { stack?: string },
): unknown {
  try {
    return decodeAll(encoded, where, site);
  } catch (problem) {
    const text = `An error came from ${where === undefined ? 'another interpreter' : `the ${where}`} in a form that makes no sense.`;
    return new IsolaneError('ERR_ISOLANE_THROWN_VALUE', text, { cause: problem });
  }
}

function decodeAll(encoded: EncodedError, where?: string, site?: { stack?: string }): unknown {
  const made = encoded.map((entry) => (entry.error ? makeError(entry) : entry.value));
  encoded.forEach((entry, place) => {
    if (!entry.error) return;
    const error = made[place] as Error;
    for (const [key, at, enumerable] of entry.references) {
      if (at >= 0) define(error, key, made[at], enumerable);
    }
    if (entry.errors !== undefined) {
      define(
        error,
        'errors',
        entry.errors.filter((at) => at >= 0).map((at) => made[at]),
      );
    }
    const stack = mappedStack(entry.stack);
    const isThrown = place === 0 && where !== undefined;
    define(error, 'stack', isThrown ? joinStacks(stack, where, framesOf(site)) : stack);
  });
  return made[0];
}

function makeError(entry: EncodedErrorEntry): Error {
  const error = emptyError(entry);
  for (const [key, value] of entry.properties) define(error, key, value, true);
  if (error.name !== entry.name) define(error, 'name', entry.name);
  return error;
}

function emptyError({ className, name, message }: EncodedErrorEntry): Error {
  const errorClass = classNamed(className);
  if (className === 'DOMException' && errorClass !== undefined) {
    return Reflect.construct(errorClass, [message, name]) as Error;
  }
  // Not the class's own constructor, which takes other arguments than a message.
  return Reflect.construct(Error, [message], errorClass ?? Error) as Error;
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}
