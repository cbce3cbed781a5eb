/**
 * The stage of the pipeline that runs in every interpreter. It blocks while there is nothing to do, and ends with its input.
 */

import { measure } from './metrics.mjs';

/**
 * @param {import('isolane').Receiver<import('./source-files.mjs').SourceFile>} files
 * @param {import('isolane').Sender<import('./metrics.mjs').FileResult>} results
 */
export function run(files, results) {
  try {
    for (const { path, bytes } of files) results.sendSync(measure(path, bytes));
  } finally {
    files.close();
    results.close();
  }
}
