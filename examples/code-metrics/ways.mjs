/**
 * The three ways to do the job, and how one is run and timed.
 */

import { aggregate } from './aggregate.mjs';

/**
 * @typedef {object} Job
 * @property {string} folder
 * @property {number} parallel how many interpreters, or Workers
 * @property {(result: import('./metrics.mjs').FileResult) => void} onResult is told of every file, in any order
 */

/** @typedef {(job: Job) => Promise<void>} Way */
/** @typedef {'isolane' | 'workerThreads' | 'oneThread'} WayName */

/** @type {Readonly<Record<WayName, () => Promise<{ run: Way }>>>} */
const ways = {
  isolane: () => import('./with-isolane.mjs'),
  workerThreads: () => import('./with-workers.mjs'),
  oneThread: () => import('./one-thread.mjs'),
};

/** @type {readonly [WayName, ...WayName[]]} */
export const wayNames = ['isolane', 'workerThreads', 'oneThread'];

/**
 * Does the job in one way, timed from nothing: loading its code and creating its interpreters or Workers are part of it.
 *
 * @param {WayName} name
 * @param {Omit<Job, 'onResult'> & { onFile: () => void }} job `onFile` is called for every file that is done
 */
export async function doJob(name, { folder, parallel, onFile }) {
  /** @type {import('./metrics.mjs').FileResult[]} */
  const results = [];
  const start = performance.now();
  const { run } = await ways[name]();
  await run({
    folder,
    parallel,
    onResult: (result) => {
      results.push(result);
      onFile();
    },
  });
  const report = aggregate(results);
  return { report, ms: Math.round(performance.now() - start) };
}
