import { createRequire } from 'node:module';
import { run } from './exec.mjs';
import { path } from './project.mjs';

const require = createRequire(import.meta.url);

/**
 * Runs the trials of test/limits until there have been `runs` (each at least once), and prints a table. With `workers`, a column
 * says what comes of the same script in a Worker. Returns what passed and failed.
 */
export async function runHostile({ node, runs, grep, processes, workers }) {
  const { Runner } = require(path('build/test/limits/runner.js'));
  // Not all of them are for every Node.
  const list = 'JSON.stringify(require(process.argv[1]).trials)';
  const file = path('build/test/limits/trials.js');
  const trials = JSON.parse(await run(node.execPath, ['-p', list, file], { capture: 'only' }));
  const chosen = trials.filter(({ id }) => id.includes(grep));
  const ids = [];
  do {
    ids.push(...shuffled(chosen.map(({ id }) => id)));
  } while (ids.length < runs);
  if (runs > chosen.length) ids.length = runs;

  const runner = new Runner({
    execPath: node.execPath,
    processes,
    atOnce: 2,
    onProgress: (done, all) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} runs `);
    },
  });
  await runner.run(ids);
  if (process.stderr.isTTY) process.stderr.write('\n');

  const inWorker = workers ? await runInWorkers(chosen, node, processes) : undefined;
  printTable(runner, inWorker);
  return verdict(runner, ids.length);
}

/** The order differs from round to round, so that each runs beside others. */
function shuffled(list) {
  return list
    .map((each) => [Math.random(), each])
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}

async function runInWorkers(trials, node, processes) {
  const { runInWorker } = require(path('build/test/limits/worker-trial.js'));
  const scripts = new Map(trials.map(({ kind, script }) => [script.name, { kind, script }]));
  const queue = [...scripts.values()].filter(({ script }) => !script.isolane);
  const words = new Map();
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { script, kind } = next;
      words.set(script.name, await runInWorker(kind, script.body, { execPath: node.execPath }));
    }
  };
  await Promise.all(Array.from({ length: processes }, lane));
  return words;
}

function printTable(runner, inWorker) {
  const rows = [...runner.counts].sort(([a], [b]) => a.localeCompare(b));
  console.log(`| script | outcome × runs | slowest | deaths |${inWorker ? ' in a Worker |' : ''}`);
  console.log(`| --- | --- | --- | --- |${inWorker ? ' --- |' : ''}`);
  for (const [id, count] of rows) {
    const cells = [
      id,
      outcomes(count),
      `${Math.round(count.slowest)} ms`,
      `${count.deaths + count.hangs}`,
    ];
    if (inWorker) cells.push(inWorker.get(id.slice(id.indexOf(': ') + 2)) ?? '–');
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function outcomes({ ended, writtenOff, deaths, hangs, failures }) {
  const parts = [...ended].map(([name, times]) => `${name} × ${times}`);
  if (writtenOff > 0) parts.push(`(written off × ${writtenOff})`);
  if (deaths > 0) parts.push(`DEATH × ${deaths}`);
  if (hangs > 0) parts.push(`HANG × ${hangs}`);
  for (const [why, times] of failures) parts.push(`WRONG × ${times}: ${why.split('\n')[0]}`);
  return parts.join(', ');
}

function verdict({ counts, lastWords }, runs) {
  const failures = [];
  let wrong = 0;
  let deaths = 0;
  for (const [id, count] of counts) {
    const bad = [...count.failures.values()].reduce((sum, times) => sum + times, 0);
    wrong += bad;
    deaths += count.deaths + count.hangs;
    if (count.deaths + count.hangs > 0) {
      failures.push(id);
      console.error(`\n${id}: ${lastWords.get(id)}`);
    } else if (bad > 0) failures.push(id);
  }
  console.log(`\n${runs} runs: ${deaths} deaths, ${wrong} wrong outcomes`);
  return { passed: counts.size - failures.length, failures };
}
