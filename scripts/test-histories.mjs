// npm run test:histories [-- --histories N] [--seed S]: plays random histories of channel operations and checks that each is
// linearizable; the last line says how many were and were not.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { Failure, main } from './lib/exec.mjs';
import { buildTests } from './lib/javascript.mjs';
import { path } from './lib/project.mjs';
import { Steps } from './lib/steps.mjs';

const require = createRequire(import.meta.url);
const SHOWN = 3;

await main(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      histories: { type: 'string', default: '10000' },
      seed: { type: 'string', default: process.env.SEED ?? `${Date.now() % 2 ** 31}` },
    },
  });
  const [count, seed] = [Number(values.histories), Number(values.seed)];
  if (!Number.isSafeInteger(count) || count < 1) throw new Failure('--histories takes a number');
  if (!Number.isSafeInteger(seed)) throw new Failure('--seed takes a number');
  const steps = new Steps();
  const built = await steps.run('build', async () => {
    await build();
    await buildTests();
  });
  if (built) await steps.run(`histories (SEED=${seed})`, () => play(count, seed));
  return steps.finish();
});

async function play(count, seed) {
  const { Hanging, histories, Stage } = require(
    path('build/test/proofs/linearizability/histories.js'),
  );
  const stage = await Stage.open();
  const failures = [];
  let passed = 0;
  try {
    for await (const { history, wrong } of histories(stage, seed, count)) {
      if (wrong === undefined) passed++;
      else {
        failures.push(`history ${history.program.number} is not linearizable (SEED=${seed})`);
        if (failures.length <= SHOWN) console.error(`\n${wrong}`);
      }
    }
  } catch (error) {
    if (!(error instanceof Hanging)) throw error;
    console.error(`\n${error.message}`);
    for (const { program } of error.histories) {
      failures.push(`history ${program.number} does not end (SEED=${seed})`);
    }
  } finally {
    await stage.close();
  }
  return { passed, failures };
}
