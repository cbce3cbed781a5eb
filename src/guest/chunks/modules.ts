/**
 * The loader of modules: it resolves, reads, compiles, links and runs them, on the interpreter's own thread. Loaded when the first
 * module is imported.
 */

import { BUILT_IN_NAME, BUILT_IN_URL } from '../../binding/module-binding.js';
import { type Asking, finish } from './modules/asking.js';
import { typeOf } from './modules/attributes.js';
import { evaluateRecord } from './modules/evaluate.js';
import { fillImportMeta } from './modules/import-meta.js';
import { denied } from './modules/permission.js';
import { loadGraph, type ModuleRecord, resolveRequest } from './modules/records.js';
import { install, type Services, services } from './modules/services.js';

export type { PolicyRoute, Question, Services } from './modules/services.js';

export interface ImportedModule {
  url: string;
  namespace: object;
}

export interface Loader {
  /**
   * Loads a module with all that it imports, and evaluates it, once. `attributes`: keys and values in turn; undefined for those who cannot give
   * any, and take what there is.
   */
  importModule(
    specifier: string,
    from: string,
    attributes: readonly string[] | undefined,
  ): Promise<ImportedModule>;
  fillImportMeta(meta: Record<string, unknown>, url: string): void;
}

export function makeLoader(given: Services): Loader {
  install(given);
  return { importModule, fillImportMeta };
}

async function importModule(
  specifier: string,
  from: string,
  attributes: readonly string[] | undefined,
): Promise<ImportedModule> {
  const record = await finish(load(specifier, from, attributes));
  // Never in the middle of another module's evaluation, which `import()` may have been reached from.
  await undefined;
  return { url: record.url, namespace: await evaluateRecord(record) };
}

function* load(
  specifier: string,
  from: string,
  attributes: readonly string[] | undefined,
): Asking<ModuleRecord> {
  if (services.denied() && specifier !== BUILT_IN_NAME && specifier !== BUILT_IN_URL) {
    throw denied(specifier);
  }
  const type = attributes === undefined ? 'any' : typeOf(attributes, specifier);
  return yield* loadGraph(() => resolveRequest(specifier, from), type, from);
}
