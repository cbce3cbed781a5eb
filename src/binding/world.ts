/** What Node and interpreters both have beyond ECMAScript, and no more than what we use of it. */

declare function setTimeout(callback: () => void, ms: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function setImmediate(callback: () => void): unknown;
declare const performance: { now(): number };

/** V8's own, which TypeScript only knows of Node. */
const { captureStackTrace } = Error as unknown as {
  captureStackTrace(target: object, above: unknown): void;
};

/** The longest delay that timers take, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Monotonic milliseconds. */
export let now: () => number = () => performance.now();

/** Has {@link now} read another clock than the global one, which a guest may replace. */
export function setClock(clock: () => number): void {
  now = clock;
}

/** Calls `callback` once when `ms` have passed, never before; returns what stops it. */
export function startTimer(ms: number, callback: () => void): () => void {
  let left = ms;
  let timer: unknown;
  const next = (): void => {
    if (left <= 0) {
      callback();
      return;
    }
    // Node's timers cut fractions off, so that they would come too early.
    const step = Math.min(Math.ceil(left), LONGEST);
    left -= step;
    timer = setTimeout(next, step);
  };
  if (ms <= 0) timer = setTimeout(callback, 0);
  else next();
  return () => clearTimeout(timer);
}

/** Resolves when the event loop has turned once, so that timers and others have had their chance. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** An object whose `stack` is that of whoever called `above`. */
export function callSite(above: (...args: never) => unknown): { stack?: string } {
  const site = {};
  captureStackTrace(site, above);
  return site;
}
