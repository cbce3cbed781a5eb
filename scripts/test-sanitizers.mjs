import { cppTests } from './lib/cpp.mjs';
import { main } from './lib/exec.mjs';
import { Steps } from './lib/steps.mjs';

await main(async () => {
  const steps = new Steps();
  for (const sanitize of ['thread', 'address;undefined']) {
    await steps.run(`C++ tests, sanitizer ${sanitize}`, () => cppTests({ sanitize }));
  }
  return steps.finish();
});
