import { availableParallelism } from 'node:os';
import { contenders as all } from '../drivers/contender.mjs';
import { titlesOf } from '../lib/available.mjs';
import { busyProcesses } from '../lib/busy.mjs';
import { inChild } from '../lib/child.mjs';
import { addOutcomes, figure, interleaved } from '../lib/stats.mjs';
import { messageSampler } from './traffic.mjs';

export const name = 'oversubscribed';

const busyPerCore = 4;
// What the event loop does there would be a matter of its own.
const contenders = new Map([...all].filter(([key]) => key !== 'isolane-async'));

/**
 * @typedef {Record<string, import('../lib/stats.mjs').Outcome>} Outcomes
 * @typedef {import('../lib/table.mjs').Row} Row
 */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  const cores = availableParallelism();
  const busy = busyPerCore * cores;
  step(`beside ${busy} busy processes`);
  const { crowdedRounds, batchMs } = profile;
  /** @type {{ quiet: Outcomes, crowded: Outcomes } | undefined} */
  const found = await attempt(name, () =>
    inChild(import.meta.url, { busy, rounds: crowdedRounds, batchMs }),
  );
  const perSecond = (/** @type {number} */ ms) => 1000 / ms;
  const quiet = figuresOf(found?.quiet, 'quiet', perSecond);
  const crowded = figuresOf(found?.crowded, 'crowded', perSecond);
  const share = fairShare(cores, busy);
  return {
    title: `Beside ${busyPerCore} busy processes a core: numbers one way`,
    contenders: titlesOf(contenders),
    rows: [
      { name: 'alone', unit: 'messages/s', figures: quiet },
      { name: `beside ${busy} busy processes`, unit: 'messages/s', figures: crowded },
      partOfShare(quiet, crowded, share),
    ],
    notes: [
      `The fair share: two parties have ${(share * 100).toFixed(0)} % of the processor time that they have alone, if all run all the time.`,
    ],
  };
}

/**
 * The part of what two threads have alone that they are due beside others.
 *
 * @param {number} cores
 * @param {number} busy
 */
const fairShare = (cores, busy) => Math.min(1, cores / (busy + 2)) / Math.min(1, cores / 2);

/**
 * @param {Row['figures']} quiet
 * @param {Row['figures']} crowded
 * @param {number} share
 * @returns {Row}
 */
function partOfShare(quiet, crowded, share) {
  /** @type {Row} */
  const row = { name: 'of its fair share', unit: 'share', figures: {} };
  for (const [key, { median }] of Object.entries(crowded)) {
    if (quiet[key]) row.figures[key] = figure([median / (quiet[key].median * share)]);
  }
  const isolane = row.figures.isolane?.median;
  if (isolane !== undefined) {
    const [target, measured] = ['> 0.5', isolane.toFixed(2)];
    row.checks = [{ target, measured, met: isolane > 0.5 }];
  }
  return row;
}

/**
 * Rounds alone and rounds in the crowd take turns.
 *
 * @param {{ busy: number, rounds: number, batchMs: number }} options
 * @returns {Promise<{ quiet: Outcomes, crowded: Outcomes }>}
 */
export async function measure({ busy, rounds, batchMs }) {
  const samplers = new Map();
  for (const [key, contender] of contenders) {
    const options = /** @type {const} */ ({ direction: 'oneWay', kindName: 'number', batchMs });
    samplers.set(key, messageSampler(contender, options));
  }
  const round = () => interleaved(samplers, 1, ({ sample }) => sample());
  /** @type {{ quiet: Outcomes, crowded: Outcomes }} */
  const found = { quiet: {}, crowded: {} };
  for (let i = 0; i < rounds; i++) {
    addOutcomes(found.quiet, await round());
    const end = await busyProcesses(busy);
    try {
      addOutcomes(found.crowded, await round());
    } finally {
      await end();
    }
  }
  for (const { close } of samplers.values()) await close();
  return found;
}
