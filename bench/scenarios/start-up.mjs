import { beginningNamed, beginnings } from '../drivers/beginnings.mjs';
import { available, byFlags, titlesOf } from '../lib/available.mjs';
import { inChild } from '../lib/child.mjs';
import { addOutcomes, figure, interleaved } from '../lib/stats.mjs';
import { checkCost, checkFigure, checkRatio } from '../lib/table.mjs';

const self = import.meta.url;

export const name = 'start-up';

/** What a start consists of, as far as it is known. */
const steps = {
  thread: 'of that: until its thread runs',
  isolate: 'of that: the isolate',
  context: 'of that: the context',
  code: 'of that: its own code',
  rest: 'of that: wake-ups, the call, all else',
};

/**
 * @typedef {import('../drivers/beginnings.mjs').Beginning} Beginning
 * @typedef {Record<string, import('../lib/stats.mjs').Outcome>} Outcomes
 * @typedef {import('../lib/table.mjs').Row} Row
 * @typedef {Record<string, number[]>} Steps samples of each
 */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  step('what is to be compared');
  const { able, notes } = await available(beginnings);
  step('in fresh processes');
  const cold = await interleaved(firsts(able), profile.processes, ({ flags }, key) =>
    inChild(self, { first: key }, { flags }),
  );
  /** @type {Outcomes} */
  const warm = {};
  /** @type {Record<string, Steps>} */
  const parts = {};
  for (let round = 0; round < profile.processes; round++) {
    step(`one after another, process ${round + 1} of ${profile.processes}`);
    for (const { flags, keys } of byFlags(able)) {
      const options = { keys, rounds: profile.starts };
      const found = await attempt(keys.join(', '), () => inChild(self, options, { flags }));
      if (found === undefined) continue;
      addOutcomes(warm, found.outcomes);
      for (const [key, more] of Object.entries(found.parts)) addSteps(parts, key, more);
    }
  }
  /** @type {Row} */
  const row = { name: 'one more', unit: 'ms', figures: figuresOf(warm, 'one more') };
  return {
    title: 'Start-up: from nothing to the first result',
    contenders: titlesOf(able),
    baseline: 'worker',
    rows: [
      { ...row, checks: checksOf(row) },
      ...rowsOfSteps(parts),
      { name: 'the first of a process', unit: 'ms', figures: figuresOf(cold, 'the first') },
    ],
    notes: [
      'n×: times faster than a Worker. Interpreter.create() and a call; an isolate and a context with a thread, 1+1, and the',
      "wake-up of Node's loop; a new Worker and its first message; isolated-vm's Isolate, createContext() and eval().",
      'Of a bare isolate the thread is in the rest. The first of a process loads what it needs, too.',
      ...notes,
    ],
  };
}

/** @param {Row} row */
const checksOf = (row) => [
  ...checkCost(row, {
    contender: 'isolane',
    baseline: 'bare',
    atMost: 1.3,
    target: '≤ 1.3× bare',
  }),
  ...checkRatio(row, {
    contender: 'isolane',
    baseline: 'worker',
    atLeast: 10,
    target: '≥ 10×',
  }),
  ...checkFigure(row, { contender: 'reserve', atMost: 0.3, target: 'reserve: ≤ 0.3 ms' }),
  ...checkRatio(row, {
    contender: 'reserve',
    baseline: 'worker',
    atLeast: 50,
    target: 'reserve: ≥ 50×',
  }),
];

/**
 * @param {Record<string, Steps>} parts
 * @returns {Row[]}
 */
const rowsOfSteps = (parts) =>
  Object.entries(steps).map(([key, name]) => {
    const known = Object.entries(parts).filter(([, samples]) => samples[key]);
    const figures = Object.fromEntries(known.map(([one, of]) => [one, figure(of[key])]));
    return { name, unit: 'ms', figures };
  });

/**
 * Those of which there is a first; a reserve has been filled before.
 *
 * @param {ReadonlyMap<string, Beginning>} able
 */
const firsts = (able) => new Map([...able].filter(([, { before }]) => before === undefined));

/**
 * @param {{ first: string } | { keys: string[], rounds: number }} options the first of this process, or several in turn
 */
export async function measure(options) {
  if ('first' in options) return timeOfFirst(beginningNamed(options.first));
  /** @type {Map<string, { beginning: Beginning, loaded: any }>} */
  const contenders = new Map();
  for (const key of options.keys) {
    const beginning = beginningNamed(key);
    contenders.set(key, { beginning, loaded: await beginning.load() });
  }
  for (const { beginning, loaded } of contenders.values()) await timeOf(beginning, loaded);
  /** @type {Record<string, Steps>} */
  const parts = {};
  const outcomes = await interleaved(contenders, options.rounds, async (contender, key) => {
    const { ms, steps } = await timeOf(contender.beginning, contender.loaded);
    if (steps !== undefined) addSteps(parts, key, stepsAndRest(steps, ms));
    return ms;
  });
  return { outcomes, parts };
}

/** @param {Beginning} beginning */
async function timeOfFirst({ load, begin }) {
  const start = performance.now();
  const { end } = await begin(await load());
  const ms = performance.now() - start;
  await end();
  return ms;
}

/**
 * @param {Beginning} beginning
 * @param {any} loaded
 */
async function timeOf({ before, begin }, loaded) {
  await before?.(loaded);
  const start = performance.now();
  const begun = await begin(loaded);
  const ms = performance.now() - start;
  const steps = await begun.steps?.();
  await begun.end();
  return { ms, steps };
}

/**
 * @param {Record<string, number>} steps
 * @param {number} ms
 * @returns {Steps}
 */
function stepsAndRest(steps, ms) {
  const rest = ms - Object.values(steps).reduce((sum, each) => sum + each, 0);
  return Object.fromEntries(Object.entries({ ...steps, rest }).map(([key, of]) => [key, [of]]));
}

/**
 * @param {Record<string, Steps>} all
 * @param {string} key
 * @param {Steps} more
 */
function addSteps(all, key, more) {
  all[key] ??= {};
  for (const [step, samples] of Object.entries(more)) {
    all[key][step] = [...(all[key][step] ?? []), ...samples];
  }
}
