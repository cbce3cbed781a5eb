import { currentScope, goOn, wasStopped } from '../binding/call-scope.js';
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

interface Rejection {
  readonly reason: unknown;
  /** The call whose code it was, should that be one that may be stopped. */
  readonly scope: number;
}

const unhandled = new Map<Promise<unknown>, Rejection>();

/** Calls code of ours later, outside of all calls. */
type Later = (callback: () => void) => void;

/** Notes that a promise was rejected without a handler (or got one after all); reported at the end of the turn. */
export function noteRejection(
  promise: Promise<unknown>,
  reason: unknown,
  isUnhandled: boolean,
  later: Later,
): void {
  if (!isUnhandled) {
    unhandled.delete(promise);
    return;
  }
  if (unhandled.size === 0) later(() => reportInTurn(take(), 0, later));
  unhandled.set(promise, { reason, scope: currentScope() });
}

/** Reports what is noted now, when no call is left. */
export function reportRejections(): void {
  for (const { reason } of take()) report('unhandledRejection', reason);
}

function take(): Rejection[] {
  const noted = [...unhandled.values()];
  unhandled.clear();
  return noted;
}

/** One at a time: to read a reason is to run user code, which is stopped with its call, and only that. */
function reportInTurn(noted: readonly Rejection[], at: number, later: Later): void {
  const rejection = noted[at];
  if (rejection === undefined) return;
  later(() => reportInTurn(noted, at + 1, later));
  const { reason, scope } = rejection;
  // What is left of a call that was stopped runs no more.
  if (wasStopped(scope)) return;
  goOn(scope);
  report('unhandledRejection', reason);
}
