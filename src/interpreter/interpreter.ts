import '../binding/symbols.js';
import { type NativeInterpreterInfo, native } from '../binding/binding.js';
import { callSite } from '../binding/world.js';
import { InterpreterClosedError, LockTimeoutError } from '../errors/interpreter-errors.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { NotShareableError } from '../errors/ownership-errors.js';
import { born, type Correspondent, correspondent, onEnded } from './calls.js';
import { consoleRoute, forgetRoute } from './console-routes.js';
import { decodeError } from './errors-that-cross.js';
import { type AnyFunction, sourceOf } from './functions.js';
import { interpreterName } from './names.js';
import { checked, type InterpreterOptions } from './options.js';
import { post } from './post-office.js';
import { type CallBody, type CallSyncReply, type ImportedBody, Letter } from './protocol.js';
import { makeRemote, type Remote } from './remote.js';

/** A party by id and name: an interpreter, or a Node environment. */
export interface InterpreterInfo {
  readonly id: number;
  readonly name: string;
}

/**
 * A V8 isolate of its own, with its own thread and heap, in this process. It has ECMAScript, a console, timers and this module,
 * and nothing of Node.
 *
 * An interpreter lives until it is closed or terminated, or the Node environment that made it ends; while nothing is
 * pending it does not keep Node alive.
 *
 * ```js
 * import { Interpreter } from 'isolane';
 *
 * const interpreter = await Interpreter.create({ name: 'adder' });
 * console.log(await interpreter.call((a, b) => a + b, 20, 22)); // 42
 * await interpreter.close(); // `await using` does it where the language has that
 * ```
 */
export class Interpreter {
  /** Unique in the process, and in order of creation. */
  readonly id: number;
  /** What `create` was given, `''` by default. */
  readonly name: string;
  private readonly peer: Correspondent;
  private closing: Promise<void> | undefined = undefined;

