/**
 * Calls that may be stopped, as seen by what waits on their behalf: timers, operations on channels, calls of theirs elsewhere. When
 * a call is stopped, these are given up, so that its code, which stands at an await, never goes on.
 *
 * Only interpreters have such calls; in Node nothing here does anything.
 */

type Stop = () => void;

/** By tag, for the calls that run. */
const running = new Map<number, Set<Stop>>();

/** Tags of calls that were stopped; the last ones will do, as nothing is left that could wake old ones. */
const stopped = new Set<number>();
const MOST_STOPPED = 1000;

let currentTag: () => number = () => 0;
let enterCode: (tag: number) => void = () => {};

/** Says how to find the tag of the call whose code runs now; and whom to tell whose will run in what is left of this turn of the loop. */
export function setTags(find: () => number, enter: (tag: number) => void = () => {}): void {
  currentTag = find;
  enterCode = enter;
}

export function startScope(tag: number): void {
  running.set(tag, new Set());
}

/** The call is done; what it left behind is nobody's business. */
export function endScope(tag: number): void {
  running.delete(tag);
}

/** Gives up all that waits for the call. */
export function stopScope(tag: number): void {
  const stops = running.get(tag);
  if (stops === undefined) return;
  running.delete(tag);
  stopped.add(tag);
  for (const oldest of stopped) {
    if (stopped.size <= MOST_STOPPED) break;
    stopped.delete(oldest);
  }
  for (const stop of stops) {
    try {
      stop();
    } catch {
      // It told something of the user's, such as a signal. The others are to stop as well.
    }
  }
}

/** Whether that call was stopped, and not long ago. */
export function wasStopped(tag: number): boolean {
  return stopped.has(tag);
}

/** The tag of the call whose code runs now, if that may be stopped; otherwise 0. */
export function currentScope(): number {
  if (running.size === 0) return 0;
  const tag = currentTag();
  return running.has(tag) ? tag : 0;
}

/**
 * To be called in the event loop before anything is settled for which a call waits: its code runs next, and is the one to blame if it does
 * not stop. `scope`: what `currentScope()` was when it began to wait.
 */
export function goOn(scope: number): void {
  if (scope !== 0 && running.has(scope)) enterCode(scope);
}

/** Whether the code that runs now is that of a call that was stopped, so that it should wait for nothing any more. */
export function isStopped(): boolean {
  return stopped.size > 0 && stopped.has(currentTag());
}

/** Calls `stop` if the call whose code runs now is stopped. Returns what takes that back. */
export function whenStopped(stop: Stop): (() => void) | undefined {
  const stops = running.get(currentScope());
  if (stops === undefined) return undefined;
  stops.add(stop);
  return () => stops.delete(stop);
}

/** What code that is to stop is given to wait for. */
export function neverSettles(): Promise<never> {
  return new Promise(() => {});
}
