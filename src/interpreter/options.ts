import type { NativeInterpreterOptions } from '../binding/binding.js';
import { unmarked } from '../ownership/move.js';
import type { ConsoleOption } from './console-routes.js';
import type { ModulesOption } from './module-policy.js';
import type { OnError } from './uncaught-errors.js';

/** How an interpreter is made. */
export interface InterpreterOptions {
  /** Appears in error messages, and in {@link Interpreter.list}. */
  name?: string | undefined;
  /** Bytes of heap, buffers and external memory, at least 16 MiB; the engine's own default for the heap otherwise, but less than 2 GiB. */
  memoryLimit?: number | undefined;
  /** Bytes of its thread's stack, from 256 KiB to 1 GiB; 4 MiB by default. */
  stackSize?: number | undefined;
  /** Become globals; like {@link Interpreter.provide}. */
  globals?: Record<string, unknown> | undefined;
  /**
   * `'v8'` (default): a bare isolate with a thread. `'node'`: a Worker of Node, with all of Node inside; only code that runs in Node
   * can make one.
   */
  runtime?: 'v8' | 'node' | undefined;
  /** Where its console prints: `'inherit'` (default) on the console here, `'ignore'` nowhere, or a function that gets each line. */
  console?: ConsoleOption | undefined;
  /**
   * Is called here with what nobody caught there, or in interpreters that it makes: exceptions of timers, microtasks and
   * listeners, and promises rejected without a handler. Without it they are printed on the console. What it throws
   * is an uncaught exception here.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create({
   *   onError(error, { kind, interpreter }) {
   *     console.log(error instanceof RangeError, kind); // true uncaughtException
   *   },
   * });
   * await interpreter.exec('queueMicrotask(() => { throw new RangeError("nobody catches it"); })');
   * await interpreter.close();
   * ```
   */
  onError?: OnError | undefined;
  /**
   * Which modules it may load: `'allow'` (default) all, `'deny'` none but `isolane`, or a function that is asked before a module is loaded and
   * returns `true` for yes. What it creates is bound by the same rule, beside its own.
   */
  modules?: ModulesOption | undefined;
}

interface CheckedOptions extends NativeInterpreterOptions {
  onError: OnError | undefined;
  globals: Record<string, unknown> | undefined;
  console: ConsoleOption;
  runtime: 'v8' | 'node';
  modules: ModulesOption;
}

const SMALLEST_STACK = 256 * 1024;
const LARGEST_STACK = 1024 ** 3;
/** Enough for all that a guest has by itself, on every Node. */
const SMALLEST_HEAP = 16 * 1024 * 1024;

/** Throws a TypeError or RangeError that says which option is wrong. */
export function checked(options: InterpreterOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('Interpreter.create() takes an object with options.');
  }
  const { name = '', memoryLimit, stackSize, globals, console = 'inherit' } = options;
  const { runtime = 'v8', modules = 'allow', onError } = options;
  if (typeof name !== 'string') throw new TypeError('The option name must be a string.');
  if (globals !== undefined) checkGlobals(globals, 'The option globals must be');
  if (console !== 'inherit' && console !== 'ignore' && typeof console !== 'function') {
    throw new TypeError(`The option console must be 'inherit', 'ignore' or a function.`);
  }
  if (onError !== undefined && typeof onError !== 'function') {
    throw new TypeError('The option onError must be a function.');
  }
  if (runtime !== 'v8' && runtime !== 'node') {
    throw new TypeError(`The option runtime must be 'v8' or 'node'.`);
  }
  if (modules !== 'allow' && modules !== 'deny' && typeof modules !== 'function') {
    throw new TypeError(`The option modules must be 'allow', 'deny' or a function.`);
  }
  if (runtime === 'node' && modules !== 'allow') {
    throw new TypeError(
      `The option modules is not for runtime: 'node', where Node loads what it likes.`,
    );
  }
  const result: CheckedOptions = { name, globals, console, modules, onError, runtime };
  if (modules === 'deny') result.denyModules = true;
  if (memoryLimit !== undefined) {
    result.memoryLimit = bytes('memoryLimit', memoryLimit, SMALLEST_HEAP);
  }
  if (stackSize !== undefined) {
    result.stackSize = bytes('stackSize', stackSize, SMALLEST_STACK, LARGEST_STACK);
  }
  return result;
}

/** Throws a TypeError if there are no properties to make globals of, as in a Map or a list. */
export function checkGlobals(values: unknown, what: string): void {
  const kind = typeof values === 'object' ? Object.prototype.toString.call(unmarked(values)) : '';
  if (kind === '[object Object]' || kind === '[object Module]') return;
  throw new TypeError(`${what} a plain object: its properties become globals.`);
}

function bytes(option: string, value: unknown, least: number, most = Infinity): number {
  if (typeof value !== 'number') throw new TypeError(`The option ${option} must be a number.`);
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    const limits = most === Infinity ? `${least} or more` : `from ${least} to ${most}`;
    const range = `a whole number of bytes, ${limits}`;
    throw new RangeError(`The option ${option} must be ${range}, but is ${value}.`);
  }
  return value;
}
