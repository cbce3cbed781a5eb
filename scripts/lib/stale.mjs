import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { say } from './exec.mjs';
import { path } from './project.mjs';

/**
 * Calls `make` if an output is missing, or if the content of an input or the `key` (what else the outputs depend on)
 * is not what it was when `make` last succeeded. Inputs and outputs are files or folders, relative to the project.
 */
export async function whenStale(name, { inputs, outputs, key = '' }, make) {
  const stamp = path('build', 'stamps', name);
  const now = digest(inputs, key);
  const before = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (now === before && outputs.every((output) => existsSync(path(output)))) return;
  rmSync(stamp, { force: true });
  say(`building ${name} ...`);
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

function digest(inputs, key) {
  const hash = createHash('sha256').update(key);
  for (const file of inputs.flatMap(filesOf))
    hash.update(`\0${file}\0`).update(readFileSync(path(file)));
  return hash.digest('hex');
}

/** All files below a folder of the project, or the file itself; sorted, relative to the project. */
export function filesOf(name) {
  if (!existsSync(path(name))) return [];
  if (!statSync(path(name)).isDirectory()) return [name];
  return readdirSync(path(name))
    .sort()
    .flatMap((entry) => filesOf(join(name, entry)));
}
