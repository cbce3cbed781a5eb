import { type AbortSignalLike, isSignal } from '../channel/options.js';
import { checkTransfer } from '../ownership/move.js';

/** How long a call may take, what stops it, and what is handed over with it. */
export interface CallOptions {
  /**
   * Milliseconds, fractions allowed, from the call to its result, the time included in which it waits for its turn. A call that takes
   * longer is stopped and fails with an ExecutionTimeoutError. No limit by default.
   */
  timeout?: number | undefined;
  /**
   * Milliseconds of CPU time that the interpreter's thread may use while the call runs; calls that run at the same time share it. Fails
   * like `timeout`. No limit by default.
   */
  cpuTimeout?: number | undefined;
  /** When it aborts, the call is stopped and fails with the signal's reason. `callSync` only looks at it at the start. */
  signal?: AbortSignalLike | undefined;
  /** Buffers and endpoints in the arguments that are handed over instead of copied; `move()` does the same. */
  transfer?: readonly object[] | undefined;
}

/** Throws a TypeError or RangeError that says which option is wrong. */
export function checkedCallOptions(options: CallOptions): CallOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('with() takes an object with options.');
  }
  const { timeout, cpuTimeout, signal, transfer } = options;
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError('The option signal must be an AbortSignal.');
  }
  if (transfer !== undefined) checkTransfer(transfer);
  return {
    timeout: milliseconds('timeout', timeout),
    cpuTimeout: milliseconds('cpuTimeout', cpuTimeout),
    signal,
    transfer,
  };
}

function milliseconds(option: string, value: unknown): number | undefined {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return undefined;
  if (typeof value !== 'number') {
    throw new TypeError(`The option ${option} must be a number of milliseconds.`);
  }
  if (!(value >= 0)) {
    throw new RangeError(`The option ${option} must not be negative or NaN, but is ${value}.`);
  }
  return value;
}
