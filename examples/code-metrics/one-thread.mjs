/**
 * The job on one thread: a loop.
 */

import { measure } from './metrics.mjs';
import { sourceFiles } from './source-files.mjs';

/** @type {import('./ways.mjs').Way} */
export async function run({ folder, onResult }) {
  for (const file of sourceFiles(folder)) {
    onResult('error' in file ? file : measure(file.path, file.bytes));
  }
}
