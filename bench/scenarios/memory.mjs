import { setTimeout } from 'node:timers/promises';
import { beginnings } from '../drivers/beginnings.mjs';
import { inChild } from '../lib/child.mjs';
import { interleaved } from '../lib/stats.mjs';

const self = import.meta.url;
const megabyte = 2 ** 20;

export const name = 'memory';

/** @typedef {import('../lib/table.mjs').Row} Row */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, figuresOf }) {
  const { isolane, worker } = profile.memory;
  /** @type {Row[]} */
  const rows = [];
  for (const count of [...new Set([...isolane, ...worker])].sort((a, b) => a - b)) {
    step(`${count} at a time`);
    const taking = Object.entries(profile.memory).filter(([, counts]) => counts.includes(count));
    const contenders = new Map(taking.map(([contender]) => [contender, contender]));
    const rounds = count > 100 ? 1 : profile.processes;
    const outcomes = await interleaved(contenders, rounds, (contender) =>
      inChild(self, { contender, count }),
    );
    const label = `each of ${count.toLocaleString('en')}`;
    rows.push({ name: label, unit: 'MB', figures: figuresOf(outcomes, label) });
  }
  const most = rows.findLast(({ figures }) => figures.worker);
  return {
    title: 'Memory: resident set size that each adds',
    contenders: { isolane: 'Isolane', worker: 'Worker' },
    baseline: 'worker',
    rows: [...rows, ...largestCounts(rows)],
    notes: ['n×: times less than a Worker.', ...(most ? [extrapolation(most)] : [])],
  };
}

/**
 * What each takes where most of them were measured, which is what the target is about.
 *
 * @param {Row[]} rows
 * @returns {Row[]}
 */
function largestCounts(rows) {
  const isolane = rows.findLast(({ figures }) => figures.isolane);
  const worker = rows.findLast(({ figures }) => figures.worker);
  if (!isolane || !worker) return [];
  const figures = { isolane: isolane.figures.isolane, worker: worker.figures.worker };
  const share = figures.isolane.median / figures.worker.median;
  return [
    {
      name: 'each of the most measured',
      unit: 'MB',
      figures,
      checks: [
        {
          target: '≤ 1/4',
          measured: share.toFixed(2),
          met: share <= 0.25,
        },
      ],
    },
  ];
}

/** @param {Row} row the one with most Workers */
function extrapolation({ name, figures }) {
  const gigabytes = ((figures.worker.median * 1000) / 1024).toFixed(1);
  return `1,000 Workers were not tried. Extrapolated from what they take ${name}, it would be ${gigabytes} GB.`;
}

/**
 * @param {{ contender: string, count: number }} options
 * @returns {Promise<number>} megabytes that each adds to this process
 */
export async function measure({ contender, count }) {
  // Loaded before, so that only what each takes is counted.
  await import(contender === 'isolane' ? 'isolane' : 'node:worker_threads');
  const before = await settledSize();
  const begun = [];
  for (let i = 0; i < count; i++) begun.push(await beginnings[contender]());
  const added = ((await settledSize()) - before) / count;
  for (const each of begun) await each.end();
  return added;
}

async function settledSize() {
  await setTimeout(200);
  return process.memoryUsage.rss() / megabyte;
}
