// npm run test:hostile [-- --runs N] [--node 24] [--grep TEXT] [--workers]: hostile scripts in processes of their own; a table
// of what came of each, by name. Fails on any death, hang or wrong outcome.
import { parseArgs } from 'node:util';
import { addonFile, buildAddon } from './lib/addon.mjs';
import { build } from './lib/build.mjs';
import { Failure, main } from './lib/exec.mjs';
import { runHostile } from './lib/hostile.mjs';
import { buildTests } from './lib/javascript.mjs';
import { nodeOf, runningNode } from './lib/nodes.mjs';
import { path } from './lib/project.mjs';
import { Steps } from './lib/steps.mjs';

await main(async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string', default: '0' },
      node: { type: 'string' },
      grep: { type: 'string', default: '' },
      processes: { type: 'string', default: '2' },
      workers: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 0) throw new Failure('--runs takes a number of runs');
  const steps = new Steps();
  let node;
  const built = await steps.run('build', async () => {
    await build();
    await buildTests();
    node = values.node ? await nodeOf(Number(values.node)) : await runningNode();
    await buildAddon(node);
  });
  if (built) {
    await steps.run(
      `hostile scripts under Node ${node.version} (${path(addonFile(node)).split('/').at(-1)})`,
      () =>
        runHostile({
          node,
          runs,
          grep: values.grep,
          processes: Number(values.processes),
          workers: values.workers,
        }),
    );
  }
  return steps.finish();
});
