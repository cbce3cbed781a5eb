// npm run test:matrix [-- 24 26]: the JavaScript tests under each supported Node, with a binary built for it.
// npm run test:matrix -- others: under all but the one that runs, where `npm test` has run them already.
import { addonFile, buildAddon } from './lib/addon.mjs';
import { build } from './lib/build.mjs';
import { Failure, main, run } from './lib/exec.mjs';
import { jsTests } from './lib/js-tests.mjs';
import { majors, nodeOf } from './lib/nodes.mjs';
import { path } from './lib/project.mjs';
import { Steps } from './lib/steps.mjs';

await main(async (args) => {
  const chosen = args.length > 0 ? args.flatMap(majorsOf) : majors;
  const unknown = chosen.find((major) => !majors.includes(major));
  if (unknown !== undefined) throw new Failure(`supported are Node ${majors.join(', ')}`);
  const steps = new Steps();
  if (await steps.run('build', build)) {
    for (const major of chosen) await testUnder(major, steps);
  }
  return steps.finish();
});

function majorsOf(argument) {
  const own = Number(process.versions.node.split('.')[0]);
  return argument === 'others' ? majors.filter((each) => each !== own) : [Number(argument)];
}

async function testUnder(major, steps) {
  let node;
  const built = await steps.run(`Node ${major}: build`, async () => {
    node = await nodeOf(major);
    await buildAddon(node);
  });
  const load = async () => {
    await run(node.execPath, ['-e', 'require(process.argv[1])', path(addonFile(node))]);
  };
  if (built && (await steps.run(`Node ${node.version} (ABI ${node.abi}): load`, load))) {
    await steps.run(`Node ${node.version}: JavaScript tests`, () => jsTests([], node.execPath));
  }
}
