import { isolaneCrowd } from '../drivers/isolane-crowd.mjs';
import { inChild } from '../lib/child.mjs';
import { sampleAll, sampler } from '../lib/sampler.mjs';
import { checkRatio } from '../lib/table.mjs';

export const name = 'many-to-many';

/** How many send, and how many receive. */
const crowds = [1, 4, 8];

const titleOf = (/** @type {number} */ each) => `${each} to ${each}`;

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  const { rounds, batchMs } = profile;
  step('numbers');
  const outcomes = await attempt(name, () => inChild(import.meta.url, { rounds, batchMs }));
  const figures = figuresOf(outcomes, 'numbers', (ms) => 1000 / ms);
  /** @type {import('../lib/table.mjs').Row} */
  const row = { name: 'numbers', unit: 'messages/s', figures };
  row.checks = crowds.slice(1).flatMap((each) =>
    checkRatio(row, {
      contender: titleOf(each),
      baseline: titleOf(1),
      atLeast: 0.5,
      target: `${titleOf(each)} ≥ half`,
    }),
  );
  return {
    title: 'Many to many: numbers through one channel, between interpreters',
    contenders: Object.fromEntries(crowds.map((each) => [titleOf(each), titleOf(each)])),
    baseline: titleOf(1),
    rows: [row],
    notes: [
      'Each sender and each receiver is an interpreter of its own; 8 to 8 are 16 threads that could all run.',
    ],
  };
}

/**
 * Milliseconds a number.
 *
 * @param {{ rounds: number, batchMs: number }} options
 * @returns {Promise<Record<string, import('../lib/stats.mjs').Outcome>>}
 */
export function measure({ rounds, batchMs }) {
  return sampleAll(
    crowds.map((each) => [titleOf(each), sampler(() => isolaneCrowd(each), { batchMs })]),
    rounds,
  );
}
