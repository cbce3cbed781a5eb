import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Failure, run } from './exec.mjs';
import { nodeShims } from './guest-plugins.mjs';
import { writeLicences } from './licences.mjs';
import { manifest, path } from './project.mjs';
import { filesOf, whenStale } from './stale.mjs';

const configs = ['package.json', 'package-lock.json', 'tsconfig.base.json'];

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

/**
 * The code that runs in interpreters: dist/guest/main.js, which every one starts with, and dist/guest/NAME.js for each
 * src/guest/chunks/NAME.ts, which are loaded when they are needed.
 */
export async function buildGuest() {
  const folder = 'src/guest/chunks';
  const chunks = existsSync(path(folder))
    ? readdirSync(path(folder)).filter((file) => file.endsWith('.ts'))
    : [];
  const names = ['main', ...chunks.map((file) => file.slice(0, -'.ts'.length))];
  const outputs = ['LICENSES.txt', ...names.map((name) => `${name}.js`)].map(
    (name) => `dist/guest/${name}`,
  );
  const scripts = ['scripts/lib/javascript.mjs', 'scripts/lib/guest-plugins.mjs'];
  const task = { inputs: ['src', ...configs, ...scripts], outputs };
  await whenStale('guest', task, async () => {
    const bundled = await bundleGuest({ main: 'src/guest/index.ts' }, 'iife');
    // The body of a function that is given `module`.
    for (const file of chunks) {
      const inputs = await bundleGuest({ [file.slice(0, -3)]: `${folder}/${file}` }, 'cjs');
      // It would have copies of its own of their state.
      const ours = inputs.find(isOfMain);
      if (ours) throw new Failure(`${folder}/${file} imports ${ours}, which is in the main bundle`);
      bundled.push(...inputs);
    }
    writeLicences(bundled, 'dist/guest/LICENSES.txt');
  });
}

/** What whatwg-url imports of others, and what it gets in their place. */
const replacements = {
  tr46: 'idna',
  './encoding': 'utf8',
  '@exodus/bytes/encoding.js': 'percent-encoding',
  '@exodus/bytes/whatwg.js': 'percent-encoding',
};

const replacing = {
  name: 'replacing',
  setup({ onResolve }) {
    const names = Object.keys(replacements).map((name) => name.replaceAll('.', '\\.'));
    onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path: name, importer }) =>
      /[\\/]node_modules[\\/]whatwg-url[\\/]/.test(importer)
        ? { path: path(`src/guest/chunks/url/${replacements[name]}.ts`) }
        : undefined,
    );
  },
};

/** What has state; constants of the binding's types may be anywhere. */
function isOfMain(input) {
  return input.startsWith('src/') && !/^src\/(guest\/chunks|binding\/module-binding)/.test(input);
}

/** Returns the files that are in it. */
async function bundleGuest(entryPoints, format) {
  const { metafile } = await esbuild({
    entryPoints,
    outdir: 'dist/guest',
    format,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    target: 'es2022',
    // One byte a character in the engine, and read as such.
    charset: 'ascii',
    minifyWhitespace: true,
    minifySyntax: true,
    tsconfig: 'tsconfig.guest.json',
    plugins: [replacing, nodeShims],
  });
  // esbuild already refuses Node's modules on a neutral platform; this is for what it was told to leave out.
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    const outside = imports.find((imported) => imported.external);
    if (outside) throw new Failure(`${file} imports ${outside.path}, which no interpreter has`);
  }
  return Object.keys(metafile.inputs);
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

async function esbuild(options) {
  const { build } = await import('esbuild');
  try {
    return await build({
      absWorkingDir: path(),
      bundle: true,
      metafile: true,
      logLevel: 'error',
      ...options,
    });
  } catch {
    throw new Failure('esbuild failed, see above');
  }
}
