/**
 * Where code can run: Node's main thread, an interpreter, a Worker.
 *
 * @typedef {object} World
 * @property {string} title
 * @property {(name: string) => Promise<Running>} load a kernel
 *
 * @typedef {import('../lib/sampler.mjs').Session & { result: number }} Running with what the kernel computes
 */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { octaneNames } from '../lib/kernels.mjs';
import { installOctane, octaneScripts } from './octane.mjs';

const guest = new URL('./guests/kernel.mjs', import.meta.url);

/** @type {World} */
export const main = {
  title: 'main thread',
  async load(name) {
    const { load, run } = await import('./guests/kernel.mjs');
    return { result: await load(name, textsOf(name)), run, close() {} };
  },
};

/** @type {World} */
const interpreter = {
  title: 'interpreter',
  async load(name) {
    const { Interpreter } = await import('isolane');
    const interpreter = await Interpreter.create();
    const { load, run } = await interpreter.import(guest);
    const result = await load(name, textsOf(name));
    return { result, run, close: () => interpreter.close() };
  },
};

/** @type {World} */
const worker = {
  title: 'Worker',
  async load(name) {
    const worker = new Worker(new URL('./guests/kernel-worker.mjs', import.meta.url));
    const ask = async (/** @type {object} */ question) => {
      worker.postMessage(question);
      const [answer] = await once(worker, 'message');
      return answer;
    };
    const result = await ask({ name, texts: textsOf(name) });
    return { result, run: (count) => ask({ count }), close: () => worker.terminate() };
  },
};

/** @type {ReadonlyMap<string, World>} */
export const worlds = new Map(Object.entries({ main, interpreter, worker }));

/**
 * Fetches what a kernel needs; rejects with a Failure where it cannot be had.
 *
 * @param {string} name
 */
export async function prepareKernel(name) {
  if (octaneNames.includes(name)) await installOctane();
}

/**
 * The files that a kernel works on, which only Node can read.
 *
 * @param {string} name
 * @returns {string[]}
 */
function textsOf(name) {
  if (octaneNames.includes(name)) return octaneScripts(name);
  // Acorn parses itself.
  if (name === 'acorn') return [readFileSync(fileURLToPath(import.meta.resolve('acorn')), 'utf8')];
  return [];
}
