import { prepareKernel, worlds } from '../drivers/worlds.mjs';
import { titlesOf } from '../lib/available.mjs';
import { inChild } from '../lib/child.mjs';
import { kernelNames } from '../lib/kernels.mjs';
import { sampleAll, sampler } from '../lib/sampler.mjs';
import { addOutcomes } from '../lib/stats.mjs';
import { geometricMean } from '../lib/table.mjs';

export const name = 'single-thread';
export const parts = kernelNames;

/**
 * @typedef {Record<string, import('../lib/stats.mjs').Outcome>} Outcomes
 * @typedef {import('../lib/table.mjs').Row} Row
 */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, wants, step, attempt, figuresOf }) {
  const { processes, rounds, batchMs } = profile;
  /** @type {Row[]} */
  const rows = [];
  for (const kernel of kernelNames.filter(wants)) {
    step(kernel);
    /** @type {Outcomes} */
    const outcomes = {};
    for (let i = 0; i < processes; i++) {
      const found = await attempt(kernel, async () => {
        await prepareKernel(kernel);
        return inChild(import.meta.url, { kernel, rounds, batchMs });
      });
      if (found === undefined) break;
      addOutcomes(outcomes, found);
    }
    rows.push({ name: kernel, unit: 'ms', figures: figuresOf(outcomes, kernel) });
  }
  const mean = geometricMean(rows, 'main', ['interpreter', 'worker']);
  const measured = mean.figures['interpreter']?.median;
  if (measured !== undefined) {
    mean.checks = [{ target: '≥ 0.97', measured: measured.toFixed(3), met: measured >= 0.97 }];
  }
  return {
    title: 'The same computations in one thread',
    contenders: titlesOf(worlds),
    baseline: 'main',
    rows: [...rows, mean],
    notes: [
      `n×: times faster than in Node's main thread of the same process. In turn, in ${processes} processes each.`,
    ],
  };
}

/**
 * @param {{ kernel: string, rounds: number, batchMs: number }} options
 * @returns {Promise<Outcomes>}
 */
export async function measure({ kernel, rounds, batchMs }) {
  const running = new Map();
  for (const [key, { load }] of worlds) running.set(key, await load(kernel));
  const results = new Set([...running.values()].map(({ result }) => result));
  if (results.size > 1) throw new Error(`it computed ${[...results].join(' and ')}`);
  return sampleAll(
    [...running].map(([key, one]) => [key, sampler(async () => one, { batchMs, worth: () => 1 })]),
    rounds,
  );
}
