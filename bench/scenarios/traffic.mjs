/**
 * What the scenarios of messages have in common: all contenders with one kind of message and direction, in one process.
 */

import { contenders } from '../drivers/contender.mjs';
import { expectedSum, kindNamed } from '../lib/messages.mjs';
import { interleaved } from '../lib/stats.mjs';

/** How they are called in the tables. */
export const titles = {
  isolane: 'Isolane, main\n→ interpreter',
  'isolane-between': 'interpreter\n→ interpreter',
  'isolane-async': 'async on the\nmain loop',
  'post-message': 'postMessage',
  'shared-ring': 'SharedArrayBuffer\n+ Atomics',
  'core-ring': 'bare C++ ring',
};

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
export async function measure({ direction, kindName, rounds, batchMs }) {
  const runs = new Map();
  const close = [];
  for (const [key, contender] of contenders) {
    if (contender.kinds?.includes(kindName) === false) continue;
    const session = await contender[direction](kindName);
    close.push(session.close);
    const most = mostCount(kindName, direction, contender.most);
    runs.set(key, { session, count: await warmUp(session, kindName, batchMs, most) });
  }
  const outcomes = await interleaved(runs, rounds, ({ session, count }) =>
    timePer(session, kindName, count),
  );
  for (const each of close) await each();
  return outcomes;
}

/**
 * Runs batches that grow until they take long enough.
 *
 * @param {import('../drivers/contender.mjs').Session} session
 * @param {string} kindName
 * @param {number} batchMs
 * @param {number} most
 * @returns {Promise<number>} how many messages such a batch has
 */
export async function warmUp(session, kindName, batchMs, most) {
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
 * @param {import('../drivers/contender.mjs').Session} session
 * @param {string} kindName
 * @param {number} count
 */
export async function timePer(session, kindName, count) {
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
