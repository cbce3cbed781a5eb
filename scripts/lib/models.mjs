import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { configurations } from '../../test/models/configurations.mjs';
import { exit, Failure, howItEnded } from './exec.mjs';
import { path } from './project.mjs';
import { checkModelTools } from './tools.mjs';

const AT_ONCE = 2;
const MEGABYTES = 1900;
// Of a path through a model; the longest are a few thousand.
const DEPTH = 100_000;
const LIMIT = 20 * 60_000;

const nameOf = ({ model, defines, fails }) =>
  `${model} ${defines}${fails ? `, with the defect ${fails}` : ''}`;

/**
 * Verifies all configurations whose name contains `part`, two at a time. Without a defect there may be no error, and the search has to be
 * complete; with one there has to be the error that it makes. And every statement of a model has to be reached by one of its configurations: if not, it
 * verifies less than it seems to.
 */
export async function verifyModels(part = '') {
  const compiler = checkModelTools();
  const chosen = configurations.filter((one) => nameOf(one).includes(part));
  if (chosen.length === 0) throw new Failure(`no configuration's name contains ${part}`);
  mkdirSync(path('build/models'), { recursive: true });
  const all = { passed: 0, failures: [] };
  const count = (name, failure) => {
    if (failure === undefined) all.passed++;
    else all.failures.push(`${name}: ${failure}`);
  };

  const reached = new Map();
  const left = [...chosen];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const start = performance.now();
      const { failure, text, summary, lines } = await verify(one, compiler);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${failure ? '✗' : '✓'} ${nameOf(one)} (${seconds} s): ${failure ?? summary}`);
      if (failure && text) console.log(text);
      count(nameOf(one), failure);
      if (one.fails === undefined) reached.set(one, lines);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  for (const model of new Set(chosen.map((one) => one.model))) {
    const sound = configurations.filter((one) => one.model === model && one.fails === undefined);
    // Not all were chosen, or one has failed before it came to an end.
    if (!sound.every((one) => reached.get(one))) continue;
    const unreached = neverReached(sound.map((one) => reached.get(one)));
    for (const line of unreached) console.log(`${model}: never reached: ${line}`);
    count(model, unreached.length > 0 ? `${unreached.length} lines are never reached` : undefined);
  }
  return all;
}

async function verify(configuration, compiler) {
  const folder = mkdtempSync(path('build/models', `${configuration.model}-`));
  try {
    return await verifyIn(folder, configuration, compiler);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verifyIn(folder, { model, defines, fails, breaks }, compiler) {
  const step = async (command, args) => {
    const ended = await exit(command, args, { cwd: folder, capture: 'only', limit: LIMIT });
    const failure = ended.code === 0 ? undefined : `${command}: ${howItEnded(ended)}`;
    return { text: ended.text, failure };
  };
  const symbols = [...defines.split(' '), ...(fails ? [fails] : [])].map((one) => `-D${one}`);
  const file = path('test/models', `${model}.pml`);
  const generated = await step('spin', [...symbols, '-a', file]);
  if (generated.failure) return generated;

  // No cycles are looked for: a thread that spins while nothing moves is an invalid end, or breaks an assertion.
  const flags = ['-DSAFETY', '-DNOFAIR', '-DCOLLAPSE', `-DMEMLIM=${MEGABYTES}`];
  // To optimise takes longer than most of the verifications.
  const compiled = await step(compiler, ['-O0', '-w', ...flags, '-o', 'pan', 'pan.c']);
  if (compiled.failure) return compiled;

  const ran = await step(join(folder, 'pan'), [`-m${DEPTH}`]);
  const errors = ran.text.match(/errors: (\d+)/)?.[1];
  if (errors === undefined)
    return { failure: ran.failure ?? 'pan gives no counts', text: ran.text };
  const error = ran.text.match(/^pan:\d+: (.*)$/m)?.[1];
  const states = ran.text.match(/(\S+) states, stored/)?.[1];
  if (fails) {
    if (Number(errors) === 0) return { failure: 'the defect is not found' };
    return error?.includes(breaks)
      ? { summary: `found: ${error}` }
      : { failure: `the defect breaks something else: ${error}` };
  }
  if (Number(errors) > 0) {
    const steps = await step('spin', [...symbols, '-k', `${model}.pml.trail`, '-p', file]);
    return { failure: error, text: steps.text };
  }
  if (/Search not completed|max search depth too small|MEMLIM|out of memory/.test(ran.text)) {
    return { failure: 'the search is not complete', text: ran.text };
  }
  const table = await step(join(folder, 'pan'), ['-d']);
  const lines = linesOf(table.text, ran.text);
  if (table.failure || lines.size === 0 || !/^unreached in /m.test(ran.text)) {
    const failure = table.failure ?? 'what was reached cannot be read';
    return { failure, text: `${table.text}\n${ran.text}` };
  }
  return { summary: `${states} states`, lines };
}

/** Of each line with a statement, whether it was reached, from the verifier's table of states and its report. */
function linesOf(table, report) {
  const unreached = new Set();
  let process;
  for (const line of report.split('\n')) {
    process = line.match(/^unreached in (?:proctype )?(\w+)/)?.[1] ?? process;
    const state = line.match(/^\t.*, state (\d+), /)?.[1];
    if (state) unreached.add(`${process} ${state}`);
  }
  const lines = new Map();
  for (const line of table.split('\n')) {
    process = line.match(/^(?:proctype )?(\w+)$/)?.[1] ?? process;
    const [, state, place] = line.match(/^\tstate +(\d+) -.* \S*?([^/\s]+:\d+) => /) ?? [];
    if (state === undefined) continue;
    lines.set(place, lines.get(place) === true || !unreached.has(`${process} ${state}`));
  }
  return lines;
}

function neverReached(runs) {
  const all = new Map();
  for (const lines of runs) {
    for (const [line, reached] of lines) all.set(line, all.get(line) === true || reached);
  }
  return [...all].filter(([, reached]) => !reached).map(([line]) => line);
}
