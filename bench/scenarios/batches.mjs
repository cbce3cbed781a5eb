import { coreRing } from '../drivers/core-ring.mjs';
import { isolaneBatches } from '../drivers/isolane-batches.mjs';
import { postMessage, postMessageBatches } from '../drivers/post-message.mjs';
import { titlesOf } from '../lib/available.mjs';
import { inChild } from '../lib/child.mjs';
import { sampleAll, sampler } from '../lib/sampler.mjs';
import { figure } from '../lib/stats.mjs';
import { checkRatio } from '../lib/table.mjs';

export const name = 'batches';

/** Numbers a call. */
const size = 1024;

const contenders = new Map(
  Object.entries({
    arrays: { title: 'Isolane, arrays', open: () => isolaneBatches(new Array(size).fill(0.5)) },
    typed: { title: 'Isolane, typed arrays', open: () => isolaneBatches(new Float64Array(size)) },
    'post-message': { title: 'postMessage, each', open: () => postMessage.oneWay('number') },
    'post-batches': { title: 'postMessage, arrays', open: () => postMessageBatches(size) },
  }),
);

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  const { rounds, batchMs, core } = profile;
  step(`${size} numbers a call`);
  const outcomes = await attempt(name, () => inChild(import.meta.url, { rounds, batchMs }));
  const figures = figuresOf(outcomes, 'numbers', (ms) => 1000 / ms);
  /** @type {import('../lib/table.mjs').Row} */
  const row = { name: 'numbers', unit: 'messages/s', figures };
  const limit = core ? await attempt(coreRing.title, coreRing.limits) : undefined;
  if (limit) figures['core-ring'] = figure([1000 / limit.oneWay]);
  row.checks = ['arrays', 'typed'].flatMap((contender) => [
    ...checkRatio(row, { contender, baseline: 'post-message', atLeast: 100, target: '≥ 100×' }),
    ...checkRatio(row, { contender, baseline: 'core-ring', atLeast: 0.5, target: '≥ ring / 2' }),
  ]);
  return {
    title: `One way: numbers a second, ${size.toLocaleString('en')} a call`,
    contenders: { ...titlesOf(contenders), 'core-ring': coreRing.title },
    baseline: 'post-message',
    rows: [row],
    notes: [
      `Each number is a message. Sent by sendManySync() of ${size}, received by receiveManySync() of as many.`,
      'The arrays of postMessage are one message each, and have no bound on what is on the way. The bare C++ ring has one number a call.',
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
  const samplers = new Map();
  for (const [key, { open }] of contenders) {
    const most = key.startsWith('post') ? 1_000_000 : undefined;
    samplers.set(key, sampler(open, { batchMs, most }));
  }
  return sampleAll(samplers, rounds);
}
