import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Failure } from './exec.mjs';
import { path } from './project.mjs';

const shims = 'src/guest/chunks/modules/shims';
const require = createRequire(path('package.json'));

/**
 * For esbuild: what a resolver that was written for Node finds in an interpreter. Its imports of Node's modules are our shims, whose files come
 * from the interpreter's own binding.
 */
export const nodeShims = {
  name: 'node-shims',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path: specifier, importer }) => {
      if (!importer.includes('/node_modules/')) return undefined;
      return { path: path(shims, `${specifier.slice('node:'.length)}.ts`) };
    });
    // The build in JavaScript, which needs no WebAssembly to be compiled in each interpreter.
    build.onResolve({ filter: /^cjs-module-lexer$/ }, () => ({
      path: require.resolve('cjs-module-lexer'),
    }));
    build.onLoad({ filter: /import-meta-resolve\/lib\/[^/]+\.js$/ }, ({ path: file }) => {
      let contents = readFileSync(file, 'utf8');
      if (file.endsWith('/resolve.js')) contents = corrected(contents);
      if (/\bnew URL\(/.test(contents)) {
        contents = `import { URL } from ${JSON.stringify(path(shims, 'global-url.ts'))};\n${contents}`;
      }
      return { contents, loader: 'js' };
    });
  },
};

/**
 * Where none of the conditions in a nested object of a package's exports holds, Node goes on with the next condition outside; this resolver (4.2.0)
 * takes it for an explicit null. Fails when that place has changed.
 */
function corrected(contents) {
  const wrong = /return null\n {2}\}\n\n(?= {2}if \(target === null\))/;
  if (!wrong.test(contents)) {
    throw new Failure('import-meta-resolve is not as scripts/lib/guest-plugins.mjs expects');
  }
  return contents.replace(wrong, 'return undefined\n  }\n\n');
}

/** What whatwg-url imports of others, and what it gets in their place. */
const replacements = {
  tr46: 'idna',
  './encoding': 'utf8',
  '@exodus/bytes/encoding.js': 'percent-encoding',
  '@exodus/bytes/whatwg.js': 'percent-encoding',
};

/** For esbuild: what whatwg-url gets instead of some that it imports. */
export const replacing = {
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

/** For esbuild: what web-streams-polyfill finds in place of global names, which a guest may have changed. */
export const streamGlobals = {
  name: 'stream-globals',
  setup({ onLoad }) {
    onLoad({ filter: /web-streams-polyfill[\\/]dist[\\/]ponyfill\.mjs$/ }, ({ path: file }) => {
      const names = 'AbortController, globalThis, queueMicrotask, structuredClone';
      const from = JSON.stringify(path('src/guest/chunks/streams/globals.ts'));
      const contents = `import { ${names} } from ${from};\n${readFileSync(file, 'utf8')}`;
      return { contents, loader: 'js' };
    });
  },
};
