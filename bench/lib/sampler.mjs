/**
 * Samples of what happens many times.
 */

import { expectedSum } from './messages.mjs';
import { interleaved } from './stats.mjs';

/**
 * @typedef {{ ms: number, sum: number }} Batch what it took, and the sum of what came back
 *
 * @typedef {object} Session
 * @property {(count: number) => Batch | Promise<Batch>} run
 * @property {() => Promise<unknown> | void} close
 *
 * @typedef {object} Options
 * @property {(n: number) => number} [worth] what message number n, from 1 on, adds to the sum; its number by default
 * @property {number} batchMs about how long a batch is to take
 * @property {number} [most] the greatest batch
 *
 * @typedef {ReturnType<typeof sampler>} Sampler
 */

/**
 * Takes samples of a session, which is opened and warmed up before the first.
 *
 * @param {() => Promise<Session>} open
 * @param {Options} options
 */
export function sampler(open, options) {
  /** @type {{ session: Session, count: number } | undefined} */
  let warm;
  return {
    /** Milliseconds of each in a batch. */
    async sample() {
      if (warm === undefined) {
        const session = await open();
        warm = { session, count: await warmUp(session, options) };
      }
      return timePer(warm.session, options, warm.count);
    },
    close: async () => warm?.session.close(),
  };
}

/**
 * Samples of all by all, which are closed then.
 *
 * @param {Iterable<[key: string, Sampler]>} samplers
 * @param {number} rounds
 */
export async function sampleAll(samplers, rounds) {
  const all = new Map(samplers);
  const outcomes = await interleaved(all, rounds, ({ sample }) => sample());
  for (const { close } of all.values()) await close();
  return outcomes;
}

/** Batches of full size that are thrown away: code that is called once in many messages is compiled late. */
const thrownAway = 5;

/**
 * Runs batches that grow until they take long enough, and some more.
 *
 * @param {Session} session
 * @param {Options} options
 * @returns {Promise<number>} how many such a batch has
 */
async function warmUp(session, options) {
  const { batchMs, most = 10_000_000 } = options;
  let count = Math.min(most, 64);
  for (;;) {
    const ms = (await timePer(session, options, count)) * count;
    const factor = batchMs / Math.max(ms, 0.001);
    if (factor < 3 || count === most) {
      const full = Math.round(Math.min(most, Math.max(4, count * Math.min(factor, 3))));
      for (let i = 0; i < thrownAway; i++) await timePer(session, options, full);
      return full;
    }
    count = Math.round(Math.min(most, count * Math.min(factor, 8)));
  }
}

/**
 * One batch, checked.
 *
 * @param {Session} session
 * @param {Options} options
 * @param {number} count
 */
async function timePer(session, { worth = (n) => n }, count) {
  const { ms, sum } = await session.run(count);
  const expected = expectedSum(worth, count);
  if (sum !== expected) throw new Error(`${count} came to ${sum}, not ${expected}`);
  return ms / count;
}
