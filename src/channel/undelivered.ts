import { Loss, NativeLetter } from '../binding/codes.js';
import { handleLetters } from '../binding/post-office.js';

/** Why a message that was accepted is never received. */
export interface Undelivered {
  /**
   * `overflow`: the channel was full, and drops messages then; `closed`: its last receiver was closed, or ended with its interpreter;
   * `poisoned`: the channel was.
   */
  readonly reason: 'overflow' | 'closed' | 'poisoned';
  /** The channel's id. */
  readonly channel: number;
}

/** Is told of a message that is never received. */
export type OnUndelivered<T> = (value: T, info: Undelivered) => void;

const listeners = new Map<number, OnUndelivered<unknown>>();

/** Has `listener` told of what the channel loses, for as long as that exists. */
export function listenForLosses(channel: number, listener: OnUndelivered<unknown>): void {
  listeners.set(channel, listener);
}

const reasons = {
  [Loss.overflow]: 'overflow',
  [Loss.closed]: 'closed',
  [Loss.poisoned]: 'poisoned',
} as const;

handleLetters(NativeLetter.undelivered, (_from, id, value) => {
  const loss = id % 4;
  const channel = (id - loss) / 4;
  const listener = listeners.get(channel);
  if (loss === Loss.none) listeners.delete(channel);
  else listener?.(value, { reason: reasons[loss as keyof typeof reasons], channel });
});
