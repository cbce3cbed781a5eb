// npm run soak [-- --minutes N] [--seed S]: everything at once, for as long as you like; prints how often what happened, and fails if a
// message is unaccounted for, somebody does not stop, or memory grows.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { Failure, main } from './lib/exec.mjs';
import { buildTests } from './lib/javascript.mjs';
import { path } from './lib/project.mjs';

const require = createRequire(import.meta.url);

/** More than allocators keep for themselves, and less than what a leak comes to in some minutes. */
const MOST_GROWTH = 50e6;

await main(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: process.env.SEED ?? `${Date.now() % 2 ** 31}` },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0)) throw new Failure('--minutes takes a number above 0');
  if (!Number.isSafeInteger(seed)) throw new Failure('--seed takes a number');
  await build();
  await buildTests();
  const { growth, soak } = require(path('build/test/proofs/soak/soak.js'));
  console.log(`SEED=${seed}`);
  const report = await soak({ seed, milliseconds: minutes * 60_000, onRound: showRound });
  if (process.stderr.isTTY) process.stderr.write('\n');
  printTable(report, growth(report));
  return verdict(report, growth(report), seed);
});

function showRound(round) {
  if (process.stderr.isTTY) process.stderr.write(`\rround ${round} `);
}

function printTable({ rounds, table, memory }, grown) {
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const rows = [
    ...table,
    ['rounds', rounds],
    ['memory after the first round', megabytes(memory[0])],
    ['memory at the end', megabytes(memory.at(-1))],
    [
      'more in the last third of the rounds than in the first',
      grown === undefined ? 'too few to tell' : megabytes(grown),
    ],
  ];
  console.log('| what | how much |\n| --- | ---: |');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

function verdict({ problems }, grown, seed) {
  const all = [...problems];
  if (grown > MOST_GROWTH) all.push(`memory grew by ${Math.round(grown / 1e6)} MB`);
  for (const problem of all) console.error(`\n${problem} (SEED=${seed})`);
  console.log(all.length === 0 ? '\nevery message is accounted for' : '\nfailed');
  return all.length === 0 ? 0 : 1;
}
