import { installDependencies } from './lib/dependencies.mjs';
import { main } from './lib/exec.mjs';
import { lint } from './lib/format.mjs';

await main(async () => {
  await installDependencies();
  await lint();
});
