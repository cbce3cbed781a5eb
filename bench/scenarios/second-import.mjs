import { importers, packages } from '../drivers/imports.mjs';
import { titlesOf } from '../lib/available.mjs';
import { inChild } from '../lib/child.mjs';
import { interleaved } from '../lib/stats.mjs';

export const name = 'second-import';
export const parts = packages;

/** @typedef {import('../lib/table.mjs').Row} Row */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, wants, step, figuresOf }) {
  /** @type {Row[]} */
  const rows = [];
  for (const specifier of packages.filter(wants)) {
    step(specifier);
    const outcomes = await interleaved(importers, profile.processes, (_, importer) =>
      inChild(import.meta.url, { importer, specifier }),
    );
    const times = /** @type {const} */ (['first', 'second', 'third']);
    for (const which of times) {
      const ms = (/** @type {Record<string, number>} */ found) => found[which];
      const figures = figuresOf(outcomes, specifier, ms);
      rows.push({ name: `${specifier}, the ${which}`, unit: 'ms', figures });
    }
  }
  return {
    title: 'Importing a package in one heap after the other',
    contenders: titlesOf(importers),
    baseline: 'worker',
    rows,
    notes: [
      'n×: times faster than in a Worker. In a fresh process each; the start is not part of it.',
    ],
  };
}

/**
 * @param {{ importer: string, specifier: string }} options
 * @returns {Promise<Record<'first' | 'second' | 'third', number>>} milliseconds of one heap each
 */
export async function measure({ importer, specifier }) {
  const one = async () => {
    const heap = await /** @type {import('../drivers/imports.mjs').Importer} */ (
      importers.get(importer)
    ).open();
    const ms = await heap.time(specifier);
    await heap.close();
    return ms;
  };
  return { first: await one(), second: await one(), third: await one() };
}
