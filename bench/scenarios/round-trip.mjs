import { coreRing } from '../drivers/core-ring.mjs';
import { inChild } from '../lib/child.mjs';
import { kindNames } from '../lib/messages.mjs';
import { figure } from '../lib/stats.mjs';
import { checkRatio } from '../lib/table.mjs';
import { titles } from './traffic.mjs';

const traffic = new URL('./traffic.mjs', import.meta.url).href;

export const name = 'round-trip';
export const parts = kindNames;

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, wants, step, attempt }) {
  const rows = [];
  for (const kindName of kindNames.filter(wants)) {
    step(kindName);
    rows.push(await measureKind(kindName, profile, attempt));
  }
  return {
    title: 'Round trip: time from a message to its echo',
    contenders: titles,
    baseline: 'post-message',
    rows,
    notes: [
      '(n×): times shorter than by postMessage. Means of batches; of the bare C++ ring, the median of single trips.',
    ],
  };
}

/**
 * @param {string} kindName
 * @param {import('../run.mjs').Profile} profile
 * @param {import('../run.mjs').Context['attempt']} attempt
 */
async function measureKind(kindName, { rounds, batchMs, core }, attempt) {
  /** @type {import('../lib/table.mjs').Row} */
  const row = { name: kindName, unit: 'ms', figures: {} };
  const options = { direction: 'roundTrip', kindName, rounds, batchMs };
  const outcomes = await attempt(kindName, () => inChild(traffic, options));
  for (const [key, samples] of attempt.samplesOf(kindName, outcomes)) {
    row.figures[key] = figure(samples);
  }
  if (kindName !== 'number') return row;
  if (core) {
    const limits = await attempt('bare C++ ring', coreRing);
    if (limits) row.figures['core-ring'] = figure([limits.roundTrip]);
  }
  const target = '≥ 20 × shorter than postMessage';
  const compared = { contender: 'isolane', baseline: 'post-message', atLeast: 20, target };
  return { ...row, checks: checkRatio(row, compared) };
}
