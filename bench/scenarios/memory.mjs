import { setTimeout } from 'node:timers/promises';
import { beginningNamed, beginnings } from '../drivers/beginnings.mjs';
import { available, titlesOf } from '../lib/available.mjs';
import { inChild } from '../lib/child.mjs';
import { interleaved } from '../lib/stats.mjs';
import { checkCost, checkFigure } from '../lib/table.mjs';

const self = import.meta.url;
const megabyte = 2 ** 20;

export const name = 'memory';

/**
 * @typedef {import('../lib/table.mjs').Row} Row
 * @typedef {{ added: number, total: number }} Sizes megabytes that all of them add, and that the process has then
 */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, figuresOf }) {
  const counts = new Map(Object.entries(profile.memory));
  const { able, notes } = await available(beginnings, (key) => counts.has(key));
  /** @type {Row[]} */
  const rows = [];
  /** @type {Row} */
  let all = { name: '', unit: 'MB', figures: {} };
  for (const count of [...new Set([...counts.values()].flat())].sort((a, b) => a - b)) {
    step(`${count} at a time`);
    const taking = [...able].filter(([key]) => counts.get(key)?.includes(count));
    const rounds = count > 100 ? 1 : profile.processes;
    const outcomes = await interleaved(new Map(taking), rounds, ({ flags }, contender) =>
      inChild(self, { contender, count }, { flags }),
    );
    const number = count.toLocaleString('en');
    const each = figuresOf(outcomes, number, ({ added }) => added / count);
    rows.push({ name: `each of ${number}`, unit: 'MB', figures: each });
    const total = figuresOf(outcomes, number, (sizes) => sizes.total);
    all = { name: `a process with ${number}`, unit: 'MB', figures: total };
  }
  const wanted = { contender: 'isolane', atMost: 1.3 * 1024, target: '≤ 1.3 GB (Node 24)' };
  const most = rows.findLast(({ figures }) => figures.worker);
  return {
    title: 'Memory: resident set size that each adds',
    contenders: titlesOf(able),
    baseline: 'worker',
    rows: [...rows, ...largestCounts(rows), { ...all, checks: checkFigure(all, wanted) }],
    notes: ['n×: times less than a Worker.', ...(most ? [extrapolation(most)] : []), ...notes],
  };
}

/**
 * What each takes where most of them were measured, which is what the target is about.
 *
 * @param {Row[]} rows
 * @returns {Row[]}
 */
function largestCounts(rows) {
  /** @type {Row} */
  const row = { name: 'each of the most measured', unit: 'MB', figures: {} };
  for (const { figures } of rows) Object.assign(row.figures, figures);
  const wanted = { contender: 'isolane', baseline: 'worker', atMost: 1 / 4, target: '≤ 1/4' };
  return [{ ...row, checks: checkCost(row, wanted) }];
}

/** @param {Row} row the one with most Workers */
function extrapolation({ name, figures }) {
  const gigabytes = ((figures.worker.median * 1000) / 1024).toFixed(1);
  return `1,000 Workers were not tried. Extrapolated from what they take ${name}, it would be ${gigabytes} GB.`;
}

/**
 * @param {{ contender: string, count: number }} options
 * @returns {Promise<Sizes>}
 */
export async function measure({ contender, count }) {
  const { load, begin } = beginningNamed(contender);
  // Loaded before, so that only what each takes is counted.
  const loaded = await load();
  const before = await settledSize();
  const begun = [];
  for (let i = 0; i < count; i++) begun.push(await begin(loaded));
  const total = await settledSize();
  for (const each of begun) await each.end();
  return { added: total - before, total };
}

async function settledSize() {
  await setTimeout(200);
  return process.memoryUsage.rss() / megabyte;
}
