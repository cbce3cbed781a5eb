import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { IsolaneError } from '../errors/isolane-error.js';
import type { ModuleSource, SyntaxProblem } from '../interpreter/module-sources.js';
import { resolveModule } from './resolve.js';

const loaded = new Map<string, Promise<ModuleSource>>();

/** Reads a module, once in this process, and resolves what it imports. */
export function loadModule(url: string, referrer: string): Promise<ModuleSource> {
  const known = loaded.get(url);
  if (known !== undefined) return known;
  const loading = load(url, referrer);
  loaded.set(url, loading);
  // What failed may be there at the next try.
  loading.catch(() => loaded.delete(url));
  return loading;
}

async function load(url: string, referrer: string): Promise<ModuleSource> {
  const { source, format } = await read(new URL(url), referrer);
  if (format === 'json') return { url, format, source, requests: {} };
  await init;
  const lexed = lex(source);
  if ('problem' in lexed) {
    return { url, format: 'module', source, requests: {}, problem: lexed.problem };
  }
  if (format === 'unknown' && !lexed.hasModuleSyntax) throw isCommonJs(url);
  const requests: Record<string, string> = {};
  for (const specifier of lexed.specifiers) {
    requests[specifier] = await resolveModule(specifier, url);
  }
  return { url, format: 'module', source, requests };
}

type Format = 'module' | 'json' | 'unknown';

async function read(url: URL, referrer: string): Promise<{ source: string; format: Format }> {
  if (url.protocol === 'data:') return readData(url);
  if (url.protocol !== 'file:') {
    const text = `${url} cannot be loaded: modules come from file: and data: URLs.`;
    throw new IsolaneError('ERR_ISOLANE_UNSUPPORTED_MODULE', text);
  }
  const path = fileURLToPath(url);
  const format = await formatOf(path, url);
  try {
    return { source: (await readFile(path, 'utf8')).replace(/^\uFEFF/, ''), format };
  } catch (error) {
    const from = referrer === '' ? '' : ` imported from ${referrer}`;
    const text = `Cannot read module ${path}${from}: ${(error as Error).message}`;
    throw new IsolaneError('ERR_ISOLANE_MODULE_UNREADABLE', text, { cause: error });
  }
}

function readData(url: URL): { source: string; format: Format } {
  const [, type = '', base64, data = ''] =
    /^([^,;]*)[^,]*?(;base64)?,(.*)$/s.exec(url.pathname) ?? [];
  const text = decodeURIComponent(data) + decodeURIComponent(url.search);
  const source = base64 === undefined ? text : Buffer.from(text, 'base64').toString();
  return { source, format: type === 'application/json' ? 'json' : 'module' };
}

/** Node's rules: the extension, then the type of the package, then the syntax. */
async function formatOf(path: string, url: URL): Promise<Format> {
  switch (extname(path)) {
    case '.mjs':
      return 'module';
    case '.json':
      return 'json';
    case '.cjs':
      throw isCommonJs(url.href);
    case '.js':
    case '':
      break;
    default: {
      const text = `${path} cannot be loaded: modules have the extension .js, .mjs or .json.`;
      throw new IsolaneError('ERR_ISOLANE_UNSUPPORTED_MODULE', text);
    }
  }
  const type = await packageType(dirname(path));
  if (type === 'commonjs') throw isCommonJs(url.href);
  return type === 'module' ? 'module' : 'unknown';
}

async function packageType(folder: string): Promise<unknown> {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    return (JSON.parse(await readFile(file, 'utf8')) as { type?: unknown }).type;
  }
  const above = dirname(folder);
  return above === folder ? undefined : packageType(above);
}

function isCommonJs(url: string): IsolaneError {
  const text = `${url} is a CommonJS module, which interpreters cannot load yet. Import an ES module build of it, or bundle it into one.`;
  return new IsolaneError('ERR_ISOLANE_COMMONJS', text);
}

type Lexed = { specifiers: Set<string>; hasModuleSyntax: boolean } | { problem: SyntaxProblem };

function lex(source: string): Lexed {
  try {
    const [imports, , , hasModuleSyntax] = parse(source);
    const specifiers = new Set<string>();
    for (const each of imports) {
      if (each.type === 'static' || each.type === 'reexport-star') specifiers.add(each.specifier);
    }
    return { specifiers, hasModuleSyntax };
  } catch (error) {
    const at = (error as { idx?: number }).idx ?? 0;
    const lines = source.slice(0, at).split('\n');
    const column = (lines.at(-1)?.length ?? 0) + 1;
    return { problem: { message: 'Invalid syntax', line: lines.length, column } };
  }
}
