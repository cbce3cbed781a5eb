import { BUILT_IN_NAME } from '../../../binding/module-binding.js';
import { finishSync } from './asking.js';
import { isBuiltin, noAddons, noNodeApi } from './builtins.js';
import { takeCommonJs } from './commonjs-code.js';
import { packageFolders, resolveCommonJs } from './commonjs-resolve.js';
import { readText } from './files.js';
import { formatOf } from './formats.js';
import { parseJson } from './json.js';
import { folderOf } from './paths.js';
import { permit } from './permission.js';
import { requireEsModule } from './require-esm.js';
import { native, services } from './services.js';
import { readTypeScript, settled } from './sources.js';
import { urlOf } from './url.js';

/** What `module` is in a CommonJS module. */
export class Module {
  exports: unknown = {};
  loaded = false;
  readonly children: Module[] = [];
  readonly path: string;
  readonly paths: string[];
  readonly require: (request: string) => unknown;

  constructor(
    readonly id: string,
    readonly filename: string,
    readonly parent: Module | undefined,
  ) {
    this.path = folderOf(filename);
    this.paths = packageFolders(this.path);
    this.require = (request) => requireFrom(this, request);
    parent?.children.push(this);
  }
}

/** `require.cache`: by path. */
const cache: Record<string, Module | undefined> = Object.create(null);

/** Those that are being loaded, each required by the one before. */
const loading: Module[] = [];
let stopsSeen = 0;

/** What a module exports that was required before. */
export function exportsOf(path: string): { exports: unknown } | undefined {
  const module = cache[path];
  return module?.loaded === true ? module : undefined;
}

/** Loads a CommonJS module that an ES module imports; `text` has been read already. */
export function loadCommonJs(path: string, text: string): unknown {
  forgetStopped();
  return (cache[path] ?? load(path, undefined, text)).exports;
}

function requireFrom(parent: Module, request: string): unknown {
  if (typeof request !== 'string') {
    throw Object.assign(
      new TypeError(`The "id" argument must be of type string. Received ${typeof request}`),
      { code: 'ERR_INVALID_ARG_TYPE' },
    );
  }
  if (request === '') {
    throw Object.assign(
      new TypeError(`The argument 'id' must be a non-empty string. Received ''`),
      { code: 'ERR_INVALID_ARG_VALUE' },
    );
  }
  if (request === BUILT_IN_NAME) return services.builtIn;
  const path = resolveFrom(parent, request);
  forgetStopped();
  const known = cache[path];
  if (known === undefined) return load(path, parent).exports;
  if (!parent.children.includes(known)) parent.children.push(known);
  return known.exports;
}

/** The path that is meant, where it may be loaded. */
function resolveFrom(parent: Module, request: string): string {
  if (isBuiltin(request)) throw noNodeApi(request, parent.filename);
  const path = resolveCommonJs(request, parent.filename);
  if (isBuiltin(path)) throw noNodeApi(path, parent.filename);
  finishSync(permit([urlOf(path).href], parent.filename), `require('${request}')`);
  return path;
}

/** Modules that were stopped in the middle would look as if they were still being loaded. */
function forgetStopped(): void {
  const stops = native.timesStopped();
  if (stops === stopsSeen) return;
  stopsSeen = stops;
  for (const module of loading.splice(0)) {
    if (cache[module.filename] === module) delete cache[module.filename];
  }
}

function load(path: string, parent: Module | undefined, text?: string): Module {
  const module = new Module(path, path, parent);
  // A native frame around all of it learns if it is stopped.
  native.callCommonJs(loadInto, undefined, module, text);
  return module;
}

function loadInto(module: Module, text: string | undefined): void {
  const { filename, parent } = module;
  cache[filename] = module;
  loading.push(module);
  try {
    execute(module, text);
    module.loaded = true;
  } catch (error) {
    if (cache[filename] === module) delete cache[filename];
    if (parent?.children.at(-1) === module) parent.children.pop();
    throw error;
  } finally {
    loading.pop();
  }
}

function execute(module: Module, given: string | undefined): void {
  const { filename } = module;
  // Extensions that mean nothing are JavaScript here.
  const { format, typescript } = formatOf(filename) ?? { format: 'commonjs', typescript: false };
  if (format === 'addon') throw noAddons(filename);
  const url = urlOf(filename).href;
  if (format === 'module') {
    module.exports = requireEsModule(url, filename);
    return;
  }
  const text =
    given ??
    (typescript
      ? finishSync(readTypeScript(filename, url), `require('${filename}')`)
      : readText(filename));
  if (format === 'json') {
    module.exports = parseJson(filename, text);
    return;
  }
  if (format === 'script' && settled(format, filename, text) === 'module') {
    module.exports = requireEsModule(url, filename);
    return;
  }
  run(module, text);
}

function run(module: Module, text: string): void {
  const { exports, filename, path } = module;
  const code = takeCommonJs(filename, text);
  native.callCommonJs(code, exports, exports, makeRequire(module), module, filename, path);
}

interface Require {
  (request: string): unknown;
  resolve: {
    (request: string, options?: { paths?: string[] }): string;
    paths(request: string): string[] | null;
  };
  main: undefined;
  cache: typeof cache;
}

/** `require`, for one module. */
function makeRequire(module: Module): Require {
  const { filename } = module;
  const resolve = (request: string, options?: { paths?: string[] }): string => {
    if (request === BUILT_IN_NAME) return request;
    if (isBuiltin(request)) throw noNodeApi(request, filename);
    return resolveCommonJs(request, filename, options?.paths);
  };
  const paths = (request: string): string[] | null => {
    if (isBuiltin(request)) return null;
    return /^\.{1,2}(\/|$)/.test(request) ? [module.path] : packageFolders(module.path);
  };
  return Object.assign((request: string) => requireFrom(module, request), {
    resolve: Object.assign(resolve, { paths }),
    main: undefined,
    cache,
  });
}
