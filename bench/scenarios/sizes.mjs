import { contenders } from '../drivers/contender.mjs';
import { inChild } from '../lib/child.mjs';
import { sampleAll } from '../lib/sampler.mjs';
import { checkCost } from '../lib/table.mjs';
import { messageSampler } from './traffic.mjs';

export const name = 'sizes';

const sizes = ['1 KB', '1 MB'];
const what = ['moved', 'string'];
const parties = ['isolane', 'post-message'];

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  const { rounds, batchMs } = profile;
  /** @type {import('../lib/table.mjs').Row[]} */
  const rows = [];
  for (const kind of what) {
    for (const party of parties) {
      const title = `${kind}, ${contenders.get(party)?.title}`;
      step(title);
      const options = { kind, party, rounds, batchMs };
      const outcomes = await attempt(title, () => inChild(import.meta.url, options));
      const row = {
        name: title,
        unit: /** @type {const} */ ('ms'),
        figures: figuresOf(outcomes, title),
      };
      const wanted = { contender: '1 MB', baseline: '1 KB', atMost: 1.5, target: '≤ 1.5× of 1 KB' };
      rows.push(party === 'isolane' ? { ...row, checks: checkCost(row, wanted) } : row);
    }
  }
  return {
    title: 'Round trips: from a message to its echo, by its size',
    contenders: Object.fromEntries(sizes.map((size) => [size, size])),
    rows,
    notes: [
      'The same buffer, or string, goes to and fro; nobody looks at more than the end of it.',
    ],
  };
}

/**
 * Milliseconds a round trip.
 *
 * @param {{ kind: string, party: string, rounds: number, batchMs: number }} options
 * @returns {Promise<Record<string, import('../lib/stats.mjs').Outcome>>}
 */
export function measure({ kind, party, rounds, batchMs }) {
  const contender = /** @type {import('../drivers/contender.mjs').Contender} */ (
    contenders.get(party)
  );
  const samplers = new Map();
  for (const size of sizes) {
    const options = /** @type {const} */ ({
      direction: 'roundTrip',
      kindName: `${size} ${kind}`,
      batchMs,
    });
    samplers.set(size, messageSampler(contender, options));
  }
  return sampleAll(samplers, rounds);
}
