import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { interpreters } from '../support/interpreters.js';
import { temporaryModules } from '../support/modules.js';
import { native } from '../support/native.js';
import { until } from '../support/wait.js';

interface Counts {
  compiled: number;
  consumed: number;
  rejected: number;
  stored: number;
  bytes: number;
}

const codeCacheCounts = native['codeCacheCounts'] as () => Counts;

/** What has changed in the process's cache of code since the last call. */
function counter(): () => Counts {
  let before = codeCacheCounts();
  return () => {
    const now = codeCacheCounts();
    const keys = Object.keys(now) as (keyof Counts)[];
    const change = Object.fromEntries(keys.map((key) => [key, now[key] - before[key]]));
    before = now;
    return change as unknown as Counts;
  };
}

describe('the code cache of the process', () => {
  const create = interpreters();
  const write = temporaryModules();

  const project = (): string =>
    write({
      'main.mjs': `import { twice } from './lib.mjs'; import script from './script.cjs'; export const value = twice(script(3));`,
      'lib.mjs': 'export const twice = (n) => n * 2;',
      'script.cjs': 'module.exports = (n) => n + 1;',
    });

  it('lets the second interpreter have modules without compiling them', async () => {
    const path = project();
    const one = await create();
    const changed = counter();
    const start = codeCacheCounts().stored;
    assert.equal((await one.import<{ value: number }>(path)).value, 8);
    await until(() => codeCacheCounts().stored === start + 3, 'three modules are stored');
    const first = changed();
    assert.deepEqual([first.compiled, first.consumed, first.stored], [3, 0, 3]);
    assert.ok(first.bytes > 0);

    const two = await create();
    assert.equal((await two.import<{ value: number }>(path)).value, 8);
    const second = changed();
    assert.deepEqual([second.compiled, second.consumed, second.rejected], [0, 3, 0]);
  });

  it('has what a module was when it was read', async () => {
    const path = write({ 'main.mjs': 'export const value = 1;' });
    const start = codeCacheCounts().stored;
    assert.equal((await (await create()).import<{ value: number }>(path)).value, 1);
    await until(() => codeCacheCounts().stored === start + 1, 'the module is stored');
    appendFileSync(path, '\nexport const more = 2;');
    const changed = counter();
    const guest = await create();
    assert.deepEqual({ ...(await guest.import(path)) }, { value: 1, more: 2 });
    const { compiled, consumed } = changed();
    assert.deepEqual([compiled, consumed], [1, 0]);
  });

  it('holds the functions that have run', async () => {
    const path = write({
      'main.mjs': `${'/* long */'.repeat(50)} export function used() { return ${JSON.stringify('x'.repeat(5000))}.length; }\nused();`,
    });
    const start = codeCacheCounts();
    await (await create()).import(path);
    await until(() => codeCacheCounts().stored === start.stored + 1, 'it is stored');
    // Of a function that was not compiled there would be no constants.
    assert.ok(codeCacheCounts().bytes - start.bytes > 5000);
  });
});
