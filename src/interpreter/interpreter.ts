import '../binding/symbols.js';
import {
  type LockState,
  type NativeInterpreterInfo,
  type NativeInterpreterOptions,
  native,
} from '../binding/binding.js';
import { post } from '../binding/post-office.js';
import { callSite } from '../binding/world.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { type CallOptions, checkedCallOptions } from './call-options.js';
import { Caller } from './caller.js';
import { born, correspondent } from './calls.js';
import { consoleRoute, forgetRoute, hereRoute } from './console-routes.js';
import type { InterpreterEnd } from './endings.js';
import {
  type CpuProfileHandle,
  type CpuProfileOptions,
  cpuTime,
  type HeapUsage,
  heapSnapshot,
  heapUsage,
  lockState,
  startCpuProfile,
} from './inspection.js';
import { forgetPolicy, policyFor } from './module-policy.js';
import { interpreterName } from './names.js';
import { startNodeRuntime } from './node-runtime.js';
import { checked, checkGlobals, type InterpreterOptions } from './options.js';
import {
  type ConsoleRoute,
  type ErrorRoute,
  Letter,
  type ModulePolicy,
  type Notice,
} from './protocol.js';
import { encodeReason } from './reasons.js';
import { setReserve, takeReserved } from './reserve.js';
import { errorRoute, forgetErrorRoute } from './uncaught-errors.js';
import { WeakById } from './weak-by-id.js';

/** A party by id and name: an interpreter, or a Node environment. */
export interface InterpreterInfo {
  readonly id: number;
  readonly name: string;
}

