import { guest } from './binding.js';
import { hasLibrary, library } from './library.js';

let finishing = false;

/** Ends the interpreter after this turn, in which what was rejected may still get its handler. */
export function finish(): void {
  finishing = true;
  guest.setTimer(0);
}

/** Runs what is due. */
export function runTimers(): void {
  if (!finishing) {
    library().runTimers();
    return;
  }
  finishing = false;
  // Where it was never loaded there is nothing to report.
  if (hasLibrary()) library().finish();
  else guest.finish();
}
