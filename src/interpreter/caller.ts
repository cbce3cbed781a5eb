import { native } from '../binding/binding.js';
import { CancelCause } from '../binding/codes.js';
import { callSite } from '../binding/world.js';
import { DeadlockError } from '../errors/channel-errors.js';
import { InterpreterClosedError, LockTimeoutError } from '../errors/interpreter-errors.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { kindOf } from '../errors/kind-of.js';
import { NotShareableError } from '../errors/ownership-errors.js';
import type { CallOptions } from './call-options.js';
import type { Correspondent } from './calls.js';
import { decodeError } from './errors-that-cross.js';
import type { AnyFunction } from './function-text.js';
import { sourceOf } from './functions.js';
import { interpreterName } from './names.js';
import { isNodeRuntime } from './node-runtime.js';
import {
  type CallBody,
  type CallSyncReply,
  type ImportedBody,
  Letter,
  type ScriptBody,
} from './protocol.js';
import { makeRemote, type Remote, type Result } from './remote.js';
import { inSpiteOf, ofPart } from './unknown-classes.js';

/** What a script is called. */
export interface ScriptOptions {
  /**
   * The path or URL that stacks show, and from which relative imports start; without it stacks show `isolane:exec` or
   * `isolane:evaluate`, and imports start at the file that calls this.
   */
  filename?: string | undefined;
}

/**
 * Runs code in an interpreter from elsewhere: an {@link Interpreter} itself, without limits, or what its `with` returns, under the
 * options that were given there.
 */
export class Caller {
  /** @internal */
  protected readonly peer: Correspondent;

  private readonly options: CallOptions | undefined;

  /** @internal */
  constructor(peer: Correspondent, options?: CallOptions) {
    this.peer = peer;
    this.options = options;
  }

  /**
   * Calls a function there. Its source travels, not the variables around it; arguments and the result are copied, and
   * `move()` hands them over. If it returns a promise, the result is what that gives. Several calls may run at once, and take
   * turns at their awaits.
   *
   * Rejects with what the function throws, as itself; an InterpreterClosedError; a NotShareableError that names the place in
   * the arguments or the result; an IsolaneError for a function without a source, as native and bound functions are.
   *
   * ```js
   * import { Interpreter, move } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * const bytes = new Uint8Array([1, 2, 3]);
   * const sum = await interpreter.call((bytes) => bytes.reduce((a, b) => a + b), move(bytes));
   * console.log(sum, bytes.length); // 6 0
   * await interpreter.close();
   * ```
   */
  call<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Result<Awaited<R>>> {
    const site = callSite(this.call);
    return this.ask(Letter.call, () => [sourceOf(fn as AnyFunction), args], site, 1) as Promise<
      Result<Awaited<R>>
    >;
  }

