import { native } from '../binding/binding.js';
import { MovedError } from '../errors/ownership-errors.js';
import { unmarked } from './move.js';

const { NOTHING } = native;

/** A box with one owner at a time, made by {@link own}: it goes wherever it is sent, with what is in it. */
export class Owned<T> extends native.NativeOwned {
  /** @internal */
  constructor(value: unknown) {
    super(value);
  }

  /** What is in the box. Throws a {@link MovedError} once the box was handed over. */
  get value(): T {
    const value = this.nativeValue();
    if (value === NOTHING) {
      throw new MovedError('This value was handed over, and is not here any more: moved is true.');
    }
    return value as T;
  }

  /** Whether it was handed over. */
  get moved(): boolean {
    return this.nativeValue() === NOTHING;
  }
}

/**
 * Puts a value into a box that has one owner at a time. Sent through a channel, passed to a call or returned from one, alone or in other
 * values, the box goes: its buffers and endpoints without a copy, as with {@link move}, the rest as a copy; here it is empty then. If
 * the message cannot be sent, the box stays as it is.
 *
 * What cannot travel is found out when it is sent: a {@link NotShareableError}.
 *
 * ```js
 * import { channel, own } from 'isolane';
 *
 * const [tx, rx] = channel();
 * const job = own({ name: 'image', pixels: new Uint8Array(1_000_000) });
 * tx.sendSync({ id: 1, job });
 * console.log(job.moved, rx.receiveSync().job.value.pixels.length); // true 1000000
 * try {
 *   job.value;
 * } catch (error) {
 *   console.log(error.code); // ERR_ISOLANE_MOVED
 * }
 * ```
 */
export function own<T>(value: T): Owned<T> {
  return value instanceof Owned ? value : new Owned<T>(unmarked(value));
}

/** What native code fills when a box arrives. */
export function emptyBox(): Owned<unknown> {
  return new Owned(NOTHING);
}
