/** Functions of the user's that are called from the event loop, for nobody who could be told what they throw. */

/** In Node that is an uncaught exception by itself. */
let report: ((error: unknown) => void) | undefined;

/** Says what becomes of what they throw, where nobody else sees to it. */
export function reportThrown(reporter: (error: unknown) => void): void {
  report = reporter;
}

export function callListener(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    if (report === undefined) throw error;
    report(error);
  }
}
