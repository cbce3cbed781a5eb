/** Many messages in one call. */

import { native } from '../binding/binding.js';
import { Status } from '../binding/codes.js';
import { now } from '../binding/world.js';
import { arrayOf, putNumbers, takeNumbers } from '../codec/numbers.js';
import { type OpOptions, throwIfAborted, timeoutOf } from './options.js';
import type { Receiver } from './receiver.js';
import type { Sender } from './sender.js';

const { NOTHING } = native;

/** Values that are being sent in order. */
class Sending<T> {
  sent = 0;
  readonly end: number;
  private takesNumbers: boolean;

  /** `blocking`: waits for room for numbers, as long as the options allow. */
  constructor(
    private readonly sender: Sender<T>,
    private readonly options: OpOptions | undefined,
    private readonly blocking: boolean,
  ) {
    this.end = now() + timeoutOf(options);
    this.takesNumbers = sender.schema === undefined;
  }

  /** Those values that have to be sent by themselves. Whoever sends one counts it before asking for the next. */
  oneByOne(values: Iterable<T>): Iterable<T> {
    const array = this.takesNumbers ? arrayOf(values) : undefined;
    return array === undefined ? values : this.between(array);
  }

  /** The options of the next send by itself. */
  remaining(): OpOptions | undefined {
    return this.options?.timeout === undefined
      ? this.options
      : { ...this.options, timeout: this.timeLeft() };
  }

  /** Whether it is enough to say how many were sent: the send of the next has failed because its caller wanted to wait no longer. */
  ends(error: unknown): boolean {
    return this.sent > 0 && isCancelled(error, this.options);
  }

  /** Sends the numbers of the array many at a time, and gives the values between. */
  private *between(values: ArrayLike<T>): Iterable<T> {
    while (this.sent < values.length) {
      if (!this.sendNumbers(values)) yield values[this.sent] as T;
    }
  }

  /** Whether all went that were tried; if not, sending the next by itself will wait, or tell why not. */
  private sendNumbers(values: ArrayLike<T>): boolean {
    if (!this.takesNumbers || this.sender.isBusy || this.options?.signal?.aborted === true) {
      return false;
    }
    const count = putNumbers(values, this.sent);
    if (count < 2) return false;
    const sent = this.sender.nativePutNumbers(count, this.blocking ? this.timeLeft() : undefined);
    this.sent += sent;
    if (sent === 0) this.takesNumbers = this.sender.nativeStatus() !== Status.done;
    return sent === count;
  }

  private timeLeft(): number {
    // The clock is looked at only if somebody wants to know.
    return this.options?.timeout === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, this.end - now());
  }
}

/** Whether an operation failed because its caller wanted it to wait no longer. */
function isCancelled(error: unknown, options: OpOptions | undefined): boolean {
  if (options?.signal?.aborted === true && error === options.signal.reason) return true;
  return error instanceof Error && error.name === 'TimeoutError' && options?.timeout !== undefined;
}

/** `sender.sendMany`. */
export async function sendMany<T>(
  sender: Sender<T>,
  values: Iterable<T>,
  options: OpOptions | undefined,
): Promise<number> {
  const sending = new Sending(sender, options, false);
  for (const value of sending.oneByOne(values)) {
    try {
      throwIfAborted(options);
      const message = sender.putOrPack(value, options);
      if (message !== undefined) await sender.sendLater(message, value, sending.remaining());
    } catch (error) {
      if (sending.ends(error)) return sending.sent;
      throw error;
    }
    sending.sent++;
  }
  return sending.sent;
}

/** `sender.sendManySync`. */
export function sendManySync<T>(
  sender: Sender<T>,
  values: Iterable<T>,
  options: OpOptions | undefined,
): number {
  const sending = new Sending(sender, options, true);
  for (const value of sending.oneByOne(values)) {
    try {
      sender.sendSync(value, sending.remaining());
    } catch (error) {
      if (sending.ends(error)) return sending.sent;
      throw error;
    }
    sending.sent++;
  }
  return sending.sent;
}

/** Appends what is queued, until there are `max` messages. One that cannot be read throws, unless others were taken before it. */
export function takeQueued<T>(receiver: Receiver<T>, messages: T[], max: number): void {
  try {
    receiver.throwUnread();
    takeAll(receiver, messages, max);
  } catch (error) {
    if (messages.length === 0) throw error;
    receiver.throwNext(error);
  }
}

function takeAll<T>(receiver: Receiver<T>, messages: T[], max: number): void {
  // What came last is what comes next, mostly.
  let numbers = true;
  while (messages.length < max && !receiver.isBusy) {
    if (numbers) {
      if (takeNumbers(receiver, messages, max - messages.length) > 0) continue;
      if (receiver.nativeStatus() !== Status.done) return;
    }
    const message = receiver.takeNow();
    if (message === NOTHING) return;
    messages.push(message as T);
    numbers = typeof message === 'number';
  }
}
