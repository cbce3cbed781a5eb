import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { interpreters } from '../support/interpreters.js';
import { exportsHere, exportsThere, inProject, projectUrl } from '../support/project.js';

type Probe = Record<string, (...args: unknown[]) => unknown>;

/** What Node 20 and newer agree on; what they do not is tested elsewhere. */
const imports = [
  './lib/local.mjs',
  './lib/local.mjs?query',
  './lib/./../lib/local.mjs',
  './lib/with%20space.mjs',
  './lib/with space.mjs',
  './lib/100%25.mjs',
  './lib/100%.mjs',
  './lib/%6Cocal.mjs',
  './lib%2flocal.mjs',
  './lib/not-there.mjs',
  './lib/local',
  './lib',
  './lib/',
  '.',
  './lib/data.xyz',
  './lib/empty.mjs',
  './lib/empty.cjs',
  './lib/shebang.cjs',
  './lib/unicode.mjs',
  './detect/esm.js',
  './detect/cjs.js',
  './detect/neither.js',
  './detect/await.js',
  './detect/only-await.js',
  './detect/redeclared.js',
  './detect/meta.js',
  './detect/broken.js',
  './typed/esm.js',
  './typed/cjs.cjs',
  './typed/no-extension',
  'conditional',
  'conditional/feature',
  'conditional/only-require',
  'conditional/private',
  'conditional/gone',
  'conditional/missing',
  'conditional/bad-target',
  'conditional/array',
  'conditional/',
  'conditional/../patterns',
  'patterns',
  'patterns/features/a',
  'patterns/features/a.js',
  'patterns/features/b',
  'patterns/features/private/b',
  'patterns/deep/a/end',
  '@scope/name',
  '@scope/name/sub.js',
  '@scope/name/sub',
  '@scope/name/lib',
  '@scope',
  'index-only',
  'index-only/index.js',
  'main-folder',
  'main-missing',
  'main-nowhere',
  'bad-config',
  'mixed-exports',
  'esm-only',
  'names',
  'names/assigned.js',
  'names/compiled.js',
  'names/reexports.js',
  'names/handed-on.js',
  'names/function.js',
  'names/nothing.js',
  'no-such-package',
  'no-such-package/sub',
  '@no/such',
  'project',
  'project/sub/one',
  'project/sub/private/two',
  'project/lib/local.mjs',
  '#local',
  '#pattern/local',
  '#package',
  '#package/a',
  '#none',
  '#not-there',
  '#by-way',
  '#outside',
  '#',
  '#/',
  'in%20valid',
  'in\\valid',
  '.hidden',
  'data:text/javascript,export const data = 1',
  'data:text/javascript;base64,ZXhwb3J0IGNvbnN0IGRhdGEgPSAy',
  'data:text/javascript;charset=utf-8,export const data = "%C5%BElu%C5%A5"',
  'data:text/plain,nothing',
  'data:text/javascript,import "conditional"',
  'https://example.org/module.mjs',
  'no-such-scheme:module',
  'file:///no/such/file.mjs',
];

const requests = [
  './lib/local.cjs',
  './lib/data',
  './lib/data.json',
  './lib/array',
  './lib/not-there.cjs',
  './lib',
  './lib/',
  './lib/empty.cjs',
  './lib/shebang.cjs',
  './lib/bom.cjs',
  './lib/data.xyz',
  './detect/cjs',
  './detect/cjs.js',
  './detect/neither.js',
  './detect/broken.js',
  './typed/cjs.cjs',
  'conditional',
  'conditional/feature',
  'conditional/private',
  'conditional/gone',
  'conditional/missing',
  'conditional/package.json',
  '@scope/name',
  '@scope/name/lib',
  '@scope/name/sub',
  '@scope/name/sub/',
  '@scope/name/package',
  'index-only',
  'index-only/index',
  'main-folder',
  'main-missing',
  'main-nowhere',
  'names',
  'names/assigned',
  'names/nothing',
  'no-such-package',
  'project/sub/private/two',
  'project/nothing',
  '#by-way',
  '#none',
  '#not-there',
  '..',
];

