/**
 * One kernel of this world: Node's main thread, an interpreter or a Worker.
 */

import { kernelNamed } from '../../lib/kernels.mjs';

/** @type {import('../../lib/kernels.mjs').Kernel} */
let kernel;

/** @type {number} */
let expected;

/**
 * @param {string} name
 * @param {string[]} texts
 * @returns {Promise<number>} what it computes
 */
export async function load(name, texts) {
  kernel = await kernelNamed(name, texts);
  expected = kernel();
  return expected;
}

/**
 * @param {number} count
 * @returns {import('../../lib/sampler.mjs').Batch} the sum is how many computed what they should
 */
export function run(count) {
  let sum = 0;
  const start = performance.now();
  for (let n = 0; n < count; n++) if (kernel() === expected) sum++;
  return { ms: performance.now() - start, sum };
}
