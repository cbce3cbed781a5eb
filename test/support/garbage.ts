import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from './wait.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
// Interpreters that are made later are to be as they are everywhere else.
setFlagsFromString('--no-expose-gc');

/** Collects garbage until a condition holds; finalizers run in turns of their own. */
export function collectUntil(condition: () => boolean, what: string): Promise<void> {
  return until(() => {
    gc();
    return condition();
  }, what);
}