describe('a module is found as Node finds it', () => {
  const create = interpreters();

  for (const specifier of imports) {
    it(`import('${specifier}')`, async () => {
      const guest = await create();
      const there = await guest.call(
        async (probe, specifier) => (await import(probe)).imported(specifier),
        projectUrl('probe.mjs'),
        specifier,
      );
      const probe = (await import(projectUrl('probe.mjs'))) as Probe;
      assert.deepEqual(there, await probe['imported']?.(specifier));
    });
  }

  for (const request of requests) {
    it(`require('${request}')`, async () => {
      const guest = await create();
      const there = await guest.call(
        async (probe, request) => {
          const { default: script } = await import(probe);
          return [script.required(request), script.resolved(request)];
        },
        projectUrl('probe.cjs'),
        request,
      );
      const { default: script } = (await import(projectUrl('probe.cjs'))) as { default: Probe };
      assert.deepEqual(there, [script['required']?.(request), script['resolved']?.(request)]);
    });
  }

  it('import.meta', async () => {
    const guest = await create();
    assert.deepEqual(await exportsThere(guest, 'meta.mjs'), await exportsHere('meta.mjs'));
  });

  it('import.meta.resolve, where it throws', async () => {
    const guest = await create();
    const specifiers = [
      'no-such-package',
      'conditional/missing',
      '#none',
      'bad-config',
      'in%20valid',
    ];
    const there = await guest.call(
      async (probe, specifiers) => {
        const { resolved } = await import(probe);
        return specifiers.map((specifier) => resolved(specifier));
      },
      projectUrl('probe.mjs'),
      specifiers,
    );
    const { resolved } = (await import(projectUrl('probe.mjs'))) as Probe;
    assert.deepEqual(
      there,
      specifiers.map((specifier) => resolved?.(specifier)),
    );
  });

  it('require.resolve with paths, and the paths themselves', async () => {
    const guest = await create();
    const options = { paths: [inProject('lib'), inProject('node_modules/conditional')] };
    const there = await guest.call(
      async (probe, options) => {
        const { default: script } = await import(probe);
        return [
          script.resolved('./local.cjs', options),
          script.resolved('patterns/features/a', options),
          script.resolved('./not-there.cjs', options),
          script.paths('anything'),
          script.paths('./relative'),
        ];
      },
      projectUrl('probe.cjs'),
      options,
    );
    const { default: script } = (await import(projectUrl('probe.cjs'))) as { default: Probe };
    const paths = script['paths']?.('anything') as string[];
    assert.deepEqual(there, [
      script['resolved']?.('./local.cjs', options),
      script['resolved']?.('patterns/features/a', options),
      script['resolved']?.('./not-there.cjs', options),
      // Folders that hold for a whole machine are Node's alone.
      paths.filter((path) => path.endsWith('/node_modules')),
      script['paths']?.('./relative'),
    ]);
  });

  it('a query or a fragment makes another instance', async () => {
    const guest = await create();
    assert.deepEqual(
      await exportsThere(guest, 'instances.mjs'),
      await exportsHere('instances.mjs'),
    );
  });

  it('a symbolic link means the file that it leads to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isolane-links-'));
    try {
      mkdirSync(join(folder, 'real'));
      mkdirSync(join(folder, 'node_modules'));
      writeFileSync(join(folder, 'real', 'package.json'), '{ "exports": "./index.mjs" }');
      writeFileSync(join(folder, 'real', 'index.mjs'), 'export const url = import.meta.url;');
      symlinkSync(join(folder, 'real'), join(folder, 'node_modules', 'linked'));
      symlinkSync(join(folder, 'real', 'index.mjs'), join(folder, 'link.mjs'));
      writeFileSync(
        join(folder, 'main.mjs'),
        `export { url as byPackage } from 'linked'; export { url as byFile } from './link.mjs';`,
      );
      const main = pathToFileURL(join(folder, 'main.mjs')).href;
      const guest = await create();
      const { byPackage, byFile } = await guest.import<Record<string, string>>(main);
      const here = (await import(main)) as Record<string, string>;
      assert.deepEqual([byPackage, byFile], [here['byPackage'], here['byFile']]);
      assert.match(String(byFile), /real\/index\.mjs$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('by conditions of its own: isolane first, node last', async () => {
    const guest = await create();
    assert.deepEqual(await exportsThere(guest, 'node_modules/node-build/for-node.mjs'), {
      build: 'node',
    });
    const builds = await guest.call(async (probe) => {
      const { imported } = await import(probe);
      return [
        await imported('isolane-build'),
        await imported('node-build'),
        await imported('node-build/only'),
      ];
    }, projectUrl('probe.mjs'));
    assert.deepEqual(builds, [{ build: 'isolane' }, { build: 'others' }, { build: 'node' }]);
  });
});
