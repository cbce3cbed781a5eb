/** Where what nobody caught in an interpreter goes. */

import { native } from '../binding/binding.js';
import { handleLetters, Unreadable } from '../binding/post-office.js';
import { decodeError } from './errors-that-cross.js';
import { callListener } from './listeners.js';
import { interpreterName } from './names.js';
import { type ErrorRoute, Letter, type UncaughtBody } from './protocol.js';
import { inSpiteOf } from './unknown-classes.js';

/** What is known of an error that nobody caught. */
export interface UncaughtInfo {
  /** Thrown by a timer, a microtask, an event's listener or the like; or a promise that was rejected without a handler. */
  kind: 'uncaughtException' | 'unhandledRejection';
  /** The id of the interpreter where it happened: the one that was created, or one that this made. */
  interpreter: number;
}

export type OnError = (error: unknown, info: UncaughtInfo) => void;

const listeners = new Map<number, OnError>();
let lastRoute = 0;

/** Where the errors of this party go, and of interpreters that it makes; undefined: to the console. */
let inherited: ErrorRoute | undefined;

export function ownErrorRoute(): ErrorRoute | undefined {
  return inherited;
}

/** The route for a new interpreter; undefined: the console. */
export function errorRoute(listener: OnError | undefined): ErrorRoute | undefined {
  if (listener === undefined) return inherited;
  const route = ++lastRoute;
  listeners.set(route, listener);
  return { to: native.partyId, route };
}

export function forgetErrorRoute(route: ErrorRoute | undefined): void {
  if (route !== undefined && route.to === native.partyId) listeners.delete(route.route);
}

handleLetters(Letter.errors, (_from, _id, body) => {
  inherited = body as ErrorRoute;
});

handleLetters(Letter.uncaught, (from, route, body) => {
  const tell = (error: unknown, kind: UncaughtInfo['kind']): void => {
    // What the listener throws is this party's own uncaught exception.
    callListener(() => listeners.get(route)?.(error, { kind, interpreter: from }));
  };
  // What it was is not known then, but that it was.
  const read = body instanceof Unreadable ? inSpiteOf(body.problem) : body;
  if (read === undefined) return tell((body as Unreadable).problem, 'uncaughtException');
  const { kind, error, name } = read as UncaughtBody;
  tell(decodeError(error, interpreterName(from, name)), kind);
});