/**
 * A V8 isolate of its own, with its own thread and heap, in this process; with `runtime: 'node'` a Worker of Node. What a bare one has
 * is told in docs/globals.md: ECMAScript, this module, and what Node and browsers have in common.
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
export class Interpreter extends Caller {
  /** Unique in the process, and in order of creation. */
  readonly id: number;
  /** What `create` was given, `''` by default. */
  readonly name: string;
  /** What it runs on: a bare isolate, or a Worker of Node. */
  readonly runtime: 'v8' | 'node';
  private ending: Promise<void> | undefined = undefined;
  private whenClosed: Promise<InterpreterEnd> | undefined = undefined;

  private constructor({ id, name, runtime }: Identity) {
    super(correspondent(id, interpreterName(id, name)));
    this.id = id;
    this.name = name;
    this.runtime = runtime;
  }

  /**
   * Starts an interpreter; resolves when it can be asked things, which wait until it has started.
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
    const { console, onError, globals, runtime, modules, ...nativeOptions } = checked(options);
    const route = consoleRoute(console);
    const errors = errorRoute(onError);
    const policy = policyFor(modules);
    const forget = (): void => {
      forgetRoute(route);
      forgetErrorRoute(errors);
      forgetPolicy(policy);
    };
    let id: number;
    try {
      id =
        runtime === 'v8'
          ? await startBare(nativeOptions, noticesOf(route, errors, policy))
          : await startNodeRuntime({ ...nativeOptions, console: route ?? hereRoute() });
    } catch (error) {
      forget();
      throw error;
    }
    const interpreter = Interpreter.of({ id, name: nativeOptions.name, runtime });
    interpreter.peer.willTell();
    interpreter.peer.onEnd(forget);
    if (runtime === 'node' && errors !== undefined) post(id, Letter.errors, 0, errors);
    if (globals !== undefined) await interpreter.provideFirst(globals);
    return interpreter;
  }

  /**
   * Keeps so many interpreters in reserve, started before they are wanted, so that `create` has one in a fraction of a millisecond;
   * resolves when they are ready. Whenever one is taken another is made. They serve for `create` without `memoryLimit`,
   * `stackSize` and `modules`, take about a megabyte each, and do not keep Node alive. 0, as it is at the start, ends those that are there.
   *
   * Rejects with a RangeError for anything but a whole number.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * await Interpreter.reserve(2);
   * const interpreter = await Interpreter.create({ name: 'at once' });
   * console.log(await interpreter.call(() => 6 * 7)); // 42
   * await interpreter.close();
   * await Interpreter.reserve(0);
   * ```
   */
  static reserve(count: number): Promise<void> {
    return setReserve(count);
  }

  /** The interpreters that live in this process, in order of id, whoever made them. */
  static list(): Interpreter[] {
    return native
      .interpreters()
      .filter(({ state }) => state !== 'closed')
      .map((info) => Interpreter.of(info));
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
   * The same operations under limits, or with a signal that aborts them. What is stopped has its code ended where it stands, without
   * `finally` blocks; what it waited for is given up, and the interpreter goes on with its other calls. Should it not stop within a
   * second, as some of the engine's own operations do not, the whole interpreter is given up.
   *
   * Throws a TypeError or RangeError for wrong options.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * const endless = interpreter.with({ timeout: 50 }).call(() => { for (;;); });
   * console.log(await endless.catch((error) => error.name)); // ExecutionTimeoutError
   * console.log(await interpreter.call(() => 'and on it goes')); // and on it goes
   * await interpreter.close();
   * ```
   */
  with(options: CallOptions): Caller {
    return new Caller(this.peer, checkedCallOptions(options));
  }

  /**
   * How much memory it uses. Answers at once, also while code runs there without end or waits in a channel.
   *
   * Rejects with an InterpreterClosedError if it has ended, or ends before.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * const before = await interpreter.memory();
   * await interpreter.exec('const list = Array.from({ length: 1e5 }, () => ({}))');
   * const after = await interpreter.memory();
   * console.log(after.heapUsed - before.heapUsed > 1e6); // true
   * await interpreter.close();
   * ```
   */
  memory(): Promise<HeapUsage> {
    return heapUsage(this.peer);
  }

  /**
   * How much processor time its own thread has used so far, in milliseconds and fractions; after its end, in all. What
   * {@link callSync} runs there counts for the thread that calls.
   */
  cpuTime(): number {
    return cpuTime(this.peer);
  }

  /** Its lock at this moment: whether code runs there, and who waits. */
  get lock(): LockState {
    return lockState(this.peer);
  }

  /**
   * Starts to record what its thread spends its time on, also while code runs there; resolves when that has begun. Any number
   * of profiles may be recorded at once.
   *
   * Rejects with a TypeError or RangeError for a wrong interval, and with an InterpreterClosedError.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * const recording = await interpreter.startCpuProfile({ interval: 0.5 });
   * await interpreter.call(() => {
   *   function fibonacci(n) {
   *     return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
   *   }
   *   return fibonacci(30);
   * });
   * const profile = await recording.stop(); // writeFile('guest.cpuprofile', JSON.stringify(profile))
   * console.log(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'fibonacci')); // true
   * await interpreter.close();
   * ```
   */
  startCpuProfile(options: CpuProfileOptions = {}): Promise<CpuProfileHandle> {
    return startCpuProfile(this.peer, options);
  }

  /**
   * Takes a heap snapshot, when it is read for the first time, and gives its parts: the text of a file that ends in
   * `.heapsnapshot`, which Chrome's DevTools open. The code there stands still until all is written to memory. Whoever stops
   * reading ends the snapshot.
   *
   * Reading rejects with an InterpreterClosedError if it has ended, or ends before.
   *
   * ```js
   * import { rm, writeFile } from 'node:fs/promises';
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * await writeFile('guest.heapsnapshot', interpreter.heapSnapshot());
   * await rm('guest.heapsnapshot');
   * await interpreter.close();
   * ```
   */
  heapSnapshot(): AsyncGenerator<Uint8Array, void, undefined> {
    return heapSnapshot(this.peer);
  }

  /**
   * Resolves when it has ended, with how; it never rejects, and does not keep Node alive.
   *
   * ```js
   * import { Interpreter } from 'isolane';
   *
   * const interpreter = await Interpreter.create();
   * interpreter.closed.then(({ cause, reason }) => console.log(cause, reason)); // terminated enough
   * await interpreter.terminate('enough');
   * ```
   */
  get closed(): Promise<InterpreterEnd> {
    this.whenClosed ??= new Promise((resolve) => {
      this.peer.follow();
      this.peer.onEnd(() => resolve(this.peer.ending));
    });
    return this.whenClosed;
  }

  /**
   * Makes values global there, by copy or by `move()`. Rejects with a NotShareableError, a TypeError for anything but an object with
   * properties, or an InterpreterClosedError.
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
      checkGlobals(values, 'provide() takes');
      return values;
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
    this.peer.follow();
    if (this.peer.ended) return;
    native.terminate(this.id, encodeReason(reason));
    await this.peer.whenEnded();
  }

  /** Ends it when the calls that run there are done; new ones reject with an InterpreterClosedError. Resolves when it has ended. */
  close(): Promise<void> {
    this.ending ??= this.closeOnce();
    this.peer.closing = true;
    return this.ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The one object for an interpreter. */
  private static of(identity: Identity): Interpreter {
    const known = objects.get(identity.id);
    if (known !== undefined) return known;
    const made = new Interpreter(identity);
    objects.set(identity.id, made);
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
    this.peer.follow();
    if (this.peer.ended) return;
    post(this.id, Letter.close, 0);
    await this.peer.whenEnded();
  }
}

// Bundlers call a class that mentions itself by another name.
Object.defineProperty(Interpreter, 'name', { value: 'Interpreter' });

type Identity = Pick<NativeInterpreterInfo, 'id' | 'name' | 'runtime'>;

function noticesOf(
  console: ConsoleRoute | undefined,
  errors: ErrorRoute | undefined,
  policy: ModulePolicy | undefined,
): Notice[] {
  const notices: Notice[] = [];
  if (console !== undefined) notices.push([Letter.console, console]);
  if (errors !== undefined) notices.push([Letter.errors, errors]);
  if (policy !== undefined) notices.push([Letter.modulePolicy, policy]);
  return notices;
}

async function startBare(options: NativeInterpreterOptions, notices: Notice[]): Promise<number> {
  return takeFromReserve(options, notices) ?? (await startNew(options, notices));
}

const objects = new WeakById<Interpreter>();

async function startNew(options: NativeInterpreterOptions, notices: Notice[]): Promise<number> {
  try {
    const id = native.createInterpreter(options, notices);
    await born(id);
    return id;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = `The interpreter could not be made: ${why}.`;
    throw new IsolaneError('ERR_ISOLANE_CREATE', text, cause instanceof Error ? { cause } : {});
  }
}

/** What is in reserve has the default limits. It can be found by others before it is told anything, and so must not be bound by rules. */
function takeFromReserve(
  { name, memoryLimit, stackSize }: NativeInterpreterOptions,
  notices: Notice[],
): number | undefined {
  if (memoryLimit !== undefined || stackSize !== undefined) return undefined;
  if (notices.some(([type]) => type === Letter.modulePolicy)) return undefined;
  const id = takeReserved(name);
  if (id === undefined) return undefined;
  if (name !== '') post(id, Letter.name, 0, name);
  for (const [type, body] of notices) post(id, type, 0, body);
  return id;
}
