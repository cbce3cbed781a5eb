import { callSite } from '../binding/world.js';
import { correspondent } from '../interpreter/calls.js';
import {
  BUILT_IN_NAME,
  BUILT_IN_URL,
  type ModuleSource,
  type ModulesReply,
} from '../interpreter/module-sources.js';
import { Letter, type ModulesBody } from '../interpreter/protocol.js';
import type { ImportedModule } from '../interpreter/serve.js';
import { guest } from './binding.js';
import { explainSyntaxError } from './syntax-errors.js';

/** What the specifiers of each compiled module mean. */
const requestsOf = new Map<string, Record<string, string>>();
/** Modules that could not be compiled, and why. */
const broken = new Map<string, unknown>();
const evaluations = new Map<string, Promise<object>>();

/** The module by whose name all of this package is imported. */
export function provideBuiltIn(exports: Record<string, unknown>): void {
  builtIn = exports;
}

let builtIn: Record<string, unknown> | undefined;

/** Loads a module with all that it imports, and evaluates it, once. */
export async function importModule(specifier: string, referrer: string): Promise<ImportedModule> {
  const url = specifier === BUILT_IN_NAME ? BUILT_IN_URL : await askForModules(specifier, referrer);
  throwIfBroken(url);
  return { url, namespace: await evaluate(url) };
}

async function askForModules(specifier: string, referrer: string): Promise<string> {
  const host = correspondent(guest.hostId, 'host');
  const body: ModulesBody = [specifier, referrer];
  const reply = (await host.request(Letter.modules, body, callSite(importModule))) as ModulesReply;
  // In one go: another reply may rely on the modules that came with this one.
  for (const module of reply.modules) compile(module);
  for (const { url } of reply.modules) link(url);
  return reply.url;
}

function compile(module: ModuleSource): void {
  const { url, source, format, requests } = module;
  try {
    if (format === 'json') {
      guest.syntheticModule(url, { default: parseJson(url, source) });
      requestsOf.set(url, {});
      return;
    }
    guest.compileModule(url, source);
    requestsOf.set(url, requests);
    if (module.problem !== undefined) throw new SyntaxError(module.problem.message);
  } catch (error) {
    explainSyntaxError(error, url, source, module.problem);
    broken.set(url, error);
  }
}

function parseJson(url: string, source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new SyntaxError(`${url}: ${(error as Error).message}`, { cause: error });
  }
}

function link(url: string): void {
  if (broken.has(url)) return;
  for (const [specifier, target] of Object.entries(requestsOf.get(url) ?? {})) {
    if (target === BUILT_IN_URL) makeBuiltIn();
    else if (broken.has(target)) continue;
    guest.linkModule(url, specifier, target);
  }
}

function makeBuiltIn(): void {
  if (builtIn === undefined) return;
  guest.syntheticModule(BUILT_IN_URL, builtIn);
  builtIn = undefined;
}

/** Throws the error of a module that could not be compiled, if the module or what it imports is one. */
function throwIfBroken(root: string): void {
  const seen = new Set([root]);
  for (const url of seen) {
    if (broken.has(url)) throw broken.get(url);
    for (const requested of Object.values(requestsOf.get(url) ?? {})) seen.add(requested);
  }
}

function evaluate(url: string): Promise<object> {
  if (url === BUILT_IN_URL) makeBuiltIn();
  const known = evaluations.get(url);
  if (known !== undefined) return known;
  const evaluation = guest.evaluateModule(url);
  evaluations.set(url, evaluation);
  return evaluation;
}

/** `import.meta`, with what Node gives there. */
export function fillImportMeta(meta: Record<string, unknown>, url: string): void {
  const resolveHere = (specifier: unknown): string => resolve(String(specifier), url);
  if (!url.startsWith('file://')) {
    Object.assign(meta, { resolve: resolveHere, url });
    return;
  }
  const filename = decodeURIComponent(url.slice('file://'.length).replace(/[?#].*$/, ''));
  const dirname = filename.slice(0, filename.lastIndexOf('/')) || '/';
  Object.assign(meta, { dirname, filename, resolve: resolveHere, url });
}

/** Only what needs no look at the disk: that would be a question to the host, for which this cannot wait. */
function resolve(specifier: string, from: string): string {
  const known = requestsOf.get(from)?.[specifier];
  if (known !== undefined) return known;
  if (/^[a-z][a-z0-9+.-]*:/i.test(specifier)) return specifier;
  if (/^\.{0,2}\//.test(specifier) && from.startsWith('file://')) return join(specifier, from);
  throw new Error(
    `import.meta.resolve cannot resolve '${specifier}' here: in an interpreter it knows URLs, paths, and what ${from} imports.`,
  );
}

function join(path: string, from: string): string {
  const base = from.slice('file://'.length).replace(/[?#].*$/, '');
  const whole = path.startsWith('/') ? path : base.slice(0, base.lastIndexOf('/') + 1) + path;
  const parts: string[] = [];
  for (const part of whole.split('/').slice(1)) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  if (/(^|\/)\.{1,2}$/.test(whole)) parts.push('');
  return `file:///${parts.join('/')}`;
}
