import { interpreterName } from '../interpreter/names.js';
import { guest } from './binding.js';
import { write } from './console.js';

/** Prints what nobody caught; the interpreter goes on. */
export function reportUncaught(error: unknown): void {
  write('error', [`Uncaught in ${interpreterName(guest.partyId, guest.partyName)}:`, error]);
}

const unhandled = new Map<Promise<unknown>, unknown>();

/** Notes that a promise was rejected without a handler (or got one after all); reported at the end of the turn. */
export function noteRejection(
  promise: Promise<unknown>,
  reason: unknown,
  isUnhandled: boolean,
  later: (callback: () => void) => void,
): void {
  if (!isUnhandled) {
    unhandled.delete(promise);
    return;
  }
  if (unhandled.size === 0) later(reportRejections);
  unhandled.set(promise, reason);
}

function reportRejections(): void {
  const reasons = [...unhandled.values()];
  unhandled.clear();
  const name = interpreterName(guest.partyId, guest.partyName);
  for (const reason of reasons) write('error', [`Uncaught (in promise) in ${name}:`, reason]);
}
