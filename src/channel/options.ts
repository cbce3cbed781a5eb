import { whenStopped } from '../binding/call-scope.js';
import { Status } from '../binding/codes.js';
import { startTimer } from '../binding/world.js';
import { TimeoutError } from '../errors/channel-errors.js';
import { checkTransfer } from '../ownership/move.js';

/** The part of an AbortSignal that operations need. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How long an operation may wait, and what is handed over with its message. */
export interface OpOptions {
  /** Milliseconds, fractions allowed; waits for ever by default. */
  timeout?: number | undefined;
  /**
   * When it aborts, the operation rejects with the signal's reason and has not happened. A blocking operation only
   * looks at it once, at the start: a thread that blocks runs nothing that could abort it.
   */
  signal?: AbortSignalLike | undefined;
  /** Buffers and endpoints in the message that are handed over instead of copied; `move()` does the same. */
  transfer?: readonly object[] | undefined;
}

/** The time-out in milliseconds, `Infinity` when there is none. Throws if an option is not what it must be. */
export function timeoutOf(options: OpOptions | undefined): number {
  const timeout = options?.timeout;
  if (timeout === undefined) return Number.POSITIVE_INFINITY;
  if (typeof timeout !== 'number') throw new TypeError('timeout must be a number of milliseconds.');
  if (!(timeout >= 0))
    throw new RangeError(`timeout must not be negative or NaN, but is ${timeout}.`);
  return timeout;
}

/** What is handed over with the message. Throws if that cannot be. */
export function transferOf(options: OpOptions | undefined): readonly object[] | undefined {
  const transfer = options?.transfer;
  if (transfer !== undefined) checkTransfer(transfer);
  return transfer;
}

/** Whether what was given as a signal has what operations need of one. */
export function isSignal(given: AbortSignalLike | null): boolean {
  return typeof given?.addEventListener === 'function';
}

/** Throws the signal's reason if it has aborted already, and a TypeError if it is none. */
export function throwIfAborted(options: OpOptions | undefined): void {
  const signal = options?.signal;
  if (signal === undefined) return;
  if (!isSignal(signal)) {
    throw new TypeError('signal must be an AbortSignal.');
  }
  if (signal.aborted) throw signal.reason;
}

/** Whether a blocking operation was given up that others of the same handle wait to do. */
export function goesOnLater(status: Status): boolean {
  return (
    status === Status.timedOut || status === Status.wouldBlock || status === Status.interrupted
  );
}

export function timedOut(what: string, timeout: number, value?: unknown): TimeoutError {
  return new TimeoutError(`${what} did not happen within ${timeout} ms.`, { value });
}

/** Why a pending operation is given up: the time is up, its signal aborts, or the call was stopped that waits for it. */
export type CancelReason = { timeout: number } | { abort: unknown } | 'stopped';

/**
 * Calls `cancel` when there is a reason to; what it returns must be called when that does not matter any more. A signal may be anything of
 * the user's: what it throws then is its own affair.
 */
export function watch(
  options: OpOptions | undefined,
  cancel: (reason: CancelReason) => void,
): (() => void) | undefined {
  const forget = whenStopped(() => cancel('stopped'));
  if (options === undefined) return forget;
  const timeout = timeoutOf(options);
  const signal = options.signal;
  const stopTimer =
    timeout === Number.POSITIVE_INFINITY
      ? undefined
      : startTimer(timeout, () => cancel({ timeout }));
  const onAbort = (): void => cancel({ abort: signal?.reason });
  signal?.addEventListener('abort', onAbort);
  return () => {
    forget?.();
    stopTimer?.();
    try {
      signal?.removeEventListener('abort', onAbort);
    } catch {}
  };
}
