/**
 * What the scenarios of messages have in common: all contenders with one kind of message and direction, in one process.
 */

import { contenders, limits } from '../drivers/contender.mjs';
import { titlesOf } from '../lib/available.mjs';
import { inChild } from '../lib/child.mjs';
import { kindNamed, kindNames } from '../lib/messages.mjs';
import { sampleAll, sampler } from '../lib/sampler.mjs';
import { figure } from '../lib/stats.mjs';
import { checkRatio } from '../lib/table.mjs';

/** How they are called in the tables. */
export const titles = titlesOf(new Map([...contenders, ...limits]));

/** The most that one batch may have in memory, where nothing holds it back. */
const mostBytes = 256 * 1024 * 1024;

/**
 * @typedef {object} Options
 * @property {'oneWay' | 'roundTrip'} direction
 * @property {string} kindName
 * @property {number} rounds
 * @property {number} batchMs about how long a batch takes
 */

/**
 * Milliseconds a message, or a round trip.
 *
 * @param {Options} options
 * @returns {Promise<Record<string, import('../lib/stats.mjs').Outcome>>}
 */
export function measure({ rounds, ...options }) {
  const { kindName } = options;
  const able = [...contenders].filter(([, { kinds }]) => kinds?.includes(kindName) !== false);
  return sampleAll(
    able.map(([key, each]) => [key, messageSampler(each, options)]),
    rounds,
  );
}

/**
 * @param {import('../drivers/contender.mjs').Contender} contender
 * @param {Omit<Options, 'rounds'>} options
 */
export function messageSampler(contender, { direction, kindName, batchMs }) {
  const { valueOf: worth, bytes } = kindNamed(kindName);
  const room = direction === 'oneWay' ? Math.floor(mostBytes / bytes) : Number.POSITIVE_INFINITY;
  const most = Math.min(contender.most ?? 10_000_000, room);
  return sampler(() => contender[direction](kindName), { worth, batchMs, most });
}

/**
 * @typedef {object} Comparison
 * @property {Options['direction']} direction
 * @property {import('../lib/table.mjs').Unit} unit
 * @property {(ms: number) => number} toUnit from the milliseconds of a message
 * @property {Record<string, Wanted[]>} wanted of messages of that kind
 *
 * @typedef {Parameters<typeof checkRatio>[1]} Wanted
 */

/**
 * Rows of a table, one for each kind of message that is asked for.
 *
 * @param {import('../run.mjs').Context} context
 * @param {Comparison} comparison
 */
export async function compareKinds(context, { direction, unit, toUnit, wanted }) {
  const { wants, step, attempt } = context;
  const { rounds, batchMs, core } = context.profile;
  const rows = [];
  for (const kindName of kindNames.filter(wants)) {
    step(kindName);
    const options = { direction, kindName, rounds, batchMs };
    const outcomes = await attempt(kindName, () => inChild(import.meta.url, options));
    /** @type {import('../lib/table.mjs').Row} */
    const row = { name: kindName, unit, figures: context.figuresOf(outcomes, kindName, toUnit) };
    if (kindName === 'number') {
      for (const [key, { title, limits: measured }] of core ? limits : []) {
        const limit = await attempt(title, measured);
        if (limit) row.figures[key] = figure([toUnit(limit[direction])]);
      }
    }
    row.checks = wanted[kindName]?.flatMap((each) => checkRatio(row, each));
    rows.push(row);
  }
  return rows;
}
