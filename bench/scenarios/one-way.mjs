import { coreRing } from '../drivers/core-ring.mjs';
import { inChild } from '../lib/child.mjs';
import { kindNames } from '../lib/messages.mjs';
import { figure } from '../lib/stats.mjs';
import { checkRatio } from '../lib/table.mjs';
import { titles } from './traffic.mjs';

const traffic = new URL('./traffic.mjs', import.meta.url).href;

export const name = 'one-way';
export const parts = kindNames;

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, wants, step, attempt }) {
  const rows = [];
  for (const kindName of kindNames.filter(wants)) {
    step(kindName);
    rows.push(await measureKind(kindName, profile, attempt));
  }
  return {
    title: 'One way: messages a second, one message a call',
    contenders: titles,
    baseline: 'post-message',
    rows,
    notes: [
      '(n×): times postMessage. Isolane and the rings have 1,024 cells and block; postMessage sends a whole batch at once.',
      'A moved buffer is made anew for each message; a copied one is filled once.',
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
  const row = { name: kindName, unit: 'messages/s', figures: {} };
  const options = { direction: 'oneWay', kindName, rounds, batchMs };
  const outcomes = await attempt(kindName, () => inChild(traffic, options));
  for (const [key, samples] of attempt.samplesOf(kindName, outcomes)) {
    row.figures[key] = figure(samples.map((ms) => 1000 / ms));
  }
  if (kindName !== 'number') return row;
  if (core) {
    const limits = await attempt('bare C++ ring', coreRing);
    if (limits) row.figures['core-ring'] = figure([limits.oneWay]);
  }
  const target = '≥ 15 × postMessage';
  const compared = { contender: 'isolane', baseline: 'post-message', atLeast: 15, target };
  return { ...row, checks: checkRatio(row, compared) };
}
