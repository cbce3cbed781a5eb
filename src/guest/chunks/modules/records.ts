import { ModuleStatus } from '../../../binding/codes.js';
import { BUILT_IN_URL, type ModuleNumber } from '../../../binding/module-binding.js';
import type { Asking } from './asking.js';
import { checkType, typeOf } from './attributes.js';
import { isBuiltin, noNodeApi } from './builtins.js';
import { exportsOf, loadCommonJs } from './commonjs.js';
import { exportNamesOf } from './commonjs-exports.js';
import { parseJson } from './json.js';
import { permit } from './permission.js';
import { resolveUrl, takeForNode } from './resolve.js';
import { native, services } from './services.js';
import { type ModuleSource, readModule } from './sources.js';
import { explainSyntaxError } from './syntax-errors.js';
import { wasmModule } from './wasm.js';

/** A compiled module; what it imports may not be there yet. */
export interface ModuleRecord {
  readonly url: string;
  readonly number: ModuleNumber;
  readonly requests: readonly ModuleRequest[];
  /** Whether all that it imports, and all that they import, is there and linked. */
  complete: boolean;
}

export interface ModuleRequest {
  readonly specifier: string;
  /** Keys and values in turn. */
  readonly attributes: readonly string[];
  /** A module that is meant whatever the specifier says. */
  readonly target: ModuleRecord | undefined;
}

/**
 * The modules of this interpreter: by URL, and those of JSON apart. An entry is made when a module has been compiled, in one step, so that whatever
 * is stopped in the middle leaves nothing half done; what failed is not here, and tried again when it is asked for again.
 */
const records = new Map<string, ModuleRecord>();

/** A module with all that it imports, ready to be instantiated. `resolve` gives its URL. */
export function* loadGraph(
  resolve: () => string,
  type: '' | 'json' | 'any',
  from: string,
): Asking<ModuleRecord> {
  forgetStopped();
  for (;;) {
    const url = resolve();
    yield* permit([url], from);
    const root = yield* loadRecord(url, type);
    const graph = new Set([root]);
    if (!(yield* linkGraph(graph))) continue;
    for (const record of graph) record.complete = true;
    return root;
  }
}

/** Adds all that the modules of a graph import. False: what specifiers mean has changed, and it is to be loaded anew. */
function* linkGraph(graph: Set<ModuleRecord>): Asking<boolean> {
  for (const record of graph) {
    if (record.complete) continue;
    try {
      for (const target of yield* linkRecord(record)) graph.add(target);
    } catch (error) {
      const { code } = error as { code?: unknown };
      const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT';
      if (isMissing && takeForNode(record.url)) return false;
      throw error;
    }
  }
  return true;
}

let stopsSeen = 0;

/**
 * An evaluation that was stopped in the middle never comes to an end, so that what took part in it starts anew. What has been evaluated
 * stays.
 */
function forgetStopped(): void {
  const stops = native.timesStopped();
  if (stops === stopsSeen) return;
  stopsSeen = stops;
  for (const [key, { number }] of records) {
    const status = native.moduleStatus(number);
    const hasThrown = status === ModuleStatus.errored && native.moduleException(number) !== null;
    if (status !== ModuleStatus.evaluated && !hasThrown) records.delete(key);
  }
}

interface WantedModule {
  url: string;
  type: '' | 'json';
  target: ModuleRecord | undefined;
}

// In loops, here and below: a script may have replaced the methods of arrays, and its modules are to load all the same.

/** Loads what a module imports; returns it. */
function* linkRecord(record: ModuleRecord): Asking<ModuleRecord[]> {
  const { url, requests, number } = record;
  const wanted: WantedModule[] = [];
  const urls: string[] = [];
  for (const { specifier, attributes, target } of requests) {
    if (target !== undefined) {
      wanted.push({ url: target.url, type: '', target });
      continue;
    }
    const resolved = resolveRequest(specifier, url);
    urls.push(resolved);
    wanted.push({ url: resolved, type: typeOf(attributes, url), target });
  }
  yield* permit(urls, url);
  const targets: ModuleRecord[] = [];
  const numbers: ModuleNumber[] = [];
  for (const each of wanted) {
    const target = each.target ?? (yield* loadRecord(each.url, each.type));
    targets.push(target);
    numbers.push(target.number);
  }
  native.linkModule(number, numbers);
  return targets;
}

