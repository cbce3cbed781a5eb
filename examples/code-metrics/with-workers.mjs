/**
 * The job by `worker_threads` and `postMessage`, as one would write it with care: every Worker has a few files on the way, so
 * that it never waits for the next one, and gets another for each that it has done.
 */

import { Worker } from 'node:worker_threads';
import { sourceFiles } from './source-files.mjs';

/** @typedef {import('./ways.mjs').Job} Job */

/** How many files may be on the way to one Worker. */
const windowSize = 16;

/** @type {import('./ways.mjs').Way} */
export async function run({ folder, parallel, onResult }) {
  const files = sourceFiles(folder);
  const script = new URL('./worker.mjs', import.meta.url);
  const workers = Array.from({ length: parallel }, () => new Worker(script));
  try {
    await Promise.all(workers.map((worker) => serve(worker, files, onResult)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/**
 * Keeps one Worker busy until no file is left and its last result is there.
 *
 * @param {Worker} worker
 * @param {ReturnType<typeof sourceFiles>} files
 * @param {Job['onResult']} onResult
 * @returns {Promise<void>}
 */
function serve(worker, files, onResult) {
  return new Promise((resolve, reject) => {
    let onTheWay = 0;

    const refill = () => {
      while (onTheWay < windowSize) {
        const { done, value: file } = files.next();
        if (done) break;
        if ('error' in file) {
          onResult(file);
        } else {
          worker.postMessage(file, [file.bytes.buffer]);
          onTheWay++;
        }
      }
      if (onTheWay === 0) resolve();
    };

    worker.on('message', (result) => {
      onTheWay--;
      onResult(result);
      refill();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`A Worker ended early, with code ${code}`)));
    refill();
  });
}
