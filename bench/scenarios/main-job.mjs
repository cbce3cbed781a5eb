import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { figure } from '../lib/stats.mjs';
import { checkRatio } from '../lib/table.mjs';

export const name = 'main-job';

const example = fileURLToPath(new URL('../../examples/code-metrics/main.mjs', import.meta.url));
const titles = { isolane: 'Isolane', workerThreads: 'worker_threads', oneThread: 'one thread' };

/** @typedef {import('../lib/table.mjs').Row} Row */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt }) {
  step('examples/code-metrics');
  const report = await attempt(name, () => runExample(profile.folder));
  return {
    title: 'The main job: code metrics of a folder, as in npm start',
    contenders: titles,
    baseline: 'oneThread',
    rows: report ? [rowOf(report)] : [],
    notes: ['n×: times faster than one thread. Loading and starting are included. One run.'],
  };
}

/**
 * @param {any} report what the example prints
 * @returns {Row}
 */
function rowOf({ files, comparison }) {
  const figures = Object.fromEntries(
    Object.keys(titles).map((way) => [way, figure([comparison[way].ms])]),
  );
  /** @type {Row} */
  const row = { name: `${files.toLocaleString('en')} files`, unit: 'ms', figures };
  const { identical } = comparison;
  return {
    ...row,
    checks: [
      ...checkRatio(row, {
        contender: 'isolane',
        baseline: 'oneThread',
        atLeast: 1.6,
        target: '≥ 1.6×',
      }),
      ...checkRatio(row, {
        contender: 'isolane',
        baseline: 'workerThreads',
        atLeast: 1,
        target: 'faster than worker_threads',
      }),
      {
        target: 'the same report',
        measured: identical ? 'identical' : 'different',
        met: identical,
      },
    ],
  };
}

/** @param {string | undefined} folder the example's default if there is none */
async function runExample(folder) {
  const args = [example, '--json', ...(folder === undefined ? [] : [folder])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  // It exits with 1 if the reports are not identical, and says so in its JSON.
  return JSON.parse(await text(child.stdout));
}
