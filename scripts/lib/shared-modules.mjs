import { esbuild } from './esbuild.mjs';
import { path } from './project.mjs';

/**
 * For esbuild: modules that one bundle has and another one uses. The first imports `shared` from 'isolane:shared' and hands that function to the
 * second, which asks it for a module's exports when it starts. So they must have their values by then, and keep them.
 */

/** The modules with their exports. */
export async function sharedModules(files) {
  const modules = [];
  for (const file of files) {
    const { metafile } = await esbuild({
      entryPoints: [file],
      write: false,
      outdir: 'dist',
      format: 'esm',
      plugins: [onlyEntry],
    });
    modules.push({ file, names: Object.values(metafile.outputs)[0].exports });
  }
  return modules;
}

const onlyEntry = {
  name: 'only-entry',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path: name, kind }) =>
      kind === 'entry-point' ? undefined : { path: name, external: true },
    );
  },
};

/** For the bundle that has them. */
export function defineShared(modules) {
  const imports = modules.map(
    ({ file, names }, i) =>
      `import { ${names.map((name) => `${name} as ${name}${i}`).join(', ')} } from ${JSON.stringify(path(file))};`,
  );
  const cases = modules.map(
    ({ file, names }, i) =>
      `case ${JSON.stringify(file)}: return { ${names.map((name) => `${name}: ${name}${i}`).join(', ')} };`,
  );
  const contents = `${imports.join('\n')}\nexport function shared(file) { switch (file) { ${cases.join('\n')} } }`;
  return {
    name: 'define-shared',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^isolane:shared$/ }, () => ({ path: 'shared', namespace: 'isolane' }));
      onLoad({ filter: /./, namespace: 'isolane' }, () => ({ contents, resolveDir: path() }));
    },
  };
}

/** For the bundle that uses them, as a function whose parameter `module` has `shared`. */
export function takeShared(modules) {
  const byFile = new Map(modules.map((module) => [path(module.file), module]));
  return {
    name: 'take-shared',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path: name }) => {
        const found = byFile.get(name);
        if (found === undefined) return undefined;
        const names = found.names.join(', ');
        const contents = `const { ${names} } = module.shared(${JSON.stringify(found.file)});\nexport { ${names} };`;
        return { contents, loader: 'js' };
      });
    },
  };
}