/** Like {@link resolveUrl}, for modules that are to be loaded. */
export function resolveRequest(specifier: string, from: string): string {
  const url = resolveUrl(specifier, from, 'import');
  if (isBuiltin(url)) throw noNodeApi(isBuiltin(specifier) ? specifier : url, from);
  return url;
}

function* loadRecord(url: string, type: '' | 'json' | 'any'): Asking<ModuleRecord> {
  const known = knownRecord(url, type);
  if (known !== undefined) return known;
  if (url === BUILT_IN_URL) return remember(url, builtInRecord());
  const source = yield* readModule(url);
  checkType(type, source.format, url);
  // Somebody else may have loaded it while answers were awaited.
  return knownRecord(url, type) ?? remember(url, compile(url, source), source.format);
}

function knownRecord(url: string, type: '' | 'json' | 'any'): ModuleRecord | undefined {
  const record = type === 'json' ? undefined : records.get(url);
  return record ?? (type === '' ? undefined : records.get(jsonKey(url)));
}

function remember(url: string, record: ModuleRecord, format?: string): ModuleRecord {
  records.set(format === 'json' ? jsonKey(url) : url, record);
  return record;
}

function jsonKey(url: string): string {
  return `json ${url}`;
}

function compile(url: string, source: ModuleSource): ModuleRecord {
  switch (source.format) {
    case 'module':
      return textRecord(url, source.text);
    case 'json':
      return jsonRecord(url, source.path, source.text);
    case 'wasm':
      return wasmRecord(url, source.bytes);
    default:
      return commonJsRecord(url, source.path ?? url, source.text);
  }
}

/** An ES module of a text. */
export function textRecord(
  url: string,
  text: string,
  targets: ReadonlyMap<string, ModuleRecord> = new Map(),
): ModuleRecord {
  try {
    const number = native.compileModule(url, text);
    const requests: ModuleRequest[] = [];
    for (const [specifier, ...attributes] of native.moduleRequests(number)) {
      requests.push({ specifier, attributes, target: targets.get(specifier) });
    }
    return { url, number, requests, complete: false };
  } catch (error) {
    explainSyntaxError(error, url, text);
    throw error;
  }
}

function valuesRecord(url: string, names: string[], evaluate: () => unknown[]): ModuleRecord {
  const number = native.syntheticModule(url, names, evaluate);
  return { url, number, requests: [], complete: true };
}

function builtInRecord(): ModuleRecord {
  const names = Object.keys(services.builtIn);
  return valuesRecord(BUILT_IN_URL, names, () => {
    const pairs: unknown[] = [];
    for (const name of names) pairs.push(name, services.builtIn[name]);
    return pairs;
  });
}

function jsonRecord(url: string, path: string | undefined, text: string): ModuleRecord {
  // What was required already is the same object.
  const required = path === undefined ? undefined : exportsOf(path);
  const value = required === undefined ? parseJson(path ?? url, text) : required.exports;
  return valuesRecord(url, ['default'], () => ['default', value]);
}

function commonJsRecord(url: string, path: string, text: string): ModuleRecord {
  const names: string[] = [];
  for (const name of exportNamesOf(path, text)) {
    if (!WHOLE.includes(name)) names.push(name);
  }
  return valuesRecord(url, [...WHOLE, ...names], () => {
    const exports = loadCommonJs(path, text);
    const pairs: unknown[] = [];
    for (const name of WHOLE) pairs.push(name, exports);
    for (const name of names) {
      if (hasOwn(exports, name)) pairs.push(name, read(exports, name));
    }
    return pairs;
  });
}

/** Under these names an import gets all that a CommonJS module exports. */
const WHOLE = ['default', 'module.exports'];

function hasOwn(exports: unknown, name: string): boolean {
  return exports !== null && exports !== undefined && Object.hasOwn(exports, name);
}

/** A getter that throws does not keep the rest from being imported. */
function read(exports: unknown, name: string): unknown {
  try {
    return (exports as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function wasmRecord(url: string, bytes: Uint8Array<ArrayBuffer>): ModuleRecord {
  const { text, instantiate, specifier } = wasmModule(url, bytes);
  const instantiator = valuesRecord(`${url} (instantiate)`, ['default'], () => [
    'default',
    instantiate,
  ]);
  return textRecord(url, text, new Map([[specifier, instantiator]]));
}
