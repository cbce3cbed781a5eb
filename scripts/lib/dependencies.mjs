import { existsSync, readFileSync } from 'node:fs';
import { npm, say } from './exec.mjs';
import { path } from './project.mjs';

/** Installs node_modules if they are missing or do not match package-lock.json. */
export async function installDependencies() {
  if (installed()) return;
  say('installing dependencies (npm ci) ...');
  await npm(['ci', '--no-audit', '--no-fund']);
}

/** Compares with the record that npm keeps of what it installed; what it left out must be optional. */
function installed() {
  const record = path('node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const have = JSON.parse(readFileSync(record, 'utf8')).packages;
  const want = JSON.parse(readFileSync(path('package-lock.json'), 'utf8')).packages;
  return Object.entries(want).every(([name, { version, optional }]) => {
    if (name === '') return true;
    return have[name] ? have[name].version === version : optional;
  });
}
