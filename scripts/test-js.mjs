import { build } from './lib/build.mjs';
import { main } from './lib/exec.mjs';
import { jsTests } from './lib/js-tests.mjs';
import { Steps } from './lib/steps.mjs';

// Arguments go to mocha: npm run test:js -- --grep select
await main(async (args) => {
  const steps = new Steps();
  if (await steps.run('build', build)) await steps.run('JavaScript tests', () => jsTests(args));
  return steps.finish();
});
