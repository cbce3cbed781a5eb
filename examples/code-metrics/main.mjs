/**
 * Code metrics of every JavaScript file below a folder. See `--help`.
 */

import { parseCommandLine, UsageError, usage } from './cli.mjs';
import { compare } from './comparison.mjs';
import { messageOf } from './metrics.mjs';
import { startProgress } from './progress.mjs';
import { formatComparison, formatReport, titles } from './report.mjs';
import { sourceFiles } from './source-files.mjs';
import { doJob } from './ways.mjs';

/** @typedef {import('./cli.mjs').Options} Options */
/** @typedef {import('./comparison.mjs').Run} Run */

/** @param {string[]} args */
async function main(args) {
  const options = parseCommandLine(args);
  if (options.help) {
    console.log(usage);
    return;
  }
  const total = warmUp(options.folder);
  const [first, ...others] = options.ways;
  const run = await runOne(first, total, options);
  if (!options.json) console.log(formatReport(run.report));

  const runs = [run];
  for (const name of others) runs.push(await runOne(name, total, options));
  const comparison = compare(runs);
  if (options.json) console.log(JSON.stringify(toJson(run.report, comparison)));
  else console.log(`\n${formatComparison(comparison, options.interpreters)}`);
  if (comparison.identical === false) process.exitCode = 1;
}

/**
 * @param {import('./ways.mjs').WayName} name
 * @param {number} total how many files there are
 * @param {Options} options
 * @returns {Promise<Run>}
 */
async function runOne(name, total, { folder, interpreters, json }) {
  const progress = startProgress(titles[name], total, process.stdout.isTTY && !json);
  try {
    const job = { folder, parallel: interpreters, onFile: progress.step };
    return { name, ...(await doJob(name, job)) };
  } finally {
    progress.stop();
  }
}

/**
 * Reads every file once, so that the first way finds them in the system's cache as the others do.
 *
 * @param {string} folder
 * @returns {number} how many there are
 */
function warmUp(folder) {
  let count = 0;
  for (const _ of sourceFiles(folder)) count++;
  return count;
}

/**
 * @param {import('./aggregate.mjs').Report} report
 * @param {import('./comparison.mjs').Comparison} comparison
 */
function toJson({ found, failures, totals, top }, comparison) {
  return { files: found, failed: failures.length, totals, comparison, failures, top };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message}\n\n${usage}` : messageOf(error));
  process.exitCode = 1;
}
