import { readText } from './files.js';
import { folderOf } from './paths.js';

/** What the loader itself takes of a package.json; maps of exports and imports are the resolver's. */
export interface PackageInfo {
  /** Of the package.json. */
  path: string;
  name: string | undefined;
  main: string | undefined;
  type: 'module' | 'commonjs' | 'none';
  hasExports: boolean;
  /** Whether its exports have the condition `node` somewhere. */
  hasNodeBuild: boolean;
}

const known = new Map<string, PackageInfo | undefined>();

/** Undefined if there is none. Throws Node's error for one that is no JSON. */
export function packageAt(folder: string): PackageInfo | undefined {
  const path = `${folder === '/' ? '' : folder}/package.json`;
  if (known.has(path)) return known.get(path);
  const info = readPackage(path);
  known.set(path, info);
  return info;
}

function readPackage(path: string): PackageInfo | undefined {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  const parsed = parse(path, text);
  const { name, main, type, exports } = parsed;
  return {
    path,
    name: typeof name === 'string' ? name : undefined,
    main: typeof main === 'string' ? main : undefined,
    type: type === 'module' || type === 'commonjs' ? type : 'none',
    hasExports: exports !== undefined && exports !== null,
    hasNodeBuild: hasKey(exports, 'node'),
  };
}

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((inner) => hasKey(inner, key));
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch (cause) {
    const message = `Invalid package config ${path}. ${(cause as Error).message}`;
    throw Object.assign(new Error(message, { cause }), { code: 'ERR_INVALID_PACKAGE_CONFIG' });
  }
}

/** The package that a file belongs to. */
export function packageOf(file: string): PackageInfo | undefined {
  let folder = folderOf(file);
  for (;;) {
    if (folder.endsWith('/node_modules')) return undefined;
    const info = packageAt(folder);
    if (info !== undefined) return info;
    if (folder === '/') return undefined;
    folder = folderOf(folder);
  }
}
