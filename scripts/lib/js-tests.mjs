import { existsSync } from 'node:fs';
import { Failure } from './exec.mjs';
import { buildTests, tsc } from './javascript.mjs';
import { mocha } from './mocha.mjs';
import { path } from './project.mjs';

/** All tests in TypeScript, under a Node for which the addon has been built; `args` go to mocha. */
export async function jsTests(args = [], execPath = process.execPath) {
  await buildTests();
  return mocha(execPath, args);
}

export async function typeCheck() {
  const projects = [
    'tsconfig.json',
    'tsconfig.guest.json',
    'tsconfig.test.json',
    'tsconfig.examples.json',
  ];
  const failed = [];
  for (const project of projects.filter((name) => existsSync(path(name)))) {
    await tsc('-p', project, '--noEmit').catch(() => failed.push(project));
  }
  if (failed.length > 0) throw new Failure(`type errors in ${failed.join(', ')}`);
}
