import { isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';
import { IsolaneError } from '../errors/isolane-error.js';
import { BUILT_IN_NAME, BUILT_IN_URL } from '../interpreter/module-sources.js';

/** An interpreter is no Node, so that `node` comes last: packages have builds for elsewhere under the others. */
const conditions = new Set(['isolane', 'import', 'module-sync', 'default']);
const conditionsWithNode = new Set([...conditions, 'node']);

export function isBuiltInUrl(url: string): boolean {
  return url === BUILT_IN_URL;
}

/** The URL of the module that a specifier means, by Node's rules. `referrer`: a URL, a path, or anything else for the working folder. */
export async function resolveModule(specifier: string, referrer: string): Promise<string> {
  if (specifier === BUILT_IN_NAME) return BUILT_IN_URL;
  if (isBuiltin(specifier)) throw noNodeApi(specifier, referrer);
  const { moduleResolve } = await import('import-meta-resolve');
  const base = baseOf(referrer);
  try {
    return moduleResolve(specifier, base, conditions).href;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    return moduleResolve(specifier, base, conditionsWithNode).href;
  }
}

function baseOf(referrer: string): URL {
  if (referrer.startsWith('/')) return pathToFileURL(referrer);
  if (/^(file|data):/.test(referrer)) return new URL(referrer);
  return pathToFileURL(`${process.cwd()}/`);
}

function noNodeApi(specifier: string, referrer: string): IsolaneError {
  const from = /^(file:|\/)/.test(referrer) ? ` (imported from ${referrer})` : '';
  const text = `${specifier}${from} is a module of Node, and this runtime has no Node API. Code that needs it runs in the host, which can talk to this interpreter over channels.`;
  return new IsolaneError('ERR_ISOLANE_NO_NODE_API', text);
}
