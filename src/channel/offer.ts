import type { Packed } from '../binding/binding.js';
import type { Sender } from './sender.js';

/**
 * A message that is sent if a `select` chooses it, made by `sender.offer(value)`. It is encoded once, and can stand in several selects
 * until one has sent it.
 */
export class Offer {
  /** Whether it was sent. */
  taken = false;

  /** @internal */
  constructor(
    readonly sender: Sender<never>,
    /** @internal */
    readonly message: Packed,
    /** What was offered, unencoded, for errors. @internal */
    readonly value: unknown,
  ) {}
}
