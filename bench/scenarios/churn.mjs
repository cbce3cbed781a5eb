import { beginningNamed } from '../drivers/beginnings.mjs';
import { inChild } from '../lib/child.mjs';
import { figure } from '../lib/stats.mjs';

export const name = 'churn';

const warmUp = 100;

/** @typedef {{ done: number, ms: number, before: number, after: number }} Churned sizes in bytes */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt }) {
  const { count, seconds } = profile.churn;
  step(`${count} interpreters`);
  /** @type {Churned | undefined} */
  const churned = await attempt('churn', () =>
    inChild(import.meta.url, profile.churn, { limit: 10 * 60_000 }),
  );
  return {
    title: 'Created and closed in turn',
    contenders: { isolane: 'Isolane' },
    rows: churned ? rowsOf(churned) : [],
    notes: churned && churned.done < count ? [shortened(churned.done, count, seconds)] : [],
  };
}

/**
 * @param {Churned} churned
 * @returns {import('../lib/table.mjs').Row[]}
 */
function rowsOf({ done, ms, before, after }) {
  const isolane = (/** @type {number} */ value) => ({ isolane: figure([value]) });
  const megabyte = 2 ** 20;
  return [
    { name: 'resident set size before', unit: 'MB', figures: isolane(before / megabyte) },
    {
      name: `after ${done.toLocaleString('en')} more`,
      unit: 'MB',
      figures: isolane(after / megabyte),
    },
    { name: 'growth by each', unit: 'KB', figures: isolane((after - before) / done / 1024) },
    { name: 'time of each, a call included', unit: 'ms', figures: isolane(ms / done) },
  ];
}

/**
 * @param {number} done
 * @param {number} count
 * @param {number | null} seconds
 */
const shortened = (done, count, seconds) =>
  `Ended after ${done.toLocaleString('en')} of ${count.toLocaleString('en')}, as ${seconds} s were over; --full does them all.`;

/**
 * @param {{ count: number, seconds: number | null }} options `null`: as long as it takes
 * @returns {Promise<Churned>}
 */
export async function measure({ count, seconds }) {
  await churn(warmUp, Number.POSITIVE_INFINITY);
  const before = process.memoryUsage.rss();
  const start = performance.now();
  const done = await churn(count, seconds === null ? Number.POSITIVE_INFINITY : seconds * 1000);
  const ms = performance.now() - start;
  return { done, ms, before, after: process.memoryUsage.rss() };
}

/**
 * @param {number} count
 * @param {number} limit milliseconds
 */
async function churn(count, limit) {
  const { load, begin } = beginningNamed('isolane');
  const loaded = await load();
  const start = performance.now();
  let done = 0;
  while (done < count && performance.now() - start < limit) {
    const begun = await begin(loaded);
    await begun.end();
    done++;
  }
  return done;
}
