import { causedBy, IsolaneError, nameErrors } from './isolane-error.js';

/** The interpreter has ended, or ended before it answered; `reason` is what `terminate` was given. */
export class InterpreterClosedError extends IsolaneError {
  readonly reason: unknown;

  constructor(message: string, details: { reason?: unknown } = {}) {
    super('ERR_ISOLANE_INTERPRETER_CLOSED', message, causedBy(details.reason));
    this.reason = details.reason;
  }
}

nameErrors(InterpreterClosedError, 'InterpreterClosedError');

/** A call ran longer than its limit, and was stopped. */
export class ExecutionTimeoutError extends IsolaneError {
  constructor(message: string) {
    super('ERR_ISOLANE_EXECUTION_TIMEOUT', message);
  }
}

nameErrors(ExecutionTimeoutError, 'ExecutionTimeoutError');

/** The interpreter used more memory than it may, and has ended. */
export class MemoryLimitError extends IsolaneError {
  constructor(message: string) {
    super('ERR_ISOLANE_MEMORY_LIMIT', message);
  }
}

nameErrors(MemoryLimitError, 'MemoryLimitError');

/** The interpreter's lock was not had in time: something else runs, or blocks, in it, or it is still starting. */
export class LockTimeoutError extends IsolaneError {
  constructor(message: string) {
    super('ERR_ISOLANE_LOCK_TIMEOUT', message);
  }
}

nameErrors(LockTimeoutError, 'LockTimeoutError');
