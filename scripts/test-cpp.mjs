import { cppTests } from './lib/cpp.mjs';
import { main } from './lib/exec.mjs';
import { Steps } from './lib/steps.mjs';

await main(async () => {
  const steps = new Steps();
  await steps.run('C++ tests', () => cppTests());
  return steps.finish();
});
