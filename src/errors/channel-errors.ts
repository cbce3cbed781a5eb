import { causedBy, IsolaneError, nameErrors } from './isolane-error.js';

/**
 * The channel, or this handle of it, is closed. Of a send, `value` is the message that was not sent;
 * `reason` is what `close` was given.
 */
export class ChannelClosedError extends IsolaneError {
  readonly value: unknown;
  readonly reason: unknown;

  constructor(message: string, details: { value?: unknown; reason?: unknown } = {}) {
    super('ERR_ISOLANE_CHANNEL_CLOSED', message, causedBy(details.reason));
    this.value = details.value;
    this.reason = details.reason;
  }
}

nameErrors(ChannelClosedError, 'ChannelClosedError');

/** The channel was poisoned: what was queued is dropped, and `reason` is what `poison` was given. */
export class ChannelPoisonedError extends IsolaneError {
  readonly value: unknown;
  readonly reason: unknown;

  constructor(message: string, details: { value?: unknown; reason?: unknown } = {}) {
    super('ERR_ISOLANE_CHANNEL_POISONED', message, causedBy(details.reason));
    this.value = details.value;
    this.reason = details.reason;
  }
}

nameErrors(ChannelPoisonedError, 'ChannelPoisonedError');

/**
 * An operation did not happen in the time it was given. Of a send, `value` is the message, and holds again what
 * had been moved into it.
 */
export class TimeoutError extends IsolaneError {
  readonly value: unknown;

  constructor(message: string, details: { value?: unknown } = {}) {
    super('ERR_ISOLANE_TIMEOUT', message);
    this.value = details.value;
  }
}

nameErrors(TimeoutError, 'TimeoutError');

/** Several parties wait for one another, so that none of them can go on. */
export class DeadlockError extends IsolaneError {
  constructor(message: string) {
    super('ERR_ISOLANE_DEADLOCK', message);
  }
}

nameErrors(DeadlockError, 'DeadlockError');
