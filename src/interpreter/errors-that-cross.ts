import { native } from '../binding/binding.js';
import {
  ChannelClosedError,
  ChannelPoisonedError,
  DeadlockError,
  TimeoutError,
} from '../errors/channel-errors.js';
import {
  ExecutionTimeoutError,
  InterpreterClosedError,
  LockTimeoutError,
  MemoryLimitError,
} from '../errors/interpreter-errors.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { MovedError, NotShareableError } from '../errors/ownership-errors.js';
import { withoutOurFrames } from './stacks.js';

/** What was thrown, and what it refers to as cause or as one of several errors; the first entry is what was thrown. */
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
      properties: Record<string, unknown>;
      /** Positions in the list; -1: none. */
      cause: number;
      errors: number[] | undefined;
    };

type ErrorClass = abstract new (...args: never) => Error;

/** The classes that errors keep when they cross; subclasses arrive as the nearest of these. */
const classes: Record<string, ErrorClass> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
  IsolaneError,
  ChannelClosedError,
  ChannelPoisonedError,
  TimeoutError,
  DeadlockError,
  MovedError,
  NotShareableError,
  InterpreterClosedError,
  ExecutionTimeoutError,
  MemoryLimitError,
  LockTimeoutError,
};

// Not the classes' own names, which bundlers change.
const classNames = new Map(Object.entries(classes).map(([name, each]) => [each, name]));

/** Not in interpreters. */
declare const DOMException: (new (message: string, name: string) => Error) | undefined;

/** Turns whatever was thrown into data that can travel; never throws. */
export function encodeError(thrown: unknown): EncodedError {
  const encoded: EncodedError = [];
  const places = new Map<unknown, number>();
  const encode = (value: unknown): number => {
    const known = places.get(value);
    if (known !== undefined) return known;
    const place = encoded.length;
    places.set(value, place);
    // The place is taken before what the error refers to is encoded: that may lead back here.
    encoded.push({ error: false, value: undefined });
    encoded[place] = encodeOne(value, encode);
    return place;
  };
  encode(thrown);
  return encoded;
}

function encodeOne(thrown: unknown, encode: (value: unknown) => number): EncodedThrowable {
  if (!isError(thrown)) return encodeValue(thrown);
  const cause = read(thrown, 'cause');
  const errors = read(thrown, 'errors');
  return {
    error: true,
    className: attempt(() => classNameOf(thrown)) ?? 'Error',
    name: text(read(thrown, 'name')),
    message: text(read(thrown, 'message')),
    stack: withoutOurFrames(text(read(thrown, 'stack'))),
    properties: travellingProperties(thrown),
    cause: cause === undefined ? -1 : encode(cause),
    errors:
      attempt(() => thrown instanceof AggregateError) === true && Array.isArray(errors)
        ? errors.map(encode)
        : undefined,
  };
}

function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  return (
    attempt(() => value instanceof Error) === true ||
    attempt(() => Object.prototype.toString.call(value)) === '[object Error]'
  );
}

function encodeValue(value: unknown): EncodedThrowable {
  if (canTravel(value)) return { error: false, value };
  const message = `Something was thrown that cannot travel to another interpreter: a value of type ${typeof value}.`;
  const error = new IsolaneError('ERR_ISOLANE_THROWN_VALUE', message);
  return encodeOne(error, () => -1);
}

function classNameOf(error: Error): string {
  for (
    let at: object | null = error;
    at !== null;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    const own = Object.getOwnPropertyDescriptor(at, 'constructor')?.value as unknown;
    const name = classNames.get(own as ErrorClass);
    if (name !== undefined) return name;
    if (typeof DOMException === 'function' && own === DOMException) return 'DOMException';
  }
  return 'Error';
}

function travellingProperties(error: Error): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const key of attempt(() => Object.keys(error)) ?? []) {
    if (key === 'stack' || key === 'cause' || key === 'errors') continue;
    const value = read(error, key);
    if (canTravel(value)) properties[key] = value;
  }
  return properties;
}

function canTravel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return typeof value !== 'function' && typeof value !== 'symbol';
  }
  try {
    native.clone(value);
    return true;
  } catch {
    return false;
  }
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
 * stack of the call.
 */
export function decodeError(
  encoded: EncodedError,
  where: string,
  site?: { stack?: string },
): unknown {
  const made = encoded.map((entry) => (entry.error ? makeError(entry) : entry.value));
  encoded.forEach((entry, place) => {
    if (!entry.error) return;
    const error = made[place] as Error;
    if (entry.cause >= 0) hide(error, 'cause', made[entry.cause]);
    if (entry.errors !== undefined) {
      const errors = entry.errors.map((at) => made[at]);
      hide(error, 'errors', errors);
    }
    hide(error, 'stack', place === 0 ? joinedStack(entry.stack, where, site) : entry.stack);
  });
  return made[0];
}

function makeError(entry: EncodedThrowable & { error: true }): Error {
  const error = emptyError(entry);
  if (error.name !== entry.name) hide(error, 'name', entry.name);
  return Object.assign(error, entry.properties);
}

function emptyError({ className, name, message }: EncodedThrowable & { error: true }): Error {
  if (className === 'DOMException' && typeof DOMException === 'function') {
    return new DOMException(message, name);
  }
  // Not the class's own constructor, which takes other arguments than a message.
  return Reflect.construct(Error, [message], classes[className] ?? Error) as Error;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}

function joinedStack(stack: string, where: string, site: { stack?: string } | undefined): string {
  // The first line is the name of the site's error class.
  const frames = site?.stack?.split('\n').slice(1) ?? [];
  return [stack, `    at [${where}]`, ...frames].join('\n');
}
