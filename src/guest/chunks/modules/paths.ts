/** Paths as POSIX has them. */

export function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `.js` and the like; empty for names without one, and for those that are nothing else. */
export function extensionOf(path: string): string {
  const name = nameOf(path);
  const at = name.lastIndexOf('.');
  return at <= 0 ? '' : name.slice(at);
}

/** Absolute, and without `.` and `..`, from right to left until one is absolute. */
export function resolvePath(...paths: string[]): string {
  let whole = '';
  for (const path of paths.reverse()) {
    if (path === '') continue;
    whole = whole === '' ? path : `${path}/${whole}`;
    if (path.startsWith('/')) break;
  }
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
