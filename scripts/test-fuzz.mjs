// npm run test:fuzz [-- --runs N] [--target NAME] [--seed S]: feeds damaged bytes to everything that decodes some, under sanitizers. What
// fails is kept in build/fuzz/found, and tried again first. Needs clang.
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { Failure, main } from './lib/exec.mjs';
import { buildFuzzers, fuzz, targets } from './lib/fuzz.mjs';
import { Steps } from './lib/steps.mjs';

await main(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string' },
      target: { type: 'string', multiple: true, default: Object.keys(targets) },
      seed: { type: 'string', default: process.env.SEED ?? `${(Date.now() % (2 ** 31 - 1)) + 1}` },
    },
  });
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  const seed = Number(values.seed);
  if (runs !== undefined && (!Number.isSafeInteger(runs) || runs < 1)) {
    throw new Failure('--runs takes a number');
  }
  // libFuzzer takes 0 to mean that it chooses one itself.
  if (!Number.isSafeInteger(seed) || seed < 1) throw new Failure('--seed takes a number from 1 on');
  for (const name of values.target) {
    if (Object.hasOwn(targets, name)) continue;
    throw new Failure(`There is no target ${name}: ${Object.keys(targets).join(', ')}`);
  }
  const steps = new Steps();
  const built = await steps.run('build', async () => {
    await build();
    await buildFuzzers(values.target);
  });
  if (built) {
    for (const name of values.target) {
      await steps.run(`${name} (--seed ${seed})`, () => fuzz(name, { runs, seed }));
    }
  }
  return steps.finish();
});
