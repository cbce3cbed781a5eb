import 'isolane';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const { platform, arch, versions } = process;
const libc = platform === 'linux' ? '.glibc' : '';
const file = `isolane.abi${versions.modules}${libc}.node`;

/** The native binding that the library has loaded in this environment, for what only it can tell. */
export const native = createRequire(__filename)(
  resolve('prebuilds', `${platform}-${arch}`, file),
) as Record<string, (...args: unknown[]) => unknown>;
