/**
 * isolated-vm, which is no dependency of this project: it is fetched into .cache when it is first asked for, in the latest
 * version that takes the Node that runs, and compiled where it brings no binary.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileIn } from '../../scripts/lib/addon.mjs';
import { exit, Failure, npm, say } from '../../scripts/lib/exec.mjs';
import { runningNode } from '../../scripts/lib/nodes.mjs';
import { path } from '../../scripts/lib/project.mjs';

/** By the major version of Node. */
const versions = { 20: '5.0.4', 22: '6.2.0', 24: '7.0.1', 26: '7.0.1' };

const { node, modules } = process.versions;
const version = versions[/** @type {keyof typeof versions} */ (Number.parseInt(node, 10))];
const folder = path('.cache', 'isolated-vm', `${version}-abi${modules}`);
const module = join(folder, 'node_modules', 'isolated-vm');

/** What its documentation asks for since Node 20. */
export const isolatedVmFlags = ['--no-node-snapshot'];

/** Rejects with a Failure where it cannot be had: no network, no compiler, another Node. */
export async function installIsolatedVm() {
  if (version === undefined) throw new Failure(`no version of it is known for Node ${node}`);
  if (await loads()) return;
  say(`fetching isolated-vm ${version} into .cache ...`);
  mkdirSync(folder, { recursive: true });
  // Without a package.json of its own npm would install into the project above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // Its own script would compile for the Node of the PATH.
  const options = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  await npm(['install', ...options, `isolated-vm@${version}`], { cwd: folder, capture: 'only' });
  if (await loads()) return;
  say('compiling isolated-vm ...');
  await compileIn(module, await runningNode(), { capture: 'only' });
  if (!(await loads())) throw new Failure('it does not load');
}

/** In a process of its own, so that it is known to load with its flags, and harms nothing. */
async function loads() {
  if (!existsSync(module)) return false;
  const args = [...isolatedVmFlags, '-e', 'require(process.argv[1])', module];
  return (await exit(process.execPath, args, { capture: 'only' })).code === 0;
}

/** In a process with its flags, once it is installed. */
export const loadIsolatedVm = () => createRequire(import.meta.url)(module);
