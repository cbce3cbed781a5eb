import { moduleResolve } from 'import-meta-resolve';
import { BUILT_IN_NAME, BUILT_IN_URL } from '../../../binding/module-binding.js';
import { isBuiltin } from './builtins.js';
import { packageOf } from './packages.js';
import { native } from './services.js';
import { ModuleUrl, pathOf, urlOf } from './url.js';

/** How a module is asked for, which decides what a package gives. */
export type Way = 'import' | 'require';

/** A bare guest is no Node, so that `node` comes last: packages have builds for elsewhere under other conditions. */
const conditions: Record<Way, [own: Set<string>, node: Set<string>]> = {
  import: bothSets('import'),
  require: bothSets('require'),
};

function bothSets(way: Way): [Set<string>, Set<string>] {
  const own = ['isolane', way, 'module-sync', 'default'];
  return [new Set(own), new Set([...own, 'node'])];
}

/** What specifiers mean to the modules of a folder, by way, folder and specifier; only what was found. */
const found = new Map<string, string>();

/**
 * The URL that a specifier means, by Node's rules; `node:…` for Node's own modules. `from`: the URL or path of the module that asks, or anything
 * else for the working folder.
 */
export function resolveUrl(specifier: string, from: string, way: Way): string {
  if (specifier === BUILT_IN_NAME || specifier === BUILT_IN_URL) return BUILT_IN_URL;
  if (isBuiltin(specifier)) {
    return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  }
  const key = `${way} ${from.slice(0, from.lastIndexOf('/'))} ${specifier}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const { href } = resolveAnew(specifier, baseOf(from), way);
  found.set(key, href);
  return href;
}

/** The package.json of packages that can only be had as Node has them. */
const forNode = new Set<string>();

/**
 * Notes that a module of a package cannot be loaded. Whether it is worth another try: what a package gives to all but Node may be for bundlers alone,
 * and then what it gives to Node is taken after all.
 */
export function takeForNode(url: string): boolean {
  if (!url.startsWith('file:')) return false;
  const info = packageOf(pathOf(url));
  if (info === undefined || !info.hasNodeBuild || forNode.has(info.path)) return false;
  forNode.add(info.path);
  found.clear();
  return true;
}

function isForNode({ href }: { href: string }): boolean {
  if (forNode.size === 0 || !href.startsWith('file:')) return false;
  const info = packageOf(pathOf(href));
  return info !== undefined && forNode.has(info.path);
}

function resolveAnew(specifier: string, base: ModuleUrl, way: Way): { href: string } {
  // The types are those of a global URL, of which the resolver uses only what ours has.
  const url = base as unknown as Parameters<typeof moduleResolve>[1];
  const [own, node] = conditions[way];
  try {
    const resolved = moduleResolve(specifier, url, own);
    return isForNode(resolved) ? moduleResolve(specifier, url, node) : resolved;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED' && code !== 'ERR_PACKAGE_IMPORT_NOT_DEFINED') {
      throw error;
    }
    return moduleResolve(specifier, url, node);
  }
}

/** The URL that relative specifiers start from. */
export function baseOf(from: string): ModuleUrl {
  if (from.startsWith('/')) return urlOf(from);
  if (/^(file|data):/.test(from)) return new ModuleUrl(from);
  return urlOf(`${native.workingFolder()}/`);
}

/** `import.meta.resolve`: like Node's, it does not mind a file that is missing. */
export function resolveForMeta(specifier: string, from: string): string {
  try {
    return resolveUrl(specifier, from, 'import');
  } catch (error) {
    const { code, url } = error as { code?: unknown; url?: unknown };
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT';
    if (isMissing && typeof url === 'string') return url;
    throw error;
  }
}
