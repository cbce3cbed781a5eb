import { folderOf } from './paths.js';
import { denied } from './permission.js';
import { resolveForMeta } from './resolve.js';
import { services } from './services.js';
import { pathOf } from './url.js';

/** `import.meta`, with what Node gives there. */
export function fillImportMeta(meta: Record<string, unknown>, url: string): void {
  const resolve = (specifier: unknown): string => {
    if (services.denied()) throw denied(String(specifier));
    return resolveForMeta(String(specifier), url);
  };
  if (!url.startsWith('file:')) {
    Object.assign(meta, { resolve, url });
    return;
  }
  const filename = pathOf(url);
  Object.assign(meta, { dirname: folderOf(filename), filename, resolve, url });
}
