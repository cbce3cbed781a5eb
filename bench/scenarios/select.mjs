import { channel, selectSync, trySelect } from 'isolane';
import { inChild } from '../lib/child.mjs';
import { sampleAll, sampler } from '../lib/sampler.mjs';
import { checkFigure, ratio, times } from '../lib/table.mjs';

export const name = 'select';

const counts = [2, 8, 64];

/** @typedef {import('isolane').Receiver<number>} Receiver */
/** @typedef {(cases: Record<string, Receiver>) => { value?: unknown } | undefined} Choose */

/** @type {Record<string, { title: string, choose: Choose }>} */
const contenders = {
  random: { title: 'selectSync', choose: (cases) => selectSync(cases) },
  fair: { title: 'fair', choose: (cases) => selectSync(cases, { order: 'fair' }) },
  priority: { title: 'by priority', choose: (cases) => selectSync(cases, { order: 'priority' }) },
  trying: { title: 'trySelect', choose: (cases) => trySelect(cases) },
};

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  const { rounds, batchMs } = profile;
  /** @type {import('../lib/table.mjs').Row[]} */
  const rows = [];
  for (const count of counts) {
    const title = `${count} ready channels`;
    step(title);
    const options = { count, rounds, batchMs };
    const outcomes = await attempt(title, () => inChild(import.meta.url, options));
    rows.push({ name: title, unit: 'ms', figures: figuresOf(outcomes, title) });
  }
  for (const [i, row] of rows.entries()) {
    row.checks = i === 0 ? [] : [growth(rows[i - 1], row, counts[i] / counts[i - 1])].flat();
    if (counts[i] === 8) {
      const wanted = { contender: 'random', atMost: 0.001, target: '≥ 1 M/s' };
      row.checks.push(...checkFigure(row, wanted));
    }
  }
  return {
    title: 'Select: time of one, of receives that are all ready',
    contenders: Object.fromEntries(
      Object.entries(contenders).map(([key, { title }]) => [key, title]),
    ),
    rows,
    notes: [
      'In one thread, with the same object of cases each time. Each sample checks what was received.',
    ],
  };
}

/**
 * Whether the time has grown no faster than the number of cases.
 *
 * @param {import('../lib/table.mjs').Row} before
 * @param {import('../lib/table.mjs').Row} row
 * @param {number} most
 */
function growth(before, row, most) {
  const figures = { before: before.figures.random, now: row.figures.random };
  if (!figures.before || !figures.now) return [];
  const quicker = ratio({ ...row, figures }, 'before', 'now') ?? 0;
  return [
    { target: `≤ ${most}× of the row above`, measured: times(quicker), met: quicker <= most },
  ];
}

/**
 * Milliseconds a select.
 *
 * @param {{ count: number, rounds: number, batchMs: number }} options
 * @returns {Promise<Record<string, import('../lib/stats.mjs').Outcome>>}
 */
export function measure({ count, rounds, batchMs }) {
  return sampleAll(
    Object.entries(contenders).map(([key, { choose }]) => [
      key,
      sampler(async () => selects(count, choose), { batchMs, worth: () => 1 }),
    ]),
    rounds,
  );
}

/**
 * Of channels that are never empty.
 *
 * @param {number} count
 * @param {Choose} choose
 * @returns {import('../lib/sampler.mjs').Session}
 */
function selects(count, choose) {
  const channels = Array.from({ length: count }, () => channel(1024));
  const cases = Object.fromEntries(channels.map(({ receiver }, i) => [`case${i}`, receiver]));
  return {
    run(total) {
      let ms = 0;
      let sum = 0;
      for (let done = 0; done < total; ) {
        for (const { sender } of channels) while (sender.trySend(1));
        const many = Math.min(1000, total - done);
        const start = performance.now();
        for (let i = 0; i < many; i++) sum += Number(choose(cases)?.value);
        ms += performance.now() - start;
        done += many;
      }
      return { ms, sum };
    },
    close() {
      for (const each of channels) each.close();
    },
  };
}
