import { main, prepareKernel } from '../drivers/worlds.mjs';
import { inChild } from '../lib/child.mjs';
import { sampler } from '../lib/sampler.mjs';
import { interleaved } from '../lib/stats.mjs';
import { geometricMean } from '../lib/table.mjs';

export const name = 'beside-idle';

/** Not splay: it has two speeds, by how the heap lies, and loading any library at all makes the slow one likelier. */
export const parts = ['richards', 'crypto', 'navier-stokes', 'regexp', 'box2d', 'acorn'];

const contenders = {
  without: 'without Isolane',
  again: 'the same once more',
  loaded: 'Isolane loaded',
  idle: 'and 4 idle interpreters',
};

/** How many interpreters there are; `null`: Isolane is not even loaded. */
const interpreters = { without: null, again: null, loaded: 0, idle: 4 };

/** @typedef {import('../lib/table.mjs').Row} Row */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, wants, step, attempt, figuresOf }) {
  const { processes, rounds, batchMs } = profile;
  /** @type {Row[]} */
  const rows = [];
  for (const kernel of parts.filter(wants)) {
    step(kernel);
    const outcomes = await attempt(kernel, async () => {
      await prepareKernel(kernel);
      return interleaved(new Map(Object.entries(interpreters)), processes, (count) =>
        inChild(import.meta.url, { kernel, count, rounds, batchMs }),
      );
    });
    rows.push({ name: kernel, unit: 'ms', figures: figuresOf(outcomes, kernel) });
  }
  const mean = geometricMean(rows, 'without', ['again', 'loaded', 'idle']);
  const { again: _noise, ...figures } = mean.figures;
  mean.checks = Object.entries(figures).map(([key, { median }]) => ({
    target: `${key}: ≥ 0.98`,
    measured: median.toFixed(3),
    met: median >= 0.98,
  }));
  return {
    title: "Node's main thread beside idle interpreters",
    contenders,
    baseline: 'without',
    rows: [...rows, mean],
    notes: [
      'n×: times faster than without Isolane. A process of its own for each, in turn; the shortest batch of each process counts.',
      'What is measured once more differs by what the machine makes of it alone.',
    ],
  };
}

/**
 * @param {{ kernel: string, count: number | null, rounds: number, batchMs: number }} options
 * @returns {Promise<number>} milliseconds of a run of the kernel
 */
export async function measure({ kernel, count, rounds, batchMs }) {
  const created = count === null ? [] : await idleInterpreters(count);
  const one = await main.load(kernel);
  const { sample } = sampler(async () => one, { batchMs, worth: () => 1 });
  const samples = [];
  for (let round = 0; round < rounds; round++) samples.push(await sample());
  for (const each of created) await each.close();
  // The least disturbed: what Isolane costs, it costs every time.
  return Math.min(...samples);
}

/** @param {number} count */
async function idleInterpreters(count) {
  const { Interpreter } = await import('isolane');
  return Promise.all(Array.from({ length: count }, () => Interpreter.create()));
}
