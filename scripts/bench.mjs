// npm run bench [-- --node 24 OPTIONS]: the benchmarks of bench/, under the Node that runs or another.
import { parseArgs } from 'node:util';
import { buildAddon } from './lib/addon.mjs';
import { build } from './lib/build.mjs';
import { Failure, foreground, main } from './lib/exec.mjs';
import { majors, nodeOf } from './lib/nodes.mjs';
import { path } from './lib/project.mjs';

await main(async (args) => {
  const { major, rest } = chosen(args);
  await build();
  const node = await nodeOf(major);
  await buildAddon(node);
  return foreground(node.execPath, [path('bench/run.mjs'), ...rest]);
});

/** Takes `--node` out of the arguments; the others are the benchmarks' own. */
function chosen(args) {
  const { values, tokens } = parseArgs({
    args,
    options: { node: { type: 'string' } },
    strict: false,
    tokens: true,
  });
  const running = Number.parseInt(process.versions.node, 10);
  const major = values.node === undefined ? running : Number(values.node);
  if (!majors.includes(major)) throw new Failure(`supported are Node ${majors.join(', ')}`);
  const own = tokens.filter(({ kind, name }) => kind === 'option' && name === 'node');
  const taken = own.flatMap(({ index, inlineValue }) =>
    inlineValue ? [index] : [index, index + 1],
  );
  return { major, rest: args.filter((_, index) => !taken.includes(index)) };
}
