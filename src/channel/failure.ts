import type { NativeEndpoint } from '../binding/binding.js';
import { Status } from '../binding/codes.js';
import { ChannelClosedError, ChannelPoisonedError } from '../errors/channel-errors.js';
import { MovedError } from '../errors/ownership-errors.js';

/** How a channel is called in messages. */
export function channelName(endpoint: NativeEndpoint): string {
  const name = endpoint.nativeName();
  const id = endpoint.nativeChannelId();
  return name === '' ? `channel ${id}` : `channel ${id} (${name})`;
}

/** The method by which Node prints an object, without importing anything of Node. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** An endpoint as it appears on a console. */
export function describeEndpoint(endpoint: NativeEndpoint, className: string): string {
  const state = endpoint.nativeIsOpen() ? '' : ', closed';
  const queued = `${endpoint.nativeSize()} of ${endpoint.nativeCapacity()}`;
  return `${className} { ${channelName(endpoint)}, ${queued} queued${state} }`;
}

/**
 * The error for an operation that ended with `status` (`closed`, `poisoned` or `interrupted`). `released`: whether this
 * handle was closed by its own `close`, which a handle that was moved away was not.
 */
export function failure(
  endpoint: NativeEndpoint,
  side: 'sender' | 'receiver',
  status: Status,
  released: boolean,
  value?: unknown,
): Error {
  if (status === Status.interrupted) {
    return new TypeError(`The operation on ${channelName(endpoint)} was interrupted.`);
  }
  if (released) {
    const text = `This ${side} of ${channelName(endpoint)} was closed here; clone() it before, to keep one.`;
    return new ChannelClosedError(text, { value });
  }
  if (!endpoint.nativeIsOpen()) {
    return new MovedError(
      `This ${side} was moved away; clone() it before moving, to keep one here.`,
    );
  }
  return channelFailure(endpoint, side, status, value);
}

/** For an operation that has found the channel closed or poisoned. */
export function channelFailure(
  endpoint: NativeEndpoint,
  side: 'sender' | 'receiver',
  status: Status,
  value: unknown,
): Error {
  const reason = endpoint.nativeReason();
  const because = reason === undefined ? '' : `: ${describe(reason)}`;
  const name = channelName(endpoint);
  if (status === Status.poisoned) {
    return new ChannelPoisonedError(`The ${name} was poisoned${because}`, { value, reason });
  }
  const text =
    side === 'sender'
      ? `The ${name} is closed or has no receiver left; the message was not sent${because}`
      : `The ${name} is closed, or has no sender left, and nothing is queued${because}`;
  return new ChannelClosedError(text, { value, reason });
}

function describe(reason: unknown): string {
  if (reason instanceof Error) return reason.message;
  return typeof reason === 'object' ? 'see reason' : String(reason);
}
