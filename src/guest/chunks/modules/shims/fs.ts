/** What import-meta-resolve takes of `node:fs`. */

import { FileKind } from '../../../../binding/codes.js';
import { readText, realPath, statPath } from '../files.js';
import { type ModuleUrl, pathOf } from '../url.js';

interface Stats {
  isFile(): boolean;
  isDirectory(): boolean;
}

const file: Stats = { isFile: () => true, isDirectory: () => false };
const folder: Stats = { isFile: () => false, isDirectory: () => true };
const other: Stats = { isFile: () => false, isDirectory: () => false };

export function statSync(
  path: string | ModuleUrl,
  options?: { throwIfNoEntry: boolean },
): Stats | undefined {
  switch (statPath(typeof path === 'string' ? path : pathOf(path))) {
    case FileKind.file:
      return file;
    case FileKind.folder:
      return folder;
    case FileKind.other:
      return other;
    default:
      if (options?.throwIfNoEntry === false) return undefined;
      throw Object.assign(new Error('no such file or directory'), { code: 'ENOENT' });
  }
}

export const realpathSync = realPath;

export default { readFileSync: (path: string) => readText(path) };
