/**
 * The benchmarks. See `--help`.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describe, machine } from './lib/machine.mjs';
import { figure } from './lib/stats.mjs';
import { formatSection } from './lib/table.mjs';
import * as batches from './scenarios/batches.mjs';
import * as besideIdle from './scenarios/beside-idle.mjs';
import * as churn from './scenarios/churn.mjs';
import * as limits from './scenarios/limits.mjs';
import * as mainJob from './scenarios/main-job.mjs';
import * as manyToMany from './scenarios/many-to-many.mjs';
import * as memory from './scenarios/memory.mjs';
import * as oneWay from './scenarios/one-way.mjs';
import * as oversubscribed from './scenarios/oversubscribed.mjs';
import * as roundTrip from './scenarios/round-trip.mjs';
import * as secondImport from './scenarios/second-import.mjs';
import * as select from './scenarios/select.mjs';
import * as singleThread from './scenarios/single-thread.mjs';
import * as sizes from './scenarios/sizes.mjs';
import * as startUp from './scenarios/start-up.mjs';

/** @typedef {import('./lib/stats.mjs').Figure} Figure */
/**
 * @template S
 * @typedef {import('./lib/stats.mjs').Outcome<S>} Outcome
 */
/** @typedef {import('./lib/table.mjs').Section} Section */

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {readonly string[]} [parts] what it can be restricted to
 * @property {(context: Context) => Promise<Section>} run
 */

/**
 * @typedef {object} Context what a scenario is given
 * @property {Profile} profile
 * @property {(part: string) => boolean} wants whether a part is asked for
 * @property {(what: string) => void} step tells the reader what is being measured
 * @property {<T>(what: string, body: () => Promise<T>) => Promise<T | undefined>} attempt notes a failure and goes on
 * @property {<S>(outcomes: Record<string, Outcome<S>> | undefined, what: string, toUnit?: (sample: S) => number) =>
 *   Record<string, Figure>} figuresOf notes the failures among the outcomes
 */

/** @type {readonly Scenario[]} */
const scenarios = [
  startUp,
  memory,
  churn,
  limits,
  secondImport,
  singleThread,
  besideIdle,
  oneWay,
  roundTrip,
  batches,
  sizes,
  select,
  manyToMany,
  oversubscribed,
  mainJob,
];

/** How much is measured. */
const normal = {
  /** Samples of a message scenario, and about what each takes. */
  rounds: 7,
  batchMs: 150,
  crowdedRounds: 5,
  /** Fresh processes for a figure of start or memory. */
  processes: 5,
  starts: 20,
  /** How many at a time. */
  memory: {
    isolane: [1, 100, 1000],
    bare: [1, 100, 1000],
    worker: [1, 10, 50],
    'isolated-vm': [1, 100, 1000],
  },
  churn: { count: 5000, seconds: /** @type {number | null} */ (60) },
  /** Whether the bare C++ ring is built and measured. */
  core: true,
  /** @type {string | undefined} */
  folder: undefined,
};

/** @typedef {typeof normal} Profile */

/** @type {Profile} */
const quick = {
  ...normal,
  rounds: 2,
  batchMs: 10,
  crowdedRounds: 1,
  processes: 1,
  starts: 3,
  memory: { isolane: [1, 20], bare: [1, 20], worker: [1, 5], 'isolated-vm': [1, 20] },
  churn: { count: 50, seconds: null },
  core: false,
};

const names = scenarios.flatMap(({ name, parts = [] }) => [
  name,
  ...parts.map((part) => `${name}/${part}`),
]);

const usage = `Isolane's benchmarks, against worker_threads in the same run.

  npm run bench [-- OPTIONS]

  --node MAJOR    under this Node instead of the one that runs: 20, 22, 24 or 26; fetched if need be
  --quick         a smoke test: few samples, no bare C++ ring, no main job; its figures mean nothing
  --full          as long as it takes: does not end a scenario when its time is over
  --only NAME     only this one, which can be given several times:
${names.map((name) => `                    ${name}`).join('\n')}
  --folder FOLDER of the main job; this project's own node_modules if it is left out
  --json          JSON on stdout instead of tables
  --out FILE      JSON into a file, too
  --help          this text`;

/** @param {string[]} args */
async function main(args) {
  const options = parse(args);
  if (options.help) {
    console.log(usage);
    return;
  }
  const measuredOn = machine();
  if (!options.json) console.log(`${describe(measuredOn)}\n`);
  if (options.quick && !options.json) console.log('A smoke test: these figures mean nothing.\n');
  const started = new Date();
  /** @type {(Section & { name: string })[]} */
  const sections = [];
  for (const scenario of selected(options)) {
    const section = await runScenario(scenario, options);
    // So little says nothing about a target.
    if (options.quick) for (const row of section.rows) delete row.checks;
    sections.push({ name: scenario.name, ...section });
    if (!options.json) console.log(`${formatSection(section)}\n`);
  }
  const report = {
    machine: measuredOn,
    started,
    ended: new Date(),
    options,
    sections,
    failures: [...failures],
  };
  if (options.json) console.log(JSON.stringify(report));
  if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(report, null, 2)}\n`);
  // The whole of it is in the JSON.
  for (const failure of failures) console.error(`failed: ${failure.split('\n')[0]}`);
  if (failures.size > 0) process.exitCode = 1;
}

/** @param {string[]} args */
function parse(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      folder: { type: 'string' },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = values.only.find((each) => !names.includes(each));
  if (unknown !== undefined) throw new Error(`There is no benchmark '${unknown}'`);
  return values;
}

/** @typedef {ReturnType<typeof parse>} Options */

/** @param {Options} options */
function selected({ only, quick }) {
  if (only.length === 0) return scenarios.filter((each) => !quick || each !== mainJob);
  return scenarios.filter(({ name }) =>
    only.some((each) => each === name || each.startsWith(`${name}/`)),
  );
}

/**
 * Told once each, even if several figures are missing for it.
 *
 * @type {Set<string>}
 */
const failures = new Set();

/**
 * @param {Scenario} scenario
 * @param {Options} options
 */
function runScenario({ name, run }, options) {
  const { only } = options;
  const fail = (/** @type {string} */ what, /** @type {string} */ why) =>
    failures.add(`${name}, ${what}: ${why}`);
  return run({
    profile: profileOf(options),
    wants: (part) => only.length === 0 || only.includes(name) || only.includes(`${name}/${part}`),
    step: (what) => console.error(`measuring ${name}: ${what} ...`),
    attempt: (what, body) =>
      body().catch((error) => {
        fail(what, error.message);
        return undefined;
      }),
    figuresOf(outcomes = {}, what, toUnit = Number) {
      /** @type {Record<string, Figure>} */
      const figures = {};
      for (const [contender, outcome] of Object.entries(outcomes)) {
        if ('error' in outcome) fail(`${what}, ${contender}`, outcome.error);
        else figures[contender] = figure(outcome.samples.map(toUnit));
      }
      return figures;
    },
  });
}

/**
 * @param {Options} options
 * @returns {Profile}
 */
function profileOf({ quick: isQuick, full, folder }) {
  const profile = { ...(isQuick ? quick : normal), folder };
  return full ? { ...profile, churn: { ...profile.churn, seconds: null } } : profile;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`${/** @type {Error} */ (error).message}\n\n${usage}`);
  process.exitCode = 1;
}
