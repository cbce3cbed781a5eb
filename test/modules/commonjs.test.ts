import assert from 'node:assert/strict';
import type { IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { temporaryModules } from '../support/modules.js';
import { exportsHere, exportsThere, inProject, projectUrl } from '../support/project.js';
import { rejection } from '../support/wait.js';

describe('a CommonJS module', () => {
  const create = interpreters();
  const write = temporaryModules();

  const alike: Record<string, string> = {
    'gets what Node gives it, around it and as module': 'commonjs/wrapper.cjs',
    'is in the tree of modules': 'commonjs/children.cjs',
    'is in require.cache, and runs anew when it is taken out': 'commonjs/reload.cjs',
    'may return early': 'commonjs/early-return.cjs',
    'that throws is forgotten, and runs again': 'commonjs/retries.cjs',
    'requires JSON': 'commonjs/json.cjs',
    'sees what was exported so far in a cycle': 'cycles/a.cjs',
    'has the named exports that Node finds': 'node_modules/names/index.js',
    'exports an object that it assigns': 'node_modules/names/assigned.js',
    'that was an ES module keeps its default inside': 'node_modules/names/compiled.js',
    'hands on the names of others': 'node_modules/names/reexports.js',
    'hands on all of another': 'node_modules/names/handed-on.js',
    'may be a function': 'node_modules/names/function.js',
    'may be null': 'node_modules/names/nothing.js',
    'needs no exports': 'lib/empty.cjs',
  };
  for (const [what, file] of Object.entries(alike)) {
    it(what, async () => {
      const guest = await create();
      assert.deepEqual(await exportsThere(guest, file), await exportsHere(file));
    });
  }

  it('is the same whether it is imported or required', async () => {
    const guest = await create();
    const path = write({
      'main.mjs': `import one from './thing.cjs'; import two from './other.cjs'; export const same = one === two;`,
      'thing.cjs': 'exports.thing = {};',
      'other.cjs': `module.exports = require('./thing.cjs');`,
    });
    assert.equal((await guest.import<{ same: boolean }>(path)).same, true);
  });

  it('imports ES modules, from where it is', async () => {
    const guest = await create();
    assert.equal(
      await guest.call(
        async (url) => (await (await import(url)).load()).local,
        projectUrl('commonjs/imports.cjs'),
      ),
      'a local module',
    );
  });

  it('shows its path, line and column in stacks', async () => {
    const guest = await create();
    const { fail } = await guest.import<{ fail(): never }>(projectUrl('commonjs/deep.cjs'));
    const error = await rejection(fail());
    assert.ok(error instanceof TypeError);
    assert.ok(error.stack?.includes(`${inProject('commonjs/deep.cjs')}:2:9`), error.stack);
  });

  it('with a syntax error says where that is, each time', async () => {
    const guest = await create();
    for (let i = 0; i < 2; i++) {
      const error = await rejection(guest.import(projectUrl('commonjs/syntax.cjs')));
      assert.ok(error instanceof SyntaxError);
      assert.ok(error.message.includes(`${inProject('commonjs/syntax.cjs')}:3:5`), error.message);
      assert.match(String(error.stack), /let 5;\n {4}\^/);
    }
  });

  it('that is missing is named, with who wanted it', async () => {
    const guest = await create();
    const path = write({ 'main.cjs': `require('./not-there');` });
    const error = (await rejection(guest.import(path))) as IsolaneError & {
      requireStack: string[];
    };
    assert.equal(error.code, 'MODULE_NOT_FOUND');
    assert.match(
      error.message,
      /^Cannot find module '\.\/not-there'\nRequire stack:\n- .*main\.cjs/,
    );
    assert.deepEqual(error.requireStack, [path]);
  });

  for (const wrong of ['undefined', '5', `''`]) {
    it(`cannot be asked for by ${wrong}`, async () => {
      const guest = await create();
      const error = await rejection(guest.import(write({ 'main.cjs': `require(${wrong});` })));
      assert.ok(error instanceof TypeError);
    });
  }

  it('gets isolane by its name', async () => {
    const guest = await create();
    const path = write({
      'main.cjs': `exports.same = require('isolane').channel === isolane.channel; exports.where = require.resolve('isolane');`,
    });
    const { same, where } = await guest.import<Record<string, unknown>>(path);
    assert.deepEqual([same, where], [true, 'isolane']);
  });

  it('may try for a module of Node, and go on without', async () => {
    const guest = await create();
    const module = await guest.import<{ why: string; inspect(value: unknown): string }>(
      projectUrl('node_modules/optional-node/index.js'),
    );
    assert.equal(module.why, 'ERR_ISOLANE_NO_NODE_API');
    assert.equal(await module.inspect(5), '5');
  });

  it('gets no native addons', async () => {
    const guest = await create();
    const path = write({ 'main.cjs': `require('./addon.node');`, 'addon.node': '' });
    const error = (await rejection(guest.import(path))) as IsolaneError;
    assert.equal(error.code, 'ERR_ISOLANE_NO_NODE_API');
    assert.match(error.message, /addon\.node.*runtime: 'node'/);
  });
});

describe('require() of an ES module', () => {
  const create = interpreters();

  const expected: Record<string, [file: string, value: unknown]> = {
    'gives its exports': ['esm-from-cjs/plain.cjs', { namespace: 'a local module' }],
    'marks a default export for compiled code': [
      'esm-from-cjs/default.cjs',
      { again: true, keys: ['__esModule', 'default', 'named'], marked: true, name: 'Thing' },
    ],
    'gives the export module.exports, if there is one': [
      'esm-from-cjs/chosen.cjs',
      { value: 'what require gives' },
    ],
    'refuses one that awaits at its top level': [
      'esm-from-cjs/awaits.cjs',
      { code: 'ERR_REQUIRE_ASYNC_MODULE' },
    ],
    'throws what the module threw, each time': [
      'esm-from-cjs/throws.cjs',
      { seen: Array(2).fill('RangeError: from a module') },
    ],
    'refuses one that is being evaluated': [
      'cycles/mixed.cjs',
      { code: 'ERR_REQUIRE_CYCLE_MODULE' },
    ],
  };
  for (const [what, [file, value]] of Object.entries(expected)) {
    it(what, async () => {
      const guest = await create();
      const entry = file === 'cycles/mixed.cjs' ? 'cycles/mixed.mjs' : file;
      const exports = await exportsThere(guest, entry);
      assert.deepEqual(exports['back'] ?? exports['default'], value);
    });
  }
});
