/**
 * Octane, which is no dependency of this project: it is fetched into .cache when it is first asked for.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, say } from '../../scripts/lib/exec.mjs';
import { path } from '../../scripts/lib/project.mjs';

const npmPackage = 'benchmark-octane@1.0.1';
const folder = path('.cache', 'octane');
const scripts = join(folder, 'node_modules', 'benchmark-octane', 'lib', 'octane');

/** Rejects with a Failure where it cannot be had. */
export async function installOctane() {
  if (existsSync(scripts)) return;
  say(`fetching ${npmPackage} into .cache ...`);
  mkdirSync(folder, { recursive: true });
  // Without a package.json of its own npm would install into the project above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const options = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  await npm(['install', ...options, npmPackage], { cwd: folder, capture: 'only' });
}

/**
 * The scripts of a benchmark, in the order in which they are to run.
 *
 * @param {string} name
 */
export const octaneScripts = (name) =>
  ['base.js', `${name}.js`].map((file) => readFileSync(join(scripts, file), 'utf8'));
