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

/** Builds the addon for a Node, with that Node's own headers, if it is stale. */
export async function buildAddon(node) {
  const flags = ['CC', 'CXX', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'].map(
    (name) => process.env[name] ?? '',
  );
  const inputs = ['binding.gyp', 'native/core', 'native/value', 'native/isolate', 'native/binding'];
  const task = { inputs, outputs: [addonFile(node)], key: [node.version, ...flags].join('\n') };
  await whenStale(`addon-abi${node.abi}`, task, () => compileAddon(node));
}

/** `tools`: the folder whose node_modules has node-gyp. */
export async function compileAddon(node, tools = path('package.json')) {
  checkNativeTools();
  const folder = workFolder(node.abi);
  const env = { ...process.env };
  // npm passes a nodedir of the user's own in the environment, where it beats the command line.
  if (node.headers) env.npm_config_nodedir = node.headers;
  const gyp = createRequire(tools).resolve('node-gyp/bin/node-gyp.js');
  await run(
    node.execPath,
    [gyp, 'configure', 'build', '--release', '--jobs=max', '--loglevel=warn'],
    {
      cwd: folder,
      env,
    },
  );
  install(join(folder, 'build', 'Release', 'isolane.node'), path(addonFile(node)));
}

/**
 * A folder for each ABI, so that all of them build incrementally; node-gyp builds below the folder of binding.gyp
 * and knows no other place.
 */
export function workFolder(abi) {
  const folder = path('build', 'addon', `abi${abi}`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(nativeRoot, 'binding.gyp'), join(folder, 'binding.gyp'));
  const link = join(folder, 'native');
  if (!existsSync(link)) {
    rmSync(link, { force: true });
    symlinkSync(join(nativeRoot, 'native'), link, 'junction');
  }
  return folder;
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
