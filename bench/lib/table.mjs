/**
 * The tables for people.
 */

import Table from 'cli-table3';
import { figure } from './stats.mjs';

/** @typedef {import('./stats.mjs').Figure} Figure */

/**
 * @typedef {object} Check a target from the issue that introduced Isolane
 * @property {string} target
 * @property {string} measured
 * @property {boolean} met
 */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {Unit} unit
 * @property {Record<string, Figure>} figures by contender
 * @property {Check[]} [checks]
 */

/**
 * @typedef {object} Section what one scenario has found
 * @property {string} title
 * @property {Record<string, string>} contenders their titles, in order
 * @property {string} [baseline] the contender that ratios refer to
 * @property {Row[]} rows
 * @property {string[]} notes
 */

/** @typedef {keyof typeof units} Unit */

const units = {
  'messages/s': { better: 'more', format: rate },
  ms: { better: 'less', format: duration },
  MB: { better: 'less', format: (/** @type {number} */ value) => `${digits(value)} MB` },
  KB: { better: 'less', format: (/** @type {number} */ value) => `${digits(value)} KB` },
  share: { better: 'more', format: (/** @type {number} */ value) => digits(value) },
};

/**
 * How many times better than the baseline's a contender's figure is.
 *
 * @param {Row} row
 * @param {string} contender
 * @param {string | undefined} baseline
 * @returns {number | undefined} nothing if one of them was not measured
 */
export function ratio({ unit, figures }, contender, baseline) {
  if (baseline === undefined || !figures[contender] || !figures[baseline]) return undefined;
  const quotient = figures[contender].median / figures[baseline].median;
  return units[unit].better === 'more' ? quotient : 1 / quotient;
}

/**
 * A check of how many times better than the baseline's a figure is; none if it was not measured.
 *
 * @param {Row} row
 * @param {{ contender: string, baseline: string, atLeast: number, target: string }} wanted
 * @returns {Check[]}
 */
export function checkRatio(row, { contender, baseline, atLeast, target }) {
  const measured = ratio(row, contender, baseline);
  if (measured === undefined) return [];
  return [{ target, measured: times(measured), met: measured >= atLeast }];
}

/**
 * A check of how many times the baseline's cost a figure is, where a little more is allowed for.
 *
 * @param {Row} row
 * @param {{ contender: string, baseline: string, atMost: number, target: string }} wanted
 * @returns {Check[]}
 */
export function checkCost(row, { contender, baseline, atMost, target }) {
  const measured = ratio(row, contender, baseline);
  if (measured === undefined) return [];
  return [{ target, measured: times(1 / measured), met: 1 / measured <= atMost }];
}

/**
 * A check of a figure itself; none if it was not measured.
 *
 * @param {Row} row
 * @param {{ contender: string, atMost: number, target: string }} wanted
 * @returns {Check[]}
 */
export function checkFigure({ unit, figures }, { contender, atMost, target }) {
  const found = figures[contender];
  if (!found) return [];
  return [{ target, measured: units[unit].format(found.median), met: found.median <= atMost }];
}

/**
 * How many times the baseline's speed contenders have over many rows, as their geometric mean.
 *
 * @param {readonly Row[]} rows
 * @param {string} baseline
 * @param {readonly string[]} contenders
 * @returns {Row}
 */
export function geometricMean(rows, baseline, contenders) {
  /** @type {Row} */
  const mean = { name: 'geometric mean', unit: 'share', figures: {} };
  for (const contender of contenders) {
    const ratios = rows
      .map((row) => ratio(row, contender, baseline))
      .filter((each) => each !== undefined);
    if (ratios.length === 0) continue;
    const logarithms = ratios.reduce((sum, each) => sum + Math.log(each), 0);
    mean.figures[contender] = figure([Math.exp(logarithms / ratios.length)]);
  }
  return mean;
}

/** @param {Section} section */
export function formatSection(section) {
  const { title, contenders, rows, notes } = section;
  const checked = rows.some(({ checks }) => checks?.length);
  const table = new Table({
    head: ['', ...Object.values(contenders).map(narrow), ...(checked ? ['target', 'met'] : [])],
    style: { head: [], border: [] },
    colAligns: ['left', ...Object.keys(contenders).map(() => /** @type {const} */ ('right'))],
  });
  for (const row of rows) table.push(formatRow(row, section, checked));
  return [title, table.toString(), ...notes.map((note) => `  ${note}`)].join('\n');
}

/**
 * @param {Row} row
 * @param {Section} section
 * @param {boolean} checked
 */
function formatRow(row, { contenders, baseline }, checked) {
  const cells = Object.keys(contenders).map((contender) => formatCell(row, contender, baseline));
  if (checked) {
    const checks = row.checks ?? [];
    cells.push(checks.map(({ target }) => target).join('\n'));
    cells.push(checks.map(({ met, measured }) => `${met ? 'yes' : 'no'}, ${measured}`).join('\n'));
  }
  return [row.name, ...cells];
}

/**
 * @param {Row} row
 * @param {string} contender
 * @param {string | undefined} baseline
 */
function formatCell(row, contender, baseline) {
  const found = row.figures[contender];
  if (!found) return '–';
  const text = units[row.unit].format(found.median);
  const better = contender === baseline ? undefined : ratio(row, contender, baseline);
  return better === undefined ? text : `${text}\n${times(better)}`;
}

/**
 * A title in lines of about a cell's width.
 *
 * @param {string} title
 */
const narrow = (title) => title.replace(/(.{7,}?) /g, '$1\n');

/** @param {number} value */
export const times = (value) => `${digits(value)}×`;

/** @param {number} value */
function rate(value) {
  if (value >= 1e6) return `${digits(value / 1e6)} M/s`;
  return value >= 1e3 ? `${digits(value / 1e3)} k/s` : `${digits(value)} /s`;
}

/** @param {number} ms */
function duration(ms) {
  if (ms >= 1000) return `${digits(ms / 1000)} s`;
  if (ms >= 1) return `${digits(ms)} ms`;
  return ms >= 0.001 ? `${digits(ms * 1e3)} µs` : `${digits(ms * 1e6)} ns`;
}

/**
 * Three digits that mean something.
 *
 * @param {number} value
 */
function digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
