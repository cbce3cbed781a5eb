// npm run test:package: installs the tarball where there is no compiler, and uses it under each supported Node.
import { main } from './lib/exec.mjs';
import { mocha } from './lib/mocha.mjs';
import { pack } from './lib/pack.mjs';
import { Steps } from './lib/steps.mjs';

await main(async () => {
  const steps = new Steps();
  if (await steps.run('package', pack)) {
    await steps.run('installation', () =>
      mocha(process.execPath, ['--no-config', 'test/package/install.test.mjs']),
    );
  }
  return steps.finish();
});
