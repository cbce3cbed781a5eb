import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addonFile, compileAddon, workFolder } from './addon.mjs';
import { exit, npm } from './exec.mjs';
import { describeNode, runningNode } from './nodes.mjs';
import { manifest, path } from './project.mjs';
import { checkNativeTools } from './tools.mjs';

export const usage = `Usage: isolane COMMAND

  build   compile the native addon for the running Node.js (needs a C++20 compiler and Python 3)
  info    tell which binary the running Node.js needs, and whether it is there and loads`;

/** Compiles the addon for the running Node; node-gyp and node-addon-api come from npm, beside the work files. */
export async function buildFromSource() {
  checkNativeTools();
  const node = await runningNode();
  const folder = workFolder(node.abi);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const tools = ['node-gyp', 'node-addon-api'].map(
    (name) => `${name}@${manifest.devDependencies[name]}`,
  );
  await npm(['install', '--no-package-lock', '--no-audit', '--no-fund', ...tools], { cwd: folder });
  await compileAddon(node, join(folder, 'package.json'));
  rmSync(folder, { recursive: true, force: true });
  console.log(`built ${path(addonFile(node))}`);
}

export async function info() {
  const node = await describeNode(process.execPath);
  const file = addonFile(node);
  console.log(`isolane   ${manifest.version}`);
  console.log(
    `Node.js   ${node.version} (ABI ${node.abi}) ${[node.platform, node.arch, node.libc].join(' ').trim()}`,
  );
  console.log(`needs     ${file}: ${await condition(path(file))}`);
  console.log(`there are ${binaries().join(', ') || 'no binaries'}`);
}

async function condition(file) {
  if (!existsSync(file)) return 'missing; compile it with: npx isolane build';
  // In a process of its own: a wrong binary may end the process that loads it.
  const { code, text } = await exit(process.execPath, ['-e', 'require(process.argv[1])', file], {
    capture: 'only',
  });
  return code === 0
    ? 'loads'
    : `does not load: ${text.match(/^.*Error: .*$/m)?.[0] ?? `exit code ${code}`}`;
}

function binaries() {
  if (!existsSync(path('prebuilds'))) return [];
  return readdirSync(path('prebuilds'), { recursive: true }).filter((name) =>
    name.endsWith('.node'),
  );
}
