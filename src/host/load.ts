import { join } from 'node:path';
import type { Binding } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { root } from './paths.js';

/** Loads the binary that fits this platform, C library and Node. Throws an IsolaneError that says what to do if none does. */
export function loadBinding(): Binding {
  if (process.platform !== 'linux') return load('');
  try {
    return load('glibc');
  } catch (error) {
    // To ask which C library this is takes milliseconds, so that is only done now.
    if (isMusl()) return load('musl');
    throw error;
  }
}

/** `libc`: which C library, where there is more than one. */
function load(libc: string): Binding {
  const { platform, arch, versions } = process;
  const parts = ['isolane', `abi${versions.modules}`, libc, 'node'].filter(Boolean);
  const file = `${platform}-${arch}/${parts.join('.')}`;
  try {
    return requireBinary(file) as Binding;
  } catch (error) {
    const what = `Node ${versions.node} (ABI ${versions.modules}) on ${platform}-${arch} ${libc}`;
    throw (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND'
      ? noBinary(what, error)
      : brokenBinary(file, error);
  }
}

/** Bundlers follow only paths that are written out; the last one is for what was built from source. */
function requireBinary(file: string): unknown {
  switch (file) {
    case 'linux-x64/isolane.abi115.glibc.node':
      return require('../../prebuilds/linux-x64/isolane.abi115.glibc.node');
    case 'linux-x64/isolane.abi127.glibc.node':
      return require('../../prebuilds/linux-x64/isolane.abi127.glibc.node');
    case 'linux-x64/isolane.abi137.glibc.node':
      return require('../../prebuilds/linux-x64/isolane.abi137.glibc.node');
    case 'linux-x64/isolane.abi147.glibc.node':
      return require('../../prebuilds/linux-x64/isolane.abi147.glibc.node');
    default:
      return require(join(root, 'prebuilds', file));
  }
}

function isMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}

function noBinary(what: string, cause: unknown): IsolaneError {
  const text = `Isolane has no binary for ${what}. It comes with binaries for Node 20, 22, 24 and 26 on linux-x64 with glibc; with a C++20 compiler and Python, "npx isolane build" makes one for this Node.`;
  return new IsolaneError('ERR_ISOLANE_NO_BINARY', text, { cause });
}

function brokenBinary(file: string, cause: unknown): IsolaneError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const text = `Isolane's binary prebuilds/${file} could not be loaded: ${why}. Install the package anew, or build it: "npx isolane build".`;
  return new IsolaneError('ERR_ISOLANE_BAD_BINARY', text, { cause });
}
