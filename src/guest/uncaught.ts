import type { UncaughtBody } from '../interpreter/protocol.js';
import { reportUncaught as reportTo } from '../interpreter/report-uncaught.js';
import { guest } from './binding.js';

/** Tells of an exception that nobody caught; the interpreter goes on. */
export function reportUncaught(error: unknown): void {
  report('uncaughtException', error);
}

function report(kind: UncaughtBody['kind'], error: unknown): void {
  reportTo(kind, error, { to: guest.hostId, route: 0 });
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

/** Reports what is noted now. */
export function reportRejections(): void {
  const reasons = [...unhandled.values()];
  unhandled.clear();
  for (const reason of reasons) report('unhandledRejection', reason);
}
