import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { interpreters } from '../support/interpreters.js';
import { fixture, temporaryModules } from '../support/modules.js';
import { rejection } from '../support/wait.js';

type Cases = Record<string, () => unknown>;

const source = readFileSync(resolve('test', 'fixtures', 'compiled', 'source.ts'), 'utf8');

/** Some compilers keep the strings of a template in a variable of the file, which stays at home. */
const keepsTemplates = /es5/;

describe('what compilers emit', () => {
  const create = interpreters();
  const write = temporaryModules();
  let expected: Record<string, unknown>;

  const compiled = async (text: string): Promise<Cases> =>
    (await import(write({ 'compiled.mjs': text }))) as Cases;

  before(async () => {
    const { code } = transformSync(source, { loader: 'ts', target: 'es2022' });
    expected = {};
    for (const [name, run] of Object.entries(await compiled(code))) expected[name] = await run();
    assert.equal(Object.keys(expected).length, 8);
  });

  for (const target of ['es2015', 'es2017', 'es2020', 'es2022', 'esnext']) {
    for (const minify of [false, true]) {
      it(`runs, with its helpers: esbuild for ${target}${minify ? ', minified' : ''}`, async () => {
        const guest = await create();
        const { code } = transformSync(source, {
          loader: 'ts',
          target,
          keepNames: true,
          minifySyntax: minify,
          minifyWhitespace: minify,
          supported: target === 'esnext' ? { using: false } : {},
        });
        const cases = await compiled(code);
        for (const [name, run] of Object.entries(cases)) {
          assert.deepEqual(await guest.call(run), expected[name], name);
        }
      });
    }
  }

  for (const name of [
    'typescript-es2015',
    'typescript-es5',
    'typescript-es5-tslib',
    'swc-es5',
    'swc-es5-external',
  ]) {
    it(`runs, with its helpers: ${name}`, async () => {
      const guest = await create();
      const cases = (await import(fixture(`compiled/${name}.mjs`))) as Cases;
      assert.equal(Object.keys(cases).length, 8);
      for (const [name_, run] of Object.entries(cases)) {
        if (name_ === 'templates' && keepsTemplates.test(name)) {
          assert.match(
            (await rejection(guest.call(run))).message,
            /^_?templateObject\w* is not def/,
          );
        } else {
          assert.deepEqual(await guest.call(run), expected[name_], name_);
        }
      }
    });
  }

  it('is understood as Babel names it', async () => {
    const guest = await create();
    const run = new Function(`
      return _asyncToGenerator(function* () {
        const { a, ...rest } = _objectSpread({ a: 1 }, { b: 2 });
        return [_extends({}, rest), _toConsumableArray(new Set([1, 2])), yield Promise.resolve(3)];
      })();
    `) as () => unknown;
    assert.deepEqual(await guest.call(run), [{ b: 2 }, [1, 2], 3]);
  });

  it('has helpers under the numbers that they get when a name is taken', async () => {
    const guest = await create();
    const run = new Function(`return __name2(() => 1, 'given').name`) as () => unknown;
    assert.equal(await guest.call(run), 'given');
  });

  it('does not put its helpers before globals of the same name', async () => {
    const guest = await create();
    await guest.exec('globalThis.__name = () => ({ name: "own" })');
    const run = new Function(`return __name(() => 1, 'given').name`) as () => unknown;
    assert.equal(await guest.call(run), 'own');
  });

  it('does not make globals of its helpers', async () => {
    const guest = await create();
    await guest.call(new Function(`return __name(() => 1, 'given').name`) as () => unknown);
    assert.equal(await guest.evaluate('typeof __name'), 'undefined');
  });

  it('leaves names alone that only look like helpers', async () => {
    const guest = await create();
    const run = new Function(`const __mine = 1, _my_own = 2; return [__mine, _my_own];`);
    assert.deepEqual(await guest.call(run as () => unknown), [1, 2]);
    const error = await rejection(guest.call(new Function('return __unknown') as () => unknown));
    assert.match(error.message, /^__unknown is not defined in/);
  });

  it('keeps private members private', async () => {
    const guest = await create();
    const { code } = transformSync(
      'export const run = () => { class A { #p = 1; static read(o: any) { return o.#p; } } return A.read({}); };',
      { loader: 'ts', target: 'es2020' },
    );
    const { run } = await compiled(code);
    const error = await rejection(guest.call(run as () => unknown));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /Cannot read from private field/);
  });
});
