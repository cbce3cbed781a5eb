import assert from 'node:assert/strict';
import { channel, type IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { temporaryModules } from '../support/modules.js';
import { exportsHere, exportsThere, projectUrl } from '../support/project.js';
import { rejection } from '../support/wait.js';

describe('an ES module', () => {
  const create = interpreters();
  const write = temporaryModules();

  it('runs in the order that Node has', async () => {
    const guest = await create();
    assert.deepEqual(await exportsThere(guest, 'order.mjs'), await exportsHere('order.mjs'));
  });

  it('may be in a cycle', async () => {
    const guest = await create();
    const { both } = await guest.import<{ both(): string[] }>(projectUrl('cycles/esm-a.mjs'));
    assert.deepEqual(await both(), ['a', 'b', 'a']);
  });

  it('imports JSON with an attribute, as one object', async () => {
    const guest = await create();
    assert.deepEqual(await exportsThere(guest, 'attributes/json.mjs'), {
      data: { some: ['data', 1] },
      same: true,
    });
    const { imported } = (await guest.call(
      async (probe, url) => ({
        imported: await (await import(probe)).imported(url, { with: { type: 'json' } }),
      }),
      projectUrl('probe.mjs'),
      projectUrl('lib/array.json'),
    )) as Record<string, unknown>;
    assert.deepEqual(imported, { default: [1, 2] });
  });

  const wrong: Record<string, [file: string, code: string]> = {
    'without one': ['missing', 'ERR_IMPORT_ATTRIBUTE_MISSING'],
    'with one for what is no JSON': ['wrong', 'ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE'],
    'with a type that nobody knows': ['unknown-type', 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED'],
    'with a key that nobody knows': ['unknown-key', 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED'],
  };
  for (const [how, [file, code]] of Object.entries(wrong)) {
    it(`cannot import ${how}`, async () => {
      const guest = await create();
      const url = projectUrl(`attributes/${file}.mjs`);
      const error = (await rejection(guest.import(url))) as IsolaneError;
      assert.ok(error instanceof TypeError);
      assert.equal(error.code, code);
      assert.match(error.message, /lib\/|attributes\//);
    });
  }

  it('imports WebAssembly, which imports modules in turn', async () => {
    const guest = await create();
    const { results } = await guest.import<{ results: unknown[] }>(projectUrl('wasm/main.mjs'));
    assert.deepEqual(results, [3, 14, 42, true]);
  });

  it('says which WebAssembly is broken', async () => {
    const guest = await create();
    const error = await rejection(guest.import(projectUrl('wasm/broken.wasm')));
    assert.match(error.message, /broken\.wasm.*CompileError|broken\.wasm/);
  });

  it('shows its URL, line and column in stacks', async () => {
    const guest = await create();
    const path = write({ 'a.mjs': 'export const fail = () => {\n  null.x;\n};\n' });
    const error = await rejection((await guest.import<{ fail(): void }>(path)).fail());
    assert.ok(error.stack?.includes(`(file://${path}:2:8)`), error.stack);
  });

  it('is loaded once, however many ask for it at once', async () => {
    const guest = await create();
    const path = write({
      'a.mjs': `import './once.mjs'; await null;`,
      'b.mjs': `import './once.mjs';`,
      'once.mjs': `globalThis.times = (globalThis.times ?? 0) + 1;`,
    });
    const other = path.replace('a.mjs', 'b.mjs');
    await Promise.all([path, other, path, other].map((each) => guest.import(each)));
    assert.equal(await guest.evaluate('times'), 1);
  });

  it('that cannot be loaded leaves the rest as it was', async () => {
    const guest = await create();
    const path = write({
      'main.mjs': `import './fine.mjs'; import './broken.mjs';`,
      'fine.mjs': `globalThis.fineRuns = (globalThis.fineRuns ?? 0) + 1;`,
      'broken.mjs': 'export const = 1;',
    });
    for (let i = 0; i < 3; i++) {
      const error = await rejection(guest.import(path));
      assert.ok(error instanceof SyntaxError);
      assert.match(error.message, /broken\.mjs:1:14/);
    }
    assert.equal(await guest.evaluate('typeof fineRuns'), 'undefined');
    await guest.import(path.replace('main.mjs', 'fine.mjs'));
    assert.equal(await guest.evaluate('fineRuns'), 1);
  });

  it('without a name that is imported from it can be had all the same', async () => {
    const guest = await create();
    const path = write({
      'main.mjs': `import { missing } from './there.mjs'; missing;`,
      'there.mjs': 'export const there = 1;',
    });
    for (let i = 0; i < 2; i++) {
      const error = await rejection(guest.import(path));
      assert.ok(error instanceof SyntaxError);
      assert.match(error.message, /missing.*main\.mjs:1:10/);
    }
    const { there } = await guest.import<{ there: number }>(path.replace('main', 'there'));
    assert.equal(there, 1);
  });

  it('loads while the thread of the host is blocked', async () => {
    const guest = await create();
    const [tx, rx] = channel<string>();
    const done = guest.call(
      async (tx, url) => tx.sendSync((await import(url)).local),
      tx,
      projectUrl('lib/local.mjs'),
    );
    assert.equal(rx.receiveSync({ timeout: 30_000 }), 'a local module');
    await done;
  });

  it('is found beside the file whose function or script imports it', async () => {
    const guest = await create();
    const failures = [
      // @ts-expect-error: it is not there, and the error says where it was looked for.
      guest.call(async () => (await import('./beside-the-test.mjs')).never),
      guest.evaluate(`import('./beside-the-test.mjs')`),
      guest
        .exec(`globalThis.imported = import('./beside-the-test.mjs'); imported.catch(() => {})`)
        .then(() => guest.evaluate('imported')),
    ];
    for (const failure of failures) {
      const error = (await rejection(failure)) as IsolaneError;
      assert.equal(error.code, 'ERR_MODULE_NOT_FOUND');
      assert.ok(error.message.includes(`${__dirname}/beside-the-test.mjs`), error.message);
    }
  });

  it('is not found by a relative specifier from a data: URL', async () => {
    const guest = await create();
    const text = 'export const load = (specifier) => import(specifier)';
    const { load } = await guest.import<{ load(specifier: string): unknown }>(
      `data:text/javascript,${encodeURIComponent(text)}`,
    );
    const error = (await rejection(Promise.resolve(load('./lib.mjs')))) as IsolaneError;
    assert.equal(error.code, 'ERR_UNSUPPORTED_RESOLVE_REQUEST');
  });
});
