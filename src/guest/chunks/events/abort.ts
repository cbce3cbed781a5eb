import { finishClass } from '../support/classes.js';
import { coded, illegalConstructor, invalidArgument, invalidThis } from '../support/node-errors.js';
import { dispatching } from './event.js';
import { EventTarget, whenListenersChange } from './event-target.js';
import { tools } from './tools.js';

const OURS = Symbol();

/** The longest delay of {@link AbortSignal.timeout}, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 32 - 1;

/** The longest that a timer takes. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Signals of time-outs that somebody listens to, and those that follow one. Others are held weakly by their timers, so that a
 * long time does not gather them.
 */
const awaited = new Set<AbortSignal>();

/** What to do when a signal is gone. */
const gone = new FinalizationRegistry<() => void>((forget) => forget());

let abortSignal: (signal: AbortSignal, reason: unknown) => void;
let isSignal: (value: unknown) => value is AbortSignal;
let callHandler: (this: unknown, event: unknown) => void;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  /** Signals made by `any` that follow this one. */
  readonly #followers = new Set<WeakRef<AbortSignal>>();
  /** Those of them that somebody listens to, which must not go before this one. */
  readonly #awaitedFollowers = new Set<AbortSignal>();
  /** Those that this one follows, none of which was made by `any`. */
  #sources: ReadonlySet<AbortSignal> = new Set();
  /** Where it is held while somebody listens to it; nowhere if only a controller can abort it. */
  #holders: readonly Set<AbortSignal>[] = [];
  #onabort: ((event: unknown) => unknown) | null = null;
  #isHandled = false;

  constructor(token?: unknown) {
    if (token !== OURS) throw illegalConstructor();
    super();
  }

  get aborted(): boolean {
    return own(this).#aborted;
  }

  get reason(): unknown {
    return own(this).#reason;
  }

  get onabort(): ((event: unknown) => unknown) | null {
    return own(this).#onabort;
  }

  set onabort(handler: unknown) {
    own(this).#onabort =
      typeof handler === 'function' ? (handler as (event: unknown) => unknown) : null;
    if (this.#onabort === null) {
      this.#isHandled = false;
      this.removeEventListener('abort', callHandler);
    } else if (!this.#isHandled) {
      this.#isHandled = true;
      this.addEventListener('abort', callHandler);
    }
  }

  throwIfAborted(): void {
    if (own(this).#aborted) throw this.#reason;
  }

  static abort(reason: unknown = abortError()): AbortSignal {
    const signal = new AbortSignal(OURS);
    signal.#aborted = true;
    signal.#reason = reason;
    return signal;
  }

  static timeout(delay: unknown): AbortSignal {
    checkDelay(delay);
    const signal = new AbortSignal(OURS);
    signal.#holders = [awaited];
    const weak = new WeakRef(signal);
    const stop = after(delay, () => {
      const message = 'The operation was aborted due to timeout';
      const target = weak.deref();
      if (target === undefined) return;
      abortSignal(target, new (tools.builtIn('DOMException'))(message, 'TimeoutError'));
    });
    gone.register(signal, stop);
    return signal;
  }

  static any(signals: unknown): AbortSignal {
    const all = checkedSignals(signals);
    const result = new AbortSignal(OURS);
    const aborted = all.find((signal) => signal.#aborted);
    if (aborted !== undefined) {
      result.#aborted = true;
      result.#reason = aborted.#reason;
      return result;
    }
    const sources = new Set(
      all.flatMap((signal) => (signal.#sources.size > 0 ? [...signal.#sources] : [signal])),
    );
    result.#sources = sources;
    result.#holders = Array.from(sources, (each) => each.#holders[0] ?? each.#awaitedFollowers);
    const weak = new WeakRef(result);
    const followed = Array.from(sources, (source) => source.#followers);
    for (const followers of followed) followers.add(weak);
    gone.register(result, () => {
      for (const followers of followed) followers.delete(weak);
    });
    return result;
  }

  static {
    abortSignal = (signal, reason) => {
      if (signal.#aborted) return;
      const followers = Array.from(signal.#followers, (weak) => weak.deref()).filter(
        (each) => each !== undefined && !each.#aborted,
      );
      const all = [signal, ...(followers as AbortSignal[])];
      // All have the reason before any listener is called.
      for (const each of all) {
        each.#aborted = true;
        each.#reason = reason;
        each.#sources = new Set();
        each.#followers.clear();
      }
      for (const each of all) {
        each.dispatchEvent(dispatching.trusted('abort'));
        for (const holder of each.#holders) holder.delete(each);
      }
    };

    whenListenersChange((target, type, count) => {
      if (type !== 'abort' || !isSignal(target)) return;
      for (const holder of target.#holders) {
        if (count > 0 && !target.#aborted) holder.add(target);
        else holder.delete(target);
      }
    });

    isSignal = (value): value is AbortSignal =>
      typeof value === 'object' && value !== null && #aborted in value;

    callHandler = function (this: unknown, event: unknown): void {
      const signal = this as AbortSignal;
      const handler = signal.#onabort;
      if (handler !== null) Reflect.apply(handler, signal, [event]);
    };
  }
}

finishClass(AbortSignal, 'AbortSignal', ['aborted', 'onabort']);

export class AbortController {
  readonly #signal = new AbortSignal(OURS);

  get signal(): AbortSignal {
    if (!(#signal in this)) throw invalidThis('AbortController');
    return this.#signal;
  }

  abort(reason: unknown = abortError()): void {
    if (!(#signal in this)) throw invalidThis('AbortController');
    abortSignal(this.#signal, reason);
  }
}
finishClass(AbortController, 'AbortController', ['signal', 'abort']);

function own(signal: AbortSignal): AbortSignal {
  if (!isSignal(signal)) throw invalidThis('AbortSignal');
  return signal;
}

function abortError(): Error {
  return new (tools.builtIn('DOMException'))('This operation was aborted', 'AbortError');
}

function checkDelay(delay: unknown): asserts delay is number {
  if (typeof delay !== 'number') throw invalidArgument('delay', 'of type number', delay);
  if (Number.isInteger(delay) && delay >= 0 && delay <= LONGEST_TIMEOUT) return;
  const expected = Number.isInteger(delay) ? `>= 0 && <= ${LONGEST_TIMEOUT}` : 'an integer';
  const message = `The value of "delay" is out of range. It must be ${expected}. Received ${delay}`;
  throw coded(RangeError, 'ERR_OUT_OF_RANGE', message);
}

function checkedSignals(signals: unknown): AbortSignal[] {
  if (typeof signals !== 'object' || signals === null || !(Symbol.iterator in signals)) {
    throw invalidArgument('signals', 'an iterable of signals', signals);
  }
  return Array.from(signals as Iterable<unknown>, (signal, i) => {
    if (isSignal(signal)) return signal;
    throw invalidArgument(`signals[${i}]`, 'an instance of AbortSignal', signal);
  });
}

/** Like a timer, but for delays that are longer than timers take; returns what stops it. */
function after(ms: number, callback: () => void): () => void {
  const step = Math.min(ms, LONGEST_TIMER);
  let stop = (): void => tools.clearTimeout(timer);
  const timer = tools.setTimeout(() => {
    if (ms <= step) callback();
    else stop = after(ms - step, callback);
  }, step);
  return () => stop();
}
