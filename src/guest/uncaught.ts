import { ownConsoleRoute } from '../interpreter/console-routes.js';
import { encodeError } from '../interpreter/errors-that-cross.js';
import { interpreterName } from '../interpreter/names.js';
import { post } from '../interpreter/post-office.js';
import { Letter, type UncaughtBody } from '../interpreter/protocol.js';
import { ownErrorRoute } from '../interpreter/uncaught-errors.js';
import { guest } from './binding.js';
import { writeTo } from './console.js';

/** Tells of an exception that nobody caught; the interpreter goes on. */
export function reportUncaught(error: unknown): void {
  report('uncaughtException', error);
}

function report(kind: UncaughtBody['kind'], error: unknown): void {
  const route = ownErrorRoute();
  if (route !== undefined) {
    const body: UncaughtBody = { kind, error: encodeError(error), name: guest.partyName };
    if (post(route.to, Letter.uncaught, route.route, body)) return;
  }
  const console = ownConsoleRoute();
  const what = kind === 'unhandledRejection' ? 'Uncaught (in promise)' : 'Uncaught';
  const where = interpreterName(guest.partyId, guest.partyName);
  // A console that is ignored is not a reason to hide mistakes.
  const to = console.to < 0 ? { to: guest.hostId, route: 0 } : console;
  writeTo(to, 'error', [`${what} in ${where}:`, error]);
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
