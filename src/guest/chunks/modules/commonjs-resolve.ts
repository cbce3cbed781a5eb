import { FileKind } from '../../../binding/codes.js';
import { realPath, statPath } from './files.js';
import { packageAt, packageOf } from './packages.js';
import { folderOf, resolvePath } from './paths.js';
import { resolveUrl } from './resolve.js';
import { pathOf, urlOf } from './url.js';

const EXTENSIONS = ['.js', '.json', '.node'];

/** A package's name, and what is meant in it. */
const PACKAGE = /^((?:@[^/\\%]+\/)?[^./\\%][^/\\%]*)(\/.*)?$/;

/**
 * The path of the file that `require(request)` means in a module, by Node's rules. `folders`: where packages are looked for, in place of the module's own.
 * Throws an error with the code MODULE_NOT_FOUND.
 */
export function resolveCommonJs(
  request: string,
  from: string,
  folders?: readonly string[],
): string {
  const path = find(request, from, folders);
  if (path !== undefined) return path;
  throw notFound(request, from);
}

function find(
  request: string,
  from: string,
  folders: readonly string[] | undefined,
): string | undefined {
  if (request.startsWith('#')) return mapped(request, from);
  if (isPath(request)) {
    const starts = request.startsWith('/') ? ['/'] : (folders ?? [folderOf(from)]);
    return first(starts, (start) => fileOrFolder(resolvePath(start, request), request));
  }
  const [, name] = PACKAGE.exec(request) ?? [];
  const own = packageOf(from);
  if (own?.hasExports && own.name !== undefined && own.name === name) return mapped(request, from);
  const places = folders?.flatMap(packageFolders) ?? packageFolders(folderOf(from));
  return first(places, (folder) => inPackageFolder(folder, request, name));
}

function isPath(request: string): boolean {
  return /^(\.{1,2}$|\.{0,2}\/)/.test(request);
}

function first<T>(items: readonly T[], attempt: (item: T) => string | undefined) {
  for (const item of items) {
    const found = attempt(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Through a package's map of imports or exports. */
function mapped(request: string, from: string): string {
  try {
    const url = resolveUrl(request, urlOf(from).href, 'require');
    return url.startsWith('file:') ? pathOf(url) : url;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') {
      throw notFound(request, from, (error as Error).message);
    }
    throw error;
  }
}

/** The `node_modules` folders above a folder, and its own. */
export function packageFolders(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = folderOf(at)) {
    if (!at.endsWith('/node_modules')) found.push(`${at === '/' ? '' : at}/node_modules`);
    if (at === '/') return found;
  }
}

function inPackageFolder(
  folder: string,
  request: string,
  name: string | undefined,
): string | undefined {
  if (statPath(folder) !== FileKind.folder) return undefined;
  if (name !== undefined && packageAt(`${folder}/${name}`)?.hasExports) {
    // As if from a file beside that folder, which is where an ES module would find it as well.
    return mapped(request, `${folderOf(folder)}/from.js`);
  }
  return fileOrFolder(resolvePath(folder, request), request);
}

function fileOrFolder(path: string, request: string): string | undefined {
  if (!/(^|\/)\.{0,2}$/.test(request)) {
    const file = existing(path) ?? withExtension(path);
    if (file !== undefined) return file;
  }
  if (statPath(path) !== FileKind.folder) return undefined;
  const info = packageAt(path);
  const index = `${path === '/' ? '' : path}/index`;
  if (info?.main === undefined) return withExtension(index);
  const main = resolvePath(path, info.main);
  const file =
    existing(main) ?? withExtension(main) ?? withExtension(`${main}/index`) ?? withExtension(index);
  if (file !== undefined) return file;
  const message = `Cannot find module '${main}'. Please verify that the package.json has a valid "main" entry`;
  throw Object.assign(new Error(message), {
    code: 'MODULE_NOT_FOUND',
    path: info.path,
    requestPath: request,
  });
}

function existing(path: string): string | undefined {
  return statPath(path) === FileKind.file ? realPath(path) : undefined;
}

function withExtension(path: string): string | undefined {
  return first(EXTENSIONS, (extension) => existing(path + extension));
}

function notFound(request: string, from: string, why?: string): Error {
  const message = `${why ?? `Cannot find module '${request}'`}\nRequire stack:\n- ${from}`;
  return Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND', requireStack: [from] });
}
