import assert from 'node:assert/strict';
import { Interpreter, type IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { temporaryModules } from '../support/modules.js';
import { projectUrl } from '../support/project.js';
import { rejection } from '../support/wait.js';

const REFUSED = 'ERR_ISOLANE_MODULES_DENIED';

describe(`modules: 'deny'`, () => {
  const create = interpreters();

  for (const specifier of ['acorn', 'node:fs', 'data:text/javascript,1', projectUrl('self.mjs')]) {
    it(`refuses ${specifier}`, async () => {
      const guest = await create({ modules: 'deny' });
      const errors = [
        await rejection(guest.import(specifier)),
        await rejection(guest.call((specifier) => import(specifier), specifier)),
        await rejection(guest.evaluate(`import(${JSON.stringify(specifier)})`)),
      ];
      for (const error of errors as IsolaneError[]) {
        assert.equal(error.name, 'IsolaneError');
        assert.equal(error.code, REFUSED);
        assert.ok(error.message.includes(specifier));
      }
    });
  }

  it('leaves isolane itself', async () => {
    const guest = await create({ modules: 'deny' });
    assert.equal(
      await guest.evaluate(`import('isolane').then((all) => typeof all.channel)`),
      'function',
    );
  });

  it('binds what the guest creates, whatever that asks for', async () => {
    const guest = await create({ modules: 'deny' });
    const code = await guest.call(async (url) => {
      const child = await isolane.Interpreter.create({ modules: 'allow' });
      const grandchild = await child.call(
        (url) =>
          isolane.Interpreter.create().then((each) =>
            each.import(url).then(
              () => 'loaded',
              (error) => error.code,
            ),
          ),
        url,
      );
      const own = await child.import(url).then(
        () => 'loaded',
        (error) => error.code,
      );
      return [own, grandchild];
    }, projectUrl('self.mjs'));
    assert.deepEqual(code, [REFUSED, REFUSED]);
  });
});

describe('modules: a function', () => {
  const create = interpreters();
  const write = temporaryModules();

  it('is asked with the URL of each module, and of who imports it, once', async () => {
    const asked: [string, string][] = [];
    const guest = await create({
      modules: (url, from) => {
        assert.ok(url instanceof URL && from instanceof URL);
        asked.push([url.href, from.href]);
        return true;
      },
    });
    const main = projectUrl('cycles/esm-a.mjs');
    const other = projectUrl('cycles/esm-b.mjs');
    for (let i = 0; i < 2; i++) await guest.import(main);
    const [[first, from] = [], second] = asked;
    assert.equal(asked.length, 2);
    assert.equal(first, main);
    assert.match(String(from), /^file:.*policy\.test/);
    assert.deepEqual(second, [other, main]);
  });

  it('refuses what it does not say true to, and what imports that', async () => {
    const guest = await create({ modules: (url) => !url.pathname.endsWith('secret.mjs') });
    const path = write({
      'main.mjs': `import './secret.mjs';`,
      'secret.mjs': 'globalThis.ran = true;',
      'fine.mjs': 'export const fine = 1;',
    });
    const error = (await rejection(guest.import(path))) as IsolaneError;
    assert.equal(error.code, REFUSED);
    assert.match(error.message, /secret\.mjs.*main\.mjs/);
    assert.equal(await guest.evaluate('typeof ran'), 'undefined');
    assert.equal((await guest.import<{ fine: number }>(path.replace('main', 'fine'))).fine, 1);
  });

  it('may answer later, and only true is yes', async () => {
    for (const [answer, fails] of [
      [Promise.resolve(true), false],
      [Promise.resolve(false), true],
      [1, true],
      [undefined, true],
    ] as const) {
      const guest = await create({ modules: () => answer as unknown as boolean });
      const failed = await guest.import(projectUrl('self.mjs')).then(
        () => false,
        () => true,
      );
      assert.equal(failed, fails);
    }
  });

  it('that throws refuses, and what it threw arrives', async () => {
    const guest = await create({
      modules: () => {
        throw new RangeError('no rule for this');
      },
    });
    assert.match(
      (await rejection(guest.import(projectUrl('self.mjs')))).message,
      /no rule for this/,
    );
  });

  it('is waited for by require, on the thread of the guest alone', async () => {
    const asked: string[] = [];
    const guest = await create({
      modules: async (url: URL) => {
        await null;
        asked.push(url.pathname.split('/').at(-1) as string);
        return !url.pathname.endsWith('no.cjs');
      },
    } as unknown as { modules: () => boolean });
    const path = write({
      'main.cjs': `exports.yes = require('./yes.cjs'); try { require('./no.cjs') } catch (error) { exports.code = error.code; }`,
      'yes.cjs': `module.exports = 'yes';`,
      'no.cjs': `module.exports = 'no';`,
    });
    const { yes, code } = await guest.import<Record<string, string>>(path);
    assert.deepEqual([yes, code], ['yes', REFUSED]);
    assert.deepEqual(asked, ['main.cjs', 'yes.cjs', 'no.cjs']);
  });

  it('cannot be waited for in a synchronous call, which says so', async () => {
    const guest = await create({ modules: () => true });
    const path = write({
      'main.cjs': `globalThis.late = () => require('./late.cjs');`,
      'late.cjs': `module.exports = 'late';`,
    });
    await guest.import(path);
    assert.throws(
      () => guest.callSync(() => (globalThis as unknown as { late(): string }).late()),
      { code: 'ERR_ISOLANE_CANNOT_WAIT' },
    );
    assert.equal(await guest.evaluate('late()'), 'late');
    assert.equal(
      guest.callSync(() => (globalThis as unknown as { late(): string }).late()),
      'late',
    );
  });

  it('binds what the guest creates as well', async () => {
    const asked: string[] = [];
    const guest = await create({
      modules: (url) => {
        asked.push(url.pathname.split('/').at(-1) as string);
        return !url.pathname.endsWith('one.mjs');
      },
    });
    const outcome = await guest.call(
      async (self, one) => {
        const child = await isolane.Interpreter.create();
        const mine = await child.import(self);
        const code = await child.import(one).then(
          () => 'loaded',
          (error) => error.code,
        );
        await child.close();
        return [mine['self'], code];
      },
      projectUrl('self.mjs'),
      projectUrl('sub/one.mjs'),
    );
    assert.deepEqual(outcome, ['the package itself', REFUSED]);
    assert.deepEqual(asked, ['self.mjs', 'one.mjs']);
  });

  it('is a function, or one of two words', async () => {
    for (const wrong of [true, null, 'some', {}]) {
      const error = await rejection(Interpreter.create({ modules: wrong as 'allow' }));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, /modules/);
    }
  });
});

/** In a guest. */
declare const isolane: typeof import('isolane');
