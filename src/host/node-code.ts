/** How a Node runtime compiles code and loads modules: as Node does, with `import()` in all of it. */

import { join } from 'node:path';
import { compileFunction, constants, Script } from 'node:vm';
import { BUILT_IN_NAME, BUILT_IN_URL } from '../binding/module-binding.js';
import * as isolane from '../index.js';
import { explainSyntax } from '../interpreter/compile-errors.js';
import type { FunctionCompiler } from '../interpreter/compile-function.js';
import type { AnyFunction } from '../interpreter/function-text.js';
import type { ImportedModule } from '../interpreter/unusual-answers.js';
import { guestFolder } from './paths.js';

const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;

/** Node warns once about that where it is experimental; that we use it is nobody's concern. */
export function dropWarning(): void {
  const { emitWarning } = process;
  process.emitWarning = (...args: unknown[]) => {
    if (!String(args[0]).startsWith('vm.USE_MAIN_CONTEXT_DEFAULT_LOADER')) {
      return Reflect.apply(emitWarning, process, args);
    }
    process.emitWarning = emitWarning;
  };
}

/** Code without a file of its own is as if in a file of this name, in the working folder. */
export function here(): string {
  return join(process.cwd(), 'isolane');
}

/** A name of ours is no file from which import() could start: that is `from`, and only stacks show the name. */
function named(code: string, name: string, from: string): [code: string, file: string] {
  return name.startsWith('isolane:') ? [`${code}\n//# sourceURL=${name}`, from] : [code, name];
}

/** Runs a script in the global scope. */
export function runScript(source: string, name: string, referrer = ''): unknown {
  const [code, filename] = named(source, name, referrer === '' ? here() : referrer);
  return new Script(code, { filename, importModuleDynamically }).runInThisContext();
}

/** How functions that travel are compiled. */
export const functionCompiler: FunctionCompiler = {
  compileBody: (body, file, lineOffset, columnOffset, parameters) => {
    const [code, filename] = named(body, file, here());
    const options = { filename, lineOffset, columnOffset, importModuleDynamically };
    return compileFunction(code, parameters, options) as AnyFunction;
  },
  findHelpers: (names, source) => {
    const file = join(guestFolder, 'helpers.js');
    const { findHelpers } = require(file) as Pick<FunctionCompiler, 'findHelpers'>;
    return findHelpers(names, source);
  },
  explain: explainSyntax,
};

type Import = (specifier: string, options?: object) => Promise<object>;

/** The `import()` of each file that asked for a module here. */
const importers = new Map<string, Import>();

/** Only Node knows the URLs of modules, which are no more than names here. */
const names = new Map<object, string>();

export async function importModule(specifier: string, referrer: string): Promise<ImportedModule> {
  if (specifier === BUILT_IN_NAME) return { url: BUILT_IN_URL, namespace: isolane };
  const importHere = importerOf(referrer === '' ? here() : referrer);
  const isJson = /\.json($|[?#])/.test(specifier);
  const namespace = await importHere(specifier, isJson ? { with: { type: 'json' } } : undefined);
  const url = names.get(namespace) ?? `isolane:module/${names.size + 1}`;
  names.set(namespace, url);
  return { url, namespace };
}

function importerOf(file: string): Import {
  const known = importers.get(file);
  if (known !== undefined) return known;
  const made = runScript('(specifier, options) => import(specifier, options)', file) as Import;
  importers.set(file, made);
  return made;
}
