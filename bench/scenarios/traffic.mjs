/**
 * What the scenarios of messages have in common: all contenders with one kind of message and direction, in one process.
 */

import { contenders } from '../drivers/contender.mjs';
import { coreRing } from '../drivers/core-ring.mjs';
import { inChild } from '../lib/child.mjs';
import { expectedSum, kindNamed, kindNames } from '../lib/messages.mjs';
import { figure, interleaved } from '../lib/stats.mjs';
import { checkRatio } from '../lib/table.mjs';

/** How they are called in the tables. */
export const titles = {
  isolane: 'Isolane, blocking',
  'isolane-between': 'between interpreters',
  'isolane-async': 'async on main loop',
  'post-message': 'postMessage',
  'shared-ring': 'shared ring',
  'core-ring': 'bare C++ ring',
};

/** The most that one batch may have in memory, where nothing holds it back. */
const mostBytes = 256 * 1024 * 1024;

/** @typedef {import('../drivers/contender.mjs').Session} Session */

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
export async function measure({ direction, kindName, rounds, batchMs }) {
  const able = [...contenders].filter(([, { kinds }]) => kinds?.includes(kindName) !== false);
  const samplers = new Map(
    able.map(([key, each]) => [key, sampler(each, { direction, kindName, batchMs })]),
  );
  const outcomes = await interleaved(samplers, rounds, ({ sample }) => sample());
  for (const { close } of samplers.values()) await close();
  return outcomes;
}

/**
 * Takes samples of a session, which is opened and warmed up before the first.
 *
 * @param {import('../drivers/contender.mjs').Contender} contender
 * @param {Omit<Options, 'rounds'>} options
 */
export function sampler(contender, { direction, kindName, batchMs }) {
  /** @type {{ session: Session, count: number } | undefined} */
  let warm;
  return {
    async sample() {
      if (warm === undefined) {
        const session = await contender[direction](kindName);
        const most = mostCount(kindName, direction, contender.most);
        warm = { session, count: await warmUp(session, kindName, batchMs, most) };
      }
      return timePer(warm.session, kindName, warm.count);
    },
    close: async () => warm?.session.close(),
  };
}

/**
 * Runs batches that grow until they take long enough.
 *
 * @param {Session} session
 * @param {string} kindName
 * @param {number} batchMs
 * @param {number} most
 * @returns {Promise<number>} how many messages such a batch has
 */
async function warmUp(session, kindName, batchMs, most) {
  let count = Math.min(most, 64);
  for (;;) {
    const ms = (await timePer(session, kindName, count)) * count;
    const factor = batchMs / Math.max(ms, 0.001);
    if (factor < 3 || count === most) {
      return Math.round(Math.min(most, Math.max(4, count * Math.min(factor, 3))));
    }
    count = Math.round(Math.min(most, count * Math.min(factor, 8)));
  }
}

/**
 * One batch, checked.
 *
 * @param {Session} session
 * @param {string} kindName
 * @param {number} count
 */
async function timePer(session, kindName, count) {
  const { ms, sum } = await session.run(count);
  const expected = expectedSum(kindNamed(kindName), count);
  if (sum !== expected) throw new Error(`${count} messages came to ${sum}, not ${expected}`);
  return ms / count;
}

/**
 * @param {string} kindName
 * @param {Options['direction']} direction
 * @param {number} [most]
 */
function mostCount(kindName, direction, most = 10_000_000) {
  if (direction === 'roundTrip') return most;
  return Math.min(most, Math.floor(mostBytes / kindNamed(kindName).bytes));
}

/**
 * @typedef {object} Comparison
 * @property {Options['direction']} direction
 * @property {import('../lib/table.mjs').Unit} unit
 * @property {(ms: number) => number} toUnit from the milliseconds of a message
 * @property {{ atLeast: number, target: string }} wanted of numbers by Isolane, against `postMessage`
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
      const limit = core ? await attempt('bare C++ ring', coreRing) : undefined;
      if (limit) row.figures['core-ring'] = figure([toUnit(limit[direction])]);
      const compared = { contender: 'isolane', baseline: 'post-message', ...wanted };
      row.checks = checkRatio(row, compared);
    }
    rows.push(row);
  }
  return rows;
}
