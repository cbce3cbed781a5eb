/**
 * Calls that can never end. When code is stopped that runs in a microtask, the engine drops all others that are queued, and a call whose
 * continuation was among them would wait for ever. Which those are it does not say; but then nothing is left that could settle what the
 * call has promised, so the promise is garbage.
 */

import { isHeld } from '../binding/alive.js';
import { interruptCall, openCalls } from '../interpreter/serve.js';
import { guest } from './binding.js';
import { anyTimer, timerGlobals } from './timers.js';

/** Milliseconds until the first look again; later ones come after twice as long each time. */
const SHORTEST = 100;

/** Calls that were open when microtasks were dropped: one of several promises may be lost that a call waits for, and the others not yet. */
let suspects = new Set<number>();

let closing = false;
let wait = SHORTEST;
let timer: unknown;

/** To be called when microtasks may have been dropped. */
export function microtasksDropped(): void {
  suspects = new Set(openCalls.keys());
  lookFromNow();
}

/** To be called when the interpreter is to close as soon as no call is open. */
export function closeWithoutLost(): void {
  closing = true;
  lookFromNow();
}

function lookFromNow(): void {
  timerGlobals.clearTimeout(timer);
  wait = SHORTEST;
  look();
}

function look(): void {
  // One that was told to stop has its own answer.
  const left = [...suspects].filter((key) => openCalls.has(key) && !guest.isCancelled(key));
  suspects = new Set(left);
  if (suspects.size === 0) return;
  // Nobody asks for anything any more: what waits, waits for code that was dropped.
  const isOver = closing && !isHeld() && !anyTimer();
  if (!isOver) guest.collectGarbage();
  for (const key of suspects) {
    if (isOver || openCalls.get(key)?.promise.deref() === undefined) interruptCall(key);
  }
  timer = timerGlobals.setTimeout(look, wait);
  wait *= 2;
}