  private constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
    this.peer = correspondent(id, interpreterName(id, name));
  }

  /**
   * Starts an interpreter; resolves when it can be used.
   *
   * Rejects with a TypeError or RangeError for wrong options, a NotShareableError if a global cannot travel, and an IsolaneError if
   * the interpreter could not be made.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create({ globals: { factor: 3 } });
   * console.log(await interpreter.evaluate('factor * 14')); // 42
   * await interpreter.close();
   * ```
   */
  static async create(options: InterpreterOptions = {}): Promise<Interpreter> {
    const { console, globals, ...nativeOptions } = checked(options);
    const id = native.createInterpreter(nativeOptions);
    await born(id).catch((why: unknown) => {
      throw new IsolaneError('ERR_ISOLANE_CREATE', `The interpreter could not be made: ${why}.`);
    });
    const interpreter = Interpreter.of(id, nativeOptions.name);
    const route = consoleRoute(console);
    if (route !== undefined) {
      post(id, Letter.console, 0, route);
      interpreter.peer.onEnd(() => forgetRoute(route));
    }
    if (globals !== undefined) await interpreter.provideFirst(globals);
    return interpreter;
  }

  /** The interpreters that live in this process, in order of id, whoever made them. */
  static list(): Interpreter[] {
    return native
      .interpreters()
      .filter(({ state }) => state !== 'closed')
      .map(({ id, name }) => Interpreter.of(id, name));
  }

  /** The interpreter, or Node environment, in which this is asked. */
  static get current(): InterpreterInfo {
    return { id: native.partyId, name: native.partyName };
  }

  /** The Node environment that loaded Isolane first, which is Node's main thread as a rule. */
  static get main(): InterpreterInfo {
    return native.partyId === 0 ? Interpreter.current : { id: 0, name: 'main' };
  }

  /** What it does at this moment; `blocked` in a channel's operation, for example. */
  get state(): NativeInterpreterInfo['state'] {
    if (this.peer.ended) return 'closed';
    return native.interpreters().find(({ id }) => id === this.id)?.state ?? 'closed';
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
  call<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const site = callSite(this.call);
    return this.ask(Letter.call, () => [sourceOf(fn as AnyFunction), args], site, 1) as Promise<
      Awaited<R>
    >;
  }

  /**
   * Calls a function there on this thread, under the interpreter's lock: about a hundred times faster than {@link call}, but this
   * thread waits while something else runs there.
   *
   * Throws what {@link call} rejects with, and an IsolaneError if the function returns a promise.
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
    const body: CallBody = [sourceOf(fn as AnyFunction), args];
    const reply = renamingRoot(1, () =>
      native.callSync(this.id, Letter.call, body, Number.POSITIVE_INFINITY),
    );
    if (reply === native.NOTHING) throw this.noReply();
    const [ok, result] = reply as CallSyncReply;
    if (ok) return result as R;
    throw decodeError(result, this.peer.label, callSite(this.callSync));
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
  exec(code: string): Promise<void> {
    return this.ask(Letter.exec, () => text(code, 'code'), callSite(this.exec)) as Promise<void>;
  }

  /** Evaluates an expression in the global scope and copies its value here; a promise is awaited there. Rejects like {@link call}. */
  evaluate(expression: string): Promise<unknown> {
    const site = callSite(this.evaluate);
    return this.ask(Letter.evaluate, () => text(expression, 'expression'), site);
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

  /**
   * Makes values global there, by copy or by `move()`. Rejects with a NotShareableError or an InterpreterClosedError.
   *
   * ```js
   * import { channel, Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * const [tx, rx] = channel();
   * await interpreter.provide({ out: tx });
   * await interpreter.exec('out.sendSync("from there")');
   * console.log(await rx.receive()); // from there
   * await interpreter.close();
   * ```
   */
  provide(values: Record<string, unknown>): Promise<void> {
    const checkedValues = (): object => {
      if (typeof values === 'object' && values !== null) return values;
      throw new TypeError('provide() takes an object: its properties become globals.');
    };
    return this.ask(Letter.provide, checkedValues, callSite(this.provide)) as Promise<void>;
  }

  /**
   * Ends it now, whatever it does; resolves when it has ended. Calls that are not answered reject with an
   * InterpreterClosedError, which has the reason. Messages that it sent stay in their channels.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * const endless = interpreter.call(() => { for (;;); }).catch((error) => error);
   * await interpreter.terminate('enough');
   * console.log((await endless).name, interpreter.state); // InterpreterClosedError closed
   * ```
   */
  async terminate(reason?: unknown): Promise<void> {
    if (this.peer.ended) return;
    // Whoever never wrote to an interpreter is not told when it ends.
    if (!post(this.id, Letter.watch, 0)) return this.peer.end();
    native.terminate(this.id, reason);
    await this.peer.whenEnded();
  }

  /** Ends it when the calls that run there are done; new ones reject with an InterpreterClosedError. Resolves when it has ended. */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The one object for an interpreter. */
  private static of(id: number, name: string): Interpreter {
    const known = objects.get(id)?.deref();
    if (known !== undefined) return known;
    const made = new Interpreter(id, name);
    objects.set(id, new WeakRef(made));
    return made;
  }

  private async provideFirst(globals: Record<string, unknown>): Promise<void> {
    try {
      await this.provide(globals);
    } catch (error) {
      await this.terminate();
      throw error;
    }
  }

  private async closeOnce(): Promise<void> {
    if (this.peer.ended) return;
    if (!post(this.id, Letter.close, 0)) return this.peer.end();
    await this.peer.whenEnded();
  }

  /** `argumentsAt`: where the arguments are in the body. */
  private ask(
    type: number,
    body: () => unknown,
    site: { stack?: string },
    argumentsAt?: number,
  ): Promise<unknown> {
    try {
      this.throwIfClosed();
      return renamingRoot(argumentsAt, () => this.peer.request(type, body(), site));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private throwIfClosed(): void {
    if (this.peer.ended) throw this.peer.closedError();
    if (this.closing !== undefined) {
      throw new InterpreterClosedError(
        `The ${this.peer.label} is closing and takes no more calls.`,
      );
    }
  }

  private noReply(): Error {
    if (this.state === 'closed') return this.peer.closedError();
    return new LockTimeoutError(`The lock of ${this.peer.label} was not had: it is ${this.state}.`);
  }
}

const objects = new Map<number, WeakRef<Interpreter>>();
onEnded((id) => objects.delete(id));

function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new TypeError(
    `The ${what} must be a string, but is ${value === null ? 'null' : `a ${typeof value}`}.`,
  );
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
