import { existsSync, readdirSync } from 'node:fs';
import { esbuild } from './esbuild.mjs';
import { Failure } from './exec.mjs';
import { nodeShims, replacing, streamGlobals } from './guest-plugins.mjs';
import { configs } from './javascript.mjs';
import { writeLicences } from './licences.mjs';
import { path } from './project.mjs';
import { defineShared, sharedModules, takeShared } from './shared-modules.mjs';
import { whenStale } from './stale.mjs';

const main = { main: 'src/guest/index.ts' };
const folder = 'src/guest/chunks';

/**
 * The code that runs in interpreters: dist/guest/main.js, which every one starts with, and dist/guest/NAME.js for each
 * src/guest/chunks/NAME.ts, which are loaded when they are needed.
 */
export async function buildGuest() {
  const chunks = existsSync(path(folder))
    ? readdirSync(path(folder))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => file.slice(0, -'.ts'.length))
    : [];
  const outputs = ['LICENSES.txt', 'main.js', ...chunks.map((name) => `${name}.js`)].map(
    (name) => `dist/guest/${name}`,
  );
  const scripts = ['guest', 'guest-plugins', 'shared-modules'].map(
    (name) => `scripts/lib/${name}.mjs`,
  );
  const task = { inputs: ['src', ...configs, ...scripts], outputs };
  await whenStale('guest', task, async () => {
    const inMain = await bundle(main, 'iife', [defineShared([])], { write: false });
    const shared = await sharedModules(inMain.filter(hasState));
    const bundled = await bundle(main, 'iife', [defineShared(shared)]);
    // The body of a function that is given `module`.
    for (const name of chunks) {
      const isLibrary = name === 'library';
      const plugins = isLibrary ? [takeShared(shared)] : [];
      const inputs = await bundle({ [name]: `${folder}/${name}.ts` }, 'cjs', plugins);
      // It would have copies of its own of their state.
      const ours = isLibrary ? undefined : inputs.find(hasState);
      if (ours)
        throw new Failure(`${folder}/${name}.ts imports ${ours}, which others have as well`);
      bundled.push(...inputs);
    }
    writeLicences(bundled, 'dist/guest/LICENSES.txt');
  });
}

/** What main or the library have; constants may be anywhere. */
function hasState(input) {
  return (
    input.startsWith('src/') &&
    !/^src\/(guest\/chunks|binding\/(codes|module-binding)|interpreter\/protocol)/.test(input)
  );
}

/** Returns the files that are in it. */
async function bundle(entryPoints, format, plugins, options) {
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
    plugins: [...plugins, replacing, streamGlobals, nodeShims],
    ...options,
  });
  // esbuild already refuses Node's modules on a neutral platform; this is for what it was told to leave out.
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    const outside = imports.find((imported) => imported.external);
    if (outside) throw new Failure(`${file} imports ${outside.path}, which no interpreter has`);
  }
  return Object.keys(metafile.inputs);
}
