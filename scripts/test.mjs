// npm test: everything that can be checked with the running Node alone.
import { build } from './lib/build.mjs';
import { cppTests } from './lib/cpp.mjs';
import { main } from './lib/exec.mjs';
import { lint } from './lib/format.mjs';
import { jsTests, typeCheck } from './lib/js-tests.mjs';
import { Steps } from './lib/steps.mjs';

await main(async () => {
  const steps = new Steps();
  await steps.run('build', build);
  await steps.run('lint and format', lint);
  await steps.run('type check', typeCheck);
  await steps.run('C++ tests', () => cppTests());
  await steps.run('JavaScript tests', () => jsTests());
  return steps.finish();
});
