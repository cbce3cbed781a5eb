import { native } from '../binding/binding.js';
import { post } from '../binding/post-office.js';
import { writeTo } from './console.js';
import { ownConsoleRoute } from './console-routes.js';
import { type EncodedError, encodeError } from './errors-that-cross.js';
import { interpreterName } from './names.js';
import { type ConsoleRoute, type ErrorRoute, Letter, type UncaughtBody } from './protocol.js';
import { ownErrorRoute } from './uncaught-errors.js';
import { unspeakable } from './unspeakable.js';

/** Tells of what nobody caught here. `host`: the console for it if ours is ignored. */
export function reportUncaught(
  kind: UncaughtBody['kind'],
  error: unknown,
  host: ConsoleRoute,
): void {
  const route = ownErrorRoute();
  if (route !== undefined) {
    if (tell(route, kind, encodeError(error)) ?? tell(route, kind, unspeakable())) return;
  }
  const console = ownConsoleRoute();
  const what = kind === 'unhandledRejection' ? 'Uncaught (in promise)' : 'Uncaught';
  const where = interpreterName(native.partyId, native.partyName);
  // A console that is ignored is not a reason to hide mistakes.
  writeTo(console.to < 0 ? host : console, 'error', [`${what} in ${where}:`, error]);
}

/** Whether somebody is there to be told; undefined if it could not be sent. */
function tell(
  { to, route }: ErrorRoute,
  kind: UncaughtBody['kind'],
  error: EncodedError,
): boolean | undefined {
  const body: UncaughtBody = { kind, error, name: native.partyName };
  try {
    return post(to, Letter.uncaught, route, body);
  } catch {
    return undefined;
  }
}
