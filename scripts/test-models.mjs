// npm run test:models [-- --grep TEXT]: verifies the models of the protocols with spin, in every configuration of
// test/models/configurations.mjs; the last line says how many held, or failed as they have to, and how many did not.
import { parseArgs } from 'node:util';
import { main } from './lib/exec.mjs';
import { verifyModels } from './lib/models.mjs';
import { Steps } from './lib/steps.mjs';

await main(async (args) => {
  const { values } = parseArgs({ args, options: { grep: { type: 'string', default: '' } } });
  const steps = new Steps();
  await steps.run('models', () => verifyModels(values.grep));
  return steps.finish();
});
