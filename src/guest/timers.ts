import { currentScope, goOn, isStopped, whenStopped } from '../binding/call-scope.js';
import { whole } from '../binding/own-code.js';
import { guest } from './binding.js';
import { type Due, TimerHeap } from './timer-heap.js';
import { reportUncaught } from './uncaught.js';

type Callback = (...args: unknown[]) => unknown;

/** The longest delay in milliseconds; longer ones become 1, as in Node. */
const LONGEST = 2 ** 31 - 1;

const timers = new TimerHeap<Timeout>();
const byId = new Map<number, Timeout>();
const immediates = new Set<Immediate>();
let lastId = 0;

/** What Node's timers have in common. An interpreter lives until it is closed, so holding it alive means nothing here. */
class Handle {
  /** `scope`: the call that set it, should that be one that may be stopped. */
  constructor(readonly scope = currentScope()) {}

  /** To be called when it cannot run any more. */
  forget: (() => void) | undefined = undefined;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/** What `setTimeout` and `setInterval` return, with the methods that Node's have; nothing keeps an interpreter alive or lets it end. */
class Timeout extends Handle implements Due {
  due = 0;
  sequence = 0;
  place = -1;
  readonly id = ++lastId;

  constructor(
    readonly callback: Callback,
    readonly args: unknown[],
    readonly delay: number,
    readonly repeats: boolean,
  ) {
    super();
  }

  /** Starts the delay anew. */
  refresh(): this {
    whole(() => {
      timers.remove(this);
      start(this);
    });
    return this;
  }

  close(): this {
    clear(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    clear(this);
  }
}

class Immediate extends Handle {
  readonly due = guest.now();

  constructor(
    readonly callback: Callback,
    readonly args: unknown[],
    scope?: number,
  ) {
    super(scope);
  }

  [Symbol.dispose](): void {
    clearImmediate(this);
  }
}

function start(timer: Timeout): void {
  timer.due = guest.now() + timer.delay;
  timer.sequence = ++lastId;
  byId.set(timer.id, timer);
  timers.add(timer);
  if (timers.first === timer) wakeInTime();
}

function stop(timer: Timeout): void {
  timers.remove(timer);
  byId.delete(timer.id);
  timer.forget?.();
}

function startImmediate(immediate: Immediate): void {
  immediates.add(immediate);
  wakeInTime();
}

function stopImmediate(immediate: Immediate): void {
  immediates.delete(immediate);
  immediate.forget?.();
}

/** Tells the loop when it has to run the next timer. */
function wakeInTime(): void {
  const { first } = timers;
  if (immediates.size > 0) guest.setTimer(0);
  else if (first !== undefined) guest.setTimer(Math.max(0, first.due - guest.now()));
  else guest.setTimer(-1);
}

/**
 * Runs one callback that is due: what it queued in microtasks comes before the next, as in Node. The callback may be stopped, so that
 * nothing after it runs here.
 */
export function runTimers(): void {
  const { first } = timers;
  const [immediate] = immediates;
  // Whichever has been due for longer, so that neither kind starves the other.
  const turn = immediate === undefined ? guest.now() : immediate.due;
  if (first !== undefined && first.due <= turn) runTimeout(first);
  else if (immediate !== undefined) runImmediate(immediate);
  else wakeInTime();
}

function runTimeout(timer: Timeout): void {
  timers.remove(timer);
  if (!timer.repeats) stop(timer);
  wakeInTime();
  run(timer.callback, timer.args, timer, timer.scope);
  const refreshed = timer.place >= 0;
  const cleared = !byId.has(timer.id);
  if (timer.repeats && !refreshed && !cleared) whole(() => start(timer));
}

function runImmediate(immediate: Immediate): void {
  stopImmediate(immediate);
  wakeInTime();
  run(immediate.callback, immediate.args, immediate, immediate.scope);
}

/** `scope`: the call whose code this is, if that may still be stopped. */
function run(callback: Callback, args: unknown[], self: unknown, scope: number): void {
  goOn(scope);
  try {
    Reflect.apply(callback, self, args);
  } catch (error) {
    reportUncaught(error);
  }
}

function checkCallback(callback: unknown): asserts callback is Callback {
  if (typeof callback === 'function') return;
  const error = new TypeError('The "callback" argument must be of type function.');
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

function startNew(callback: unknown, delay: unknown, args: unknown[], repeats: boolean): Timeout {
  checkCallback(callback);
  const ms = Number(delay);
  const timer = new Timeout(callback, args, ms >= 1 && ms <= LONGEST ? ms : 1, repeats);
  if (isStopped()) return timer;
  whole(() => {
    timer.forget = whenStopped(() => stop(timer));
    start(timer);
  });
  return timer;
}

function clear(timer: unknown): void {
  const isId = typeof timer === 'number' || typeof timer === 'string';
  const known = timer instanceof Timeout ? timer : isId ? byId.get(Number(timer)) : undefined;
  if (known !== undefined) whole(() => stop(known));
}

function clearImmediate(immediate: unknown): void {
  if (immediate instanceof Immediate) whole(() => stopImmediate(immediate));
}

/** Whether any code waits for its time. */
export function anyTimer(): boolean {
  return timers.first !== undefined || immediates.size > 0;
}

/** Calls code of our own when what is due now has had its turn, whatever call it is that runs. */
export function atNextTurn(callback: () => void): void {
  whole(() => startImmediate(new Immediate(callback, [], 0)));
}

export const timerGlobals = {
  setTimeout: (callback: unknown, delay?: unknown, ...args: unknown[]) =>
    startNew(callback, delay, args, false),
  setInterval: (callback: unknown, delay?: unknown, ...args: unknown[]) =>
    startNew(callback, delay, args, true),
  clearTimeout: clear,
  clearInterval: clear,

  setImmediate: (callback: unknown, ...args: unknown[]) => {
    checkCallback(callback);
    const immediate = new Immediate(callback, args);
    if (isStopped()) return immediate;
    whole(() => {
      immediate.forget = whenStopped(() => stopImmediate(immediate));
      startImmediate(immediate);
    });
    return immediate;
  },
  clearImmediate,

  queueMicrotask: (callback: unknown) => {
    checkCallback(callback);
    void Promise.resolve().then(() => run(callback, [], undefined, 0));
  },
};
