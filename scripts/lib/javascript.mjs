import { rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { esbuild } from './esbuild.mjs';
import { run } from './exec.mjs';
import { manifest, path } from './project.mjs';
import { filesOf, whenStale } from './stale.mjs';

export const configs = ['package.json', 'package-lock.json', 'tsconfig.base.json'];

export const tsc = (...args) =>
  run(process.execPath, [path('node_modules/typescript/bin/tsc'), ...args]);

/** The entries that package.json exports, as `index` for src/index.ts. */
const entries = Object.values(manifest.exports)
  .flatMap((entry) => entry.import?.default ?? [])
  .map((file) => file.replace('./dist/', '').replace('.mjs', ''));

/**
 * TypeScript to dist/: a CommonJS bundle for each entry, which Node loads in half the time that the files of it would take, and declarations
 * of all.
 */
export async function buildTypeScript() {
  const sources = filesOf('src').filter((file) => !file.startsWith('src/guest/'));
  const task = {
    inputs: [...sources, ...configs, 'tsconfig.json', 'scripts/lib/javascript.mjs'],
    outputs: entries.flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]),
  };
  await whenStale('typescript', task, async () => {
    rmSync(path('dist'), { recursive: true, force: true });
    await tsc('-p', 'tsconfig.json', '--emitDeclarationOnly');
    await esbuild({
      entryPoints: entries.map((name) => `src/${name}.ts`),
      outdir: 'dist',
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      sourcesContent: false,
      plugins: [binaries],
    });
  });
}

/** For esbuild: leaves binaries where they are. */
const binaries = {
  name: 'binaries',
  setup({ onResolve }) {
    onResolve({ filter: /\.node$/ }, ({ path: name, resolveDir }) => ({
      path: relative(path('dist'), join(resolveDir, name)).replaceAll('\\', '/'),
      external: true,
    }));
  },
};

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

/** An ESM face for each entry, over the CommonJS build, so that both share one state. */
export async function buildWrappers() {
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
