/**
 * The report for people.
 */

import Table from 'cli-table3';

/** @typedef {import('./aggregate.mjs').Report} Report */
/** @typedef {import('./comparison.mjs').Comparison} Comparison */
/** @typedef {import('./ways.mjs').WayName} WayName */
/** @typedef {string | number} Cell */

const failuresShown = 10;
const pathWidth = 64;

/** @type {Readonly<Record<WayName, string>>} */
export const titles = {
  isolane: 'Isolane',
  workerThreads: 'worker_threads',
  oneThread: 'one thread',
};

/** @param {Report} report */
export function formatReport(report) {
  const { top } = report;
  return [
    formatTotals(report),
    table(
      ['Longest functions, one of each file', 'Lines', 'Where'],
      top.longestFunctions.map(({ name, lines, path, line }) => [name, lines, place(path, line)]),
    ),
    table(
      ['Most complex functions, one of each file', 'Complexity', 'Where'],
      top.mostComplexFunctions.map(({ name, complexity, path, line }) => [
        name,
        complexity,
        place(path, line),
      ]),
    ),
    table(
      ['Most complex files', 'Complexity'],
      top.mostComplexFiles.map(({ path, complexity }) => [place(path), complexity]),
    ),
    table(
      ['Deepest files', 'Depth'],
      top.deepestFiles.map(({ path, depth }) => [place(path), depth]),
    ),
    formatFailures(report),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

/** @param {Report} report */
function formatTotals({ found, failures, totals }) {
  return table(
    ['Totals', ''],
    [
      ['files', found],
      ['failed', failures.length],
      ['different contents', totals.distinct],
      ['bytes', totals.bytes],
      ['lines', totals.lines],
      ['functions', totals.functions],
      ['cyclomatic complexity', totals.complexity],
      ['identifiers', totals.identifiers],
      ['longest function, in lines', totals.longestFunction],
      ['greatest depth', totals.depth],
    ],
  );
}

/** @param {Report} report */
function formatFailures({ failures }) {
  if (failures.length === 0) return '';
  const lines = failures.slice(0, failuresShown).map(({ path, error }) => `  ${path}: ${error}`);
  const more = failures.length - failuresShown;
  if (more > 0) lines.push(`  and ${more} more; --json names them all`);
  return [`Failed: ${failures.length}`, ...lines].join('\n');
}

/**
 * @param {Comparison} comparison
 * @param {number} parallel
 */
export function formatComparison({ identical, ...times }, parallel) {
  const slowest = times.oneThread?.ms;
  const rows = Object.entries(times).map(([name, { ms }]) => [
    titles[/** @type {WayName} */ (name)],
    ms,
    slowest === undefined ? '' : `${(slowest / Math.max(ms, 1)).toFixed(2)} ×`,
  ]);
  const lines = [
    table(['The same job by', 'ms', 'speed'], rows),
    `${parallel} interpreters, ${parallel} Workers. Each way is timed from nothing, creating them included, after`,
    'all files were read once, untimed: the order of the ways makes no difference.',
  ];
  if (identical !== null) lines.push(`identical: ${identical ? 'yes' : 'NO'}`);
  return lines.join('\n');
}

/**
 * Numbers to the right, words to the left.
 *
 * @param {string[]} head
 * @param {Cell[][]} rows
 */
function table(head, rows) {
  const [first] = rows;
  if (first === undefined) return '';
  const colAligns = first.map((cell) => (typeof cell === 'number' ? 'right' : 'left'));
  const made = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  for (const row of rows) {
    made.push(row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)));
  }
  return made.toString();
}

/**
 * A path, cut at its beginning where it is long, and the line in the file.
 *
 * @param {string} path
 * @param {number} [line]
 */
function place(path, line) {
  const whole = line === undefined ? path : `${path}:${line}`;
  return whole.length > pathWidth ? `…${whole.slice(1 - pathWidth)}` : whole;
}
