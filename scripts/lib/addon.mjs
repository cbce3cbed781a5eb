import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run } from './exec.mjs';
import { nativeRoot, path } from './project.mjs';
import { whenStale } from './stale.mjs';
import { checkNativeTools } from './tools.mjs';

/** The one place where the loader looks for the addon, relative to the project; the naming is prebuildify's. */
export function addonFile({ platform, arch, abi, libc }) {
  const tags = ['isolane', `abi${abi}`, libc, 'node'].filter(Boolean);
  return join('prebuilds', `${platform}-${arch}`, tags.join('.'));
}

/** Where the addon's own sources are. */
export const nativeFolders = ['core', 'value', 'capi', 'isolate', 'binding'].map(
  (name) => `native/${name}`,
);

/** Builds the addon for a Node, with that Node's own headers, if it is stale. */
export async function buildAddon(node) {
  const flags = ['CC', 'CXX', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'].map(
    (name) => process.env[name] ?? '',
  );
  const inputs = ['binding.gyp', 'include/isolane', ...nativeFolders];
  const task = { inputs, outputs: [addonFile(node)], key: [node.version, ...flags].join('\n') };
  await whenStale(`addon-abi${node.abi}`, task, () => compileAddon(node));
}

/** `tools`: the folder whose node_modules has node-gyp. */
export async function compileAddon(node, tools) {
  const folder = workFolder(node.abi);
  await compileIn(folder, node, { tools });
  install(join(folder, 'build', 'Release', 'isolane.node'), path(addonFile(node)));
}

/** A folder for each ABI, so that all of them build incrementally. */
export const workFolder = (abi) =>
  gypFolder(path('build', 'addon', `abi${abi}`), join(nativeRoot, 'binding.gyp'), {
    native: join(nativeRoot, 'native'),
    include: path('include'),
  });

/**
 * A folder for node-gyp, which builds below the folder of binding.gyp and knows no other place. `links`: what binding.gyp
 * calls the folders of its sources, and where they are.
 */
export function gypFolder(folder, gyp, links) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(gyp, join(folder, 'binding.gyp'));
  for (const [name, target] of Object.entries(links)) {
    const link = join(folder, name);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(target, link, 'junction');
  }
  return folder;
}

/** Runs node-gyp in a folder, with the headers of that Node. `variables`: of its environment, besides. */
export async function compileIn(
  folder,
  node,
  { tools = path('package.json'), variables = {}, ...options } = {},
) {
  checkNativeTools();
  const env = { ...process.env, ...variables };
  // npm passes a nodedir of the user's own in the environment, where it beats the command line.
  if (node.headers) env.npm_config_nodedir = node.headers;
  const gyp = createRequire(tools).resolve('node-gyp/bin/node-gyp.js');
  const args = ['configure', 'build', '--release', '--jobs=max', '--loglevel=warn'];
  await run(node.execPath, [gyp, ...args], { cwd: folder, env, ...options });
}

// Renamed into place: a process that has the old file mapped keeps it whole.
function install(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

/** Drops the symbols that only a debugger needs. */
export function strip(file) {
  if (process.platform === 'win32') return;
  spawnSync('strip', process.platform === 'darwin' ? ['-Sx', file] : ['--strip-unneeded', file]);
}
