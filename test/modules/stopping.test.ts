import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { temporaryModules } from '../support/modules.js';
import { rejection } from '../support/wait.js';

const SPINS = 'globalThis.spinning = true; if (globalThis.spins) for (;;);';

describe('a module that is stopped while it runs', () => {
  const create = interpreters();
  const write = temporaryModules();

  const graphs: Record<string, Record<string, string>> = {
    'is an ES module': {
      'main.mjs': `${SPINS} export const value = 1;`,
    },
    'is imported by another': {
      'main.mjs': `import './before.mjs'; export * from './spins.mjs';`,
      'before.mjs': 'globalThis.before = (globalThis.before ?? 0) + 1;',
      'spins.mjs': `${SPINS} export const value = 1;`,
    },
    'is CommonJS': {
      'main.cjs': `exports.partly = true; ${SPINS} exports.value = 1;`,
    },
    'is required by another': {
      'main.cjs': `require('./before.cjs'); exports.value = require('./spins.cjs').value;`,
      'before.cjs': 'globalThis.before = (globalThis.before ?? 0) + 1;',
      'spins.cjs': `exports.partly = true; ${SPINS} exports.value = 1;`,
    },
    'is imported by what CommonJS requires': {
      'main.cjs': `exports.value = require('./spins.mjs').value;`,
      'spins.mjs': `${SPINS} export const value = 1;`,
    },
  };

  for (const [what, files] of Object.entries(graphs)) {
    it(`starts anew when it is imported again: it ${what}`, async () => {
      const guest = await create();
      const path = write(files);
      await guest.provide({ spins: true });
      const error = await rejection(guest.with({ timeout: 400 }).import(path));
      assert.equal(error.name, 'ExecutionTimeoutError');
      await guest.provide({ spins: false });
      const { value } = await guest.import<{ value: number }>(path);
      assert.equal(value, 1);
      if ('before.mjs' in files || 'before.cjs' in files) {
        assert.equal(await guest.evaluate('before'), 1, 'what was done before is kept');
      }
    });
  }
});
