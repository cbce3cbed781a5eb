/**
 * From the results of the files, in whatever order they came, to one report that depends on the files alone.
 */

/** @typedef {import('./metrics.mjs').FileMetrics} FileMetrics */
/** @typedef {import('./metrics.mjs').Failure} Failure */
/** @typedef {import('./metrics.mjs').FileResult} FileResult */
/** @typedef {import('./tree.mjs').FunctionMetrics} FunctionMetrics */

/**
 * @typedef {object} Totals
 * @property {number} bytes
 * @property {number} lines
 * @property {number} functions
 * @property {number} complexity the sum of all files
 * @property {number} identifiers
 * @property {number} longestFunction in lines
 * @property {number} depth the greatest
 * @property {number} distinct how many different contents there are, by their hashes
 */

/** @typedef {{ path: string } & FunctionMetrics} TopFunction */

/**
 * @typedef {object} Top ten each; of functions only the first of each file takes part
 * @property {TopFunction[]} longestFunctions
 * @property {TopFunction[]} mostComplexFunctions
 * @property {{ path: string, complexity: number }[]} mostComplexFiles
 * @property {{ path: string, depth: number }[]} deepestFiles
 */

/**
 * @typedef {object} Report
 * @property {number} found how many files there are, those that failed included
 * @property {FileMetrics[]} files sorted by path, as the failures are
 * @property {Failure[]} failures files and folders
 * @property {Totals} totals
 * @property {Top} top
 */

/**
 * @param {FileResult[]} results
 * @returns {Report}
 */
export function aggregate(results) {
  /** @type {FileMetrics[]} */
  const files = [];
  /** @type {Failure[]} */
  const failures = [];
  for (const result of sortByPath(results)) {
    if ('error' in result) failures.push(result);
    else files.push(result);
  }
  const found = files.length + failures.filter(({ path }) => !path.endsWith('/')).length;
  return { found, files, failures, totals: totalsOf(files), top: topOf(files) };
}

/**
 * By code units: the same everywhere, whatever the language of the system.
 *
 * @template {{ path: string }} T
 * @param {T[]} results
 */
function sortByPath(results) {
  return [...results].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * @param {FileMetrics[]} files
 * @returns {Totals}
 */
function totalsOf(files) {
  const totals = {
    bytes: 0,
    lines: 0,
    functions: 0,
    complexity: 0,
    identifiers: 0,
    longestFunction: 0,
    depth: 0,
    distinct: new Set(files.map((file) => file.hash)).size,
  };
  for (const file of files) {
    totals.bytes += file.bytes;
    totals.lines += file.lines;
    totals.functions += file.functions;
    totals.complexity += file.complexity;
    totals.identifiers += file.identifiers;
    totals.longestFunction = Math.max(totals.longestFunction, file.longest?.lines ?? 0);
    totals.depth = Math.max(totals.depth, file.depth);
  }
  return totals;
}

/**
 * @param {FileMetrics[]} files
 * @returns {Top}
 */
function topOf(files) {
  /** @param {'longest' | 'mostComplex'} which */
  const functions = (which) =>
    files.flatMap(({ path, [which]: found }) => (found ? [{ path, ...found }] : []));
  return {
    longestFunctions: topTen(functions('longest'), 'lines'),
    mostComplexFunctions: topTen(functions('mostComplex'), 'complexity'),
    mostComplexFiles: topTen(files, 'complexity').map(({ path, complexity }) => ({
      path,
      complexity,
    })),
    deepestFiles: topTen(files, 'depth').map(({ path, depth }) => ({ path, depth })),
  };
}

/**
 * The ten greatest. Sorting is stable, so equals stay in the order of their paths.
 *
 * @template {string} K
 * @template {Record<K, number>} T
 * @param {T[]} candidates
 * @param {K} key
 */
function topTen(candidates, key) {
  return [...candidates].sort((a, b) => b[key] - a[key]).slice(0, 10);
}
