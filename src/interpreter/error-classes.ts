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
import { MovedError, NotShareableError, UnknownClassError } from '../errors/ownership-errors.js';
import { domException } from './dom-exception.js';

export type ErrorClass = abstract new (...args: never) => Error;

/** The classes that errors keep when they cross; subclasses arrive as the nearest of these. Not made before an error crosses. */
const makeClasses = (): Record<string, ErrorClass> => ({
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
  UnknownClassError,
  InterpreterClosedError,
  ExecutionTimeoutError,
  MemoryLimitError,
  LockTimeoutError,
});

interface Known {
  classes: Record<string, ErrorClass>;
  /** Not the classes' own names, which bundlers change. */
  names: Map<ErrorClass, string>;
}

let made: Known | undefined;

function known(): Known {
  if (made !== undefined) return made;
  const classes = makeClasses();
  const names = new Map(Object.entries(classes).map(([name, each]) => [each, name]));
  made = { classes, names };
  return made;
}

/** Those that are not everywhere, or that a global may yet become, are looked up when they are needed. */
const globals = globalThis as unknown as {
  SuppressedError?: ErrorClass;
  WebAssembly?: Record<string, ErrorClass>;
};

const later: Record<string, () => ErrorClass | undefined> = {
  SuppressedError: () => globals.SuppressedError,
  'WebAssembly.CompileError': () => globals.WebAssembly?.['CompileError'],
  'WebAssembly.LinkError': () => globals.WebAssembly?.['LinkError'],
  'WebAssembly.RuntimeError': () => globals.WebAssembly?.['RuntimeError'],
};

/** The name under which the nearest class of an error is known on the other side. */
export function nameOfClass(error: object): string {
  for (
    let at: object | null = error;
    at !== null;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    const own = Object.getOwnPropertyDescriptor(at, 'constructor')?.value as unknown;
    const name = known().names.get(own as ErrorClass) ?? nameAmongLater(own);
    if (name !== undefined) return name;
  }
  return 'Error';
}

function nameAmongLater(own: unknown): string | undefined {
  if (typeof own !== 'function') return undefined;
  if (own === domException.known()) return 'DOMException';
  return Object.keys(later).find((name) => later[name]?.() === own);
}

/** The class of that name, if this side has it. */
export function classNamed(name: string): ErrorClass | undefined {
  if (name === 'DOMException') return domException.get();
  const { classes } = known();
  return Object.hasOwn(classes, name) ? classes[name] : later[name]?.();
}
