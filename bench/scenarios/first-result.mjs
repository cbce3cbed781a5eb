import { beginnings } from '../drivers/beginnings.mjs';
import { inChild } from '../lib/child.mjs';
import { interleaved } from '../lib/stats.mjs';
import { checkRatio } from '../lib/table.mjs';

const self = import.meta.url;

export const name = 'first-result';

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  step('in a fresh process');
  const cold = await interleaved(entries(), profile.processes, ([contender]) =>
    inChild(self, { contender }),
  );
  step('one after another');
  const warm = await attempt('one after another', () => inChild(self, { rounds: profile.starts }));
  /** @type {import('../lib/table.mjs').Row} */
  const row = { name: 'one more', unit: 'ms', figures: figuresOf(warm, 'one more') };
  const target = '≥ 10×';
  const compared = { contender: 'isolane', baseline: 'worker', atLeast: 10, target };
  return {
    title: 'Time from nothing to the first result',
    contenders: { isolane: 'Isolane', worker: 'Worker' },
    baseline: 'worker',
    rows: [
      { ...row, checks: checkRatio(row, compared) },
      { name: 'the first of a process', unit: 'ms', figures: figuresOf(cold, 'the first') },
    ],
    notes: [
      'n×: times faster than a Worker. Interpreter.create() and a call; a new Worker and its first message. The first of a process loads Isolane, too.',
    ],
  };
}

/**
 * @param {{ contender: string } | { rounds: number }} options the time of one, or of all in turn
 */
export async function measure(options) {
  if ('contender' in options) return timeOf(beginnings[options.contender]);
  for (const begin of Object.values(beginnings)) await timeOf(begin);
  return interleaved(entries(), options.rounds, ([, begin]) => timeOf(begin));
}

const entries = () => new Map(Object.entries(beginnings).map((entry) => [entry[0], entry]));

/** @param {(typeof beginnings)[string]} begin */
async function timeOf(begin) {
  const start = performance.now();
  const begun = await begin();
  const ms = performance.now() - start;
  await begun.end();
  return ms;
}
