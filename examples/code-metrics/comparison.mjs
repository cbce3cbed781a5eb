/**
 * What several ways to do one job have taken, and whether they agree.
 */

import { isDeepStrictEqual } from 'node:util';

/** @typedef {import('./aggregate.mjs').Report} Report */
/** @typedef {import('./ways.mjs').WayName} WayName */
/** @typedef {{ name: WayName, report: Report, ms: number }} Run */

/**
 * @typedef {object} Agreement
 * @property {boolean | null} identical every metric of every file, every failure and every total; `null` if there is nothing
 *   to compare with
 */

/** @typedef {Partial<Record<WayName, { ms: number }>> & Agreement} Comparison */

/**
 * @param {Run[]} runs
 * @returns {Comparison}
 */
export function compare(runs) {
  const [first, ...others] = runs;
  const times = Object.fromEntries(runs.map(({ name, ms }) => [name, { ms }]));
  const identical = others.every(({ report }) => isDeepStrictEqual(report, first?.report));
  return { ...times, identical: others.length > 0 ? identical : null };
}