  /**
   * Calls a function there on this thread, under the interpreter's lock: about a hundred times faster than {@link call}, but this
   * thread waits while something else runs there.
   *
   * Throws what {@link call} rejects with, and an IsolaneError if the function returns a promise or an iterator, or the interpreter is a
   * Node runtime; a RangeError if an interpreter calls itself; a DeadlockError if the interpreter waits, directly or through others, for
   * the one that this is called from; under a `timeout` a LockTimeoutError if all of it was spent waiting.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * console.log(interpreter.callSync((a, b) => a * b, 6, 7)); // 42
   * await interpreter.close();
   * ```
   */
  callSync<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    this.throwIfClosed();
    const { timeout, cpuTimeout, signal, transfer } = this.options ?? {};
    if (signal?.aborted === true) throw signal.reason;
    const body: CallBody = [sourceOf(fn as AnyFunction), args];
    const { peer } = this;
    const call = peer.nextId();
    const reply = renamingRoot(1, () => {
      try {
        return native.callSync(peer.id, Letter.call, body, call, transfer, timeout, cpuTimeout);
      } catch (error) {
        const [ok, result] = (inSpiteOf(error) ?? []) as Partial<CallSyncReply>;
        if (ok === false) return [ok, result];
        throw ok === true ? ofPart(error, 1) : error;
      }
    });
    if (reply === native.NOTHING) throw this.noReply();
    if (typeof reply === 'number') {
      const which = reply === CancelCause.cpuTimeout ? 'cpuTimeout' : 'timeout';
      throw peer.timeoutError(which, this.options ?? {}, callSite(this.callSync));
    }
    if (reply instanceof Float64Array) throw deadlockError([...reply]);
    const [ok, result] = reply as CallSyncReply;
    if (ok) return result as R;
    throw decodeError(result, peer.label, callSite(this.callSync));
  }

  /**
   * Runs a script in the global scope, which persists: what it declares is there for the next.
   *
   * Rejects with what the script throws, and an InterpreterClosedError.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * await interpreter.exec('let count = 0; function next() { return ++count; }');
   * await interpreter.exec('next()');
   * console.log(await interpreter.evaluate('next()')); // 2
   * await interpreter.close();
   * ```
   */
  exec(code: string, options?: ScriptOptions): Promise<void> {
    const site = callSite(this.exec);
    const body = () => scriptBody(code, 'code', site, options);
    return this.ask(Letter.exec, body, site) as Promise<void>;
  }

  /** Evaluates an expression in the global scope and copies its value here; a promise is awaited there. Rejects like {@link call}. */
  evaluate(expression: string, options?: ScriptOptions): Promise<unknown> {
    const site = callSite(this.evaluate);
    const body = () => scriptBody(expression, 'expression', site, options);
    return this.ask(Letter.evaluate, body, site);
  }

  /**
   * Loads an ES module there with all that it imports, and gives its exports for use from here. Specifiers are resolved by
   * Node's rules, from the file that calls this.
   *
   * Rejects with what loading throws: Node's own ERR_MODULE_NOT_FOUND and the like, a SyntaxError with file, line and column, what the
   * module itself throws; an InterpreterClosedError.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * const acorn = await interpreter.import('acorn');
   * const tree = await acorn.parse('1 + 1', { ecmaVersion: 2023 });
   * console.log(acorn.version.split('.').length, tree.type); // 3 Program
   * await interpreter.close();
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: nothing is known of a module whose type is not given.
  import<M = Record<string, any>>(specifier: string | URL): Promise<Remote<M>> {
    const site = callSite(this.import);
    const body = () => [String(specifier), callerOf(site)];
    return this.ask(Letter.import, body, site).then((imported) => {
      const { url, members } = imported as ImportedBody;
      return makeRemote(members, (path, args, above) => {
        const call = () => [url, path, args];
        return this.ask(Letter.callExport, call, callSite(above), 2);
      }) as Remote<M>;
    });
  }

  /** `argumentsAt`: where the arguments are in the body. @internal */
  protected ask(
    type: number,
    body: () => unknown,
    site: { stack?: string },
    argumentsAt?: number,
  ): Promise<unknown> {
    try {
      this.throwIfClosed();
      // Without arguments there is nothing to hand over.
      const options =
        argumentsAt === undefined && this.options?.transfer !== undefined
          ? { ...this.options, transfer: undefined }
          : this.options;
      return renamingRoot(argumentsAt, () => this.peer.request(type, body(), site, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private throwIfClosed(): void {
    // Else its end would not be told, and later calls would not know how it ended.
    this.peer.follow();
    if (this.peer.ended) throw this.peer.closedError();
    if (this.peer.closing) {
      throw new InterpreterClosedError(
        `The ${this.peer.label} is closing and takes no more calls.`,
      );
    }
  }

  private noReply(): Error {
    if (isNodeRuntime(this.peer.id)) {
      const text = `The ${this.peer.label} is a Node runtime, which no other thread may enter: its isolate belongs to the event loop of a Worker. Use call().`;
      return new IsolaneError('ERR_ISOLANE_NO_CALL_SYNC', text);
    }
    const lock = native.lockState(this.peer.id);
    // Without a time-out nobody gives up waiting: it ended in the meantime. With one, its lock may still be open when it has to end.
    const hasEnded = lock === undefined || native.ending(this.peer.id) !== undefined;
    if (hasEnded || this.options?.timeout === undefined) return this.peer.closedError();
    const code = lock.held ? 'other code runs there' : 'it is starting, or about to be free';
    const doing = lock.blockedIn === undefined ? code : `it is blocked in ${lock.blockedIn}`;
    return new LockTimeoutError(
      `The lock of the ${this.peer.label} was not had within ${this.options?.timeout} ms: ${doing}.`,
    );
  }
}

/** `circle`: the ids of interpreters, each of which calls the next, and the last the first. */
function deadlockError(circle: number[]): DeadlockError {
  const names = new Map(native.interpreters().map(({ id, name }) => [id, name]));
  const [first, ...others] = circle.map((id) => interpreterName(id, names.get(id) ?? ''));
  const path = [...others, first].join(', which calls ');
  return new DeadlockError(
    `A deadlock: ${first} calls ${path}, and each waits for the lock of the next, so that none could ever go on.`,
  );
}

function scriptBody(
  code: string,
  what: string,
  site: { stack?: string },
  options: ScriptOptions = {},
): ScriptBody {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`The options must be an object, but are ${kindOf(options)}.`);
  }
  const { filename } = options;
  if (filename !== undefined) return [text(code, what), text(filename, 'filename'), ''];
  // Where it is from only matters to what it imports; to find out is not cheap.
  return [text(code, what), undefined, code.includes('import') ? callerOf(site) : ''];
}

function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`The ${what} must be a string, but is ${kindOf(value)}.`);
}

/** Paths in errors should start with "arguments", which the caller knows, not in the letter. */
function renamingRoot<T>(argumentsAt: number | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const prefix = `$[${argumentsAt}]`;
    if (!(error instanceof NotShareableError && error.path.startsWith(prefix))) throw error;
    const path = error.path.replace(prefix, 'arguments');
    throw new NotShareableError(
      error.message.replace(error.path, () => path),
      path,
    );
  }
}

/** The file or URL of the code that made a call, from its stack; empty if that does not say. */
function callerOf(site: { stack?: string }): string {
  const frame = site.stack?.split('\n')[1] ?? '';
  return /((?:file:\/\/)?\/[^)]*?):\d+:\d+\)?$/.exec(frame)?.[1] ?? '';
}
