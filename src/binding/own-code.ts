/**
 * Where our own code changes what outlives a call. A call may be stopped anywhere in its code, by an exception that nothing catches, and
 * what it asks of us is part of that; but we must not be left with half a change. So native code looks here, and puts the stop off until
 * we are done (native/isolate/own_code.h).
 */

const RUNS = 0;
const PUT_OFF = 1;

/** In Node nobody else looks. */
let shared: Int32Array = new Int32Array(2);

let stopNow: () => boolean = () => false;

/** Has native code look. `stop` stops the code that runs, if it is that of a call that is to stop; whether it is. */
export function shareOwnCode(memory: Int32Array, stop: () => boolean): void {
  shared = memory;
  stopNow = stop;
}

/**
 * Runs code of ours that is either run whole or not at all. It must come to an end soon, and run no user code. Where it blocks and a stop
 * was put off, that is interrupted.
 */
export function whole<R>(code: () => R): R {
  const before = shared[RUNS] as number;
  shared[RUNS] = 1;
  try {
    return code();
  } finally {
    shared[RUNS] = before;
    if (before === 0 && shared[PUT_OFF] !== 0) takeUpStop();
  }
}

/** Returns if nothing is to stop here after all. */
function takeUpStop(): void {
  if (!stopNow()) return;
  // The engine looks for itself in every round: nothing after this runs.
  for (;;);
}
