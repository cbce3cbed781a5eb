import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { esbuild } from './esbuild.mjs';
import { run } from './exec.mjs';
import { manifest, path } from './project.mjs';
import { filesOf, whenStale } from './stale.mjs';

export const configs = ['package.json', 'package-lock.json', 'tsconfig.base.json'];

export const tsc = (...args) =>
  run(process.execPath, [path('node_modules/typescript/bin/tsc'), ...args]);

/** TypeScript to CommonJS in dist/. */
export async function buildTypeScript() {
  const sources = filesOf('src').filter((file) => !file.startsWith('src/guest/'));
  const task = {
    inputs: [...sources, ...configs, 'tsconfig.json'],
    outputs: ['dist/index.js', 'dist/index.d.ts'],
  };
  await whenStale('typescript', task, async () => {
    rmSync(path('dist'), { recursive: true, force: true });
    await tsc('-p', 'tsconfig.json');
  });
}

/** The mocha tests to build/test/. */
export async function buildTests() {
  const task = {
    inputs: ['test', ...configs, 'tsconfig.test.json', 'dist/index.d.ts'],
    outputs: ['build/test'],
  };
  await whenStale('tests', task, async () => {
    rmSync(path('build', 'test'), { recursive: true, force: true });
    await tsc('-p', 'tsconfig.test.json');
  });
}

/** An ESM face for each entry of package.json's exports, over the CommonJS build, so that both share one state. */
export async function buildWrappers() {
  const entries = Object.values(manifest.exports)
    .flatMap((entry) => entry.import?.default ?? [])
    .map((file) => file.replace('./dist/', '').replace('.mjs', ''))
    .filter((name) => existsSync(path('src', `${name}.ts`)));
  const outputs = entries.flatMap((name) => [`dist/${name}.mjs`, `dist/${name}.d.mts`]);
  await whenStale('wrappers', { inputs: ['src', ...configs], outputs }, async () => {
    for (const name of entries) {
      const local = `./${name.split('/').at(-1)}.js`;
      const names = await exportedNames(`src/${name}.ts`);
      writeFileSync(
        path('dist', `${name}.mjs`),
        `import cjs from '${local}';\n\nexport const {\n${names.map((each) => `  ${each},\n`).join('')}} = cjs;\n`,
      );
      writeFileSync(path('dist', `${name}.d.mts`), `export * from '${local}';\n`);
    }
  });
}

/** The names that an entry exports at run time. */
async function exportedNames(entry) {
  const { metafile } = await esbuild({
    entryPoints: [entry],
    write: false,
    outdir: 'dist',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    external: ['*.node'],
  });
  return Object.values(metafile.outputs)[0].exports.sort();
}
