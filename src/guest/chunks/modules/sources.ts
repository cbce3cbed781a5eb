import { type Asking, ask } from './asking.js';
import { noAddons } from './builtins.js';
import { readBytes, readText } from './files.js';
import { type Format, formatOf, formatOfData, unknownExtension } from './formats.js';
import { services } from './services.js';
import { hasModuleSyntax } from './syntax.js';
import { ModuleUrl, pathOf } from './url.js';

/** A module's text, or its bytes if it is WebAssembly. */
export type ModuleSource =
  | { format: 'module' | 'commonjs' | 'json'; path: string | undefined; text: string }
  | { format: 'wasm'; path: string | undefined; bytes: Uint8Array<ArrayBuffer> };

/** Reads a module and finds out what it is. */
export function* readModule(url: string): Asking<ModuleSource> {
  const parsed = new ModuleUrl(url);
  if (parsed.protocol === 'data:') return readData(url);
  if (parsed.protocol !== 'file:') throw unsupportedScheme(parsed);
  const path = pathOf(parsed);
  const file = formatOf(path);
  if (file === undefined) throw unknownExtension(path);
  if (file.format === 'addon') throw noAddons(path);
  if (file.format === 'wasm') return { format: 'wasm', path, bytes: readBytes(path) };
  const text = file.typescript ? yield* readTypeScript(path, url) : readText(path);
  return { format: settled(file.format, path, text), path, text };
}

/** A script is an ES module if only that makes sense of it. */
export function settled(
  format: Exclude<Format, 'addon' | 'wasm'>,
  path: string,
  text: string,
): 'module' | 'commonjs' | 'json' {
  if (format !== 'script') return format;
  return hasModuleSyntax(path, text) ? 'module' : 'commonjs';
}

/** JavaScript of TypeScript, by path and text; the host has the means. */
const stripped = new Map<string, { text: string; code: string }>();

export function* readTypeScript(path: string, url: string): Asking<string> {
  if (path.includes('/node_modules/')) {
    throw Object.assign(
      new Error(
        `Stripping types is currently unsupported for files under node_modules, for "${url}"`,
      ),
      { code: 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING' },
    );
  }
  const text = readText(path);
  const known = stripped.get(path);
  if (known?.text === text) return known.code;
  const question = { to: services.hostId, type: services.letters.stripTypes, body: [text, path] };
  const code = (yield* ask(question)) as string;
  stripped.set(path, { text, code });
  return code;
}

function readData(url: string): ModuleSource {
  const [, type, base64, data] = /^data:([^,]*?)(;\s*base64)?\s*,([^#]*)/is.exec(url) ?? [];
  if (type === undefined || data === undefined) {
    throw Object.assign(new TypeError(`Invalid URL '${url}'`), { code: 'ERR_INVALID_URL' });
  }
  const format = formatOfData(type);
  if (format === undefined) {
    const message = `Unknown module format: ${type} for URL ${url}`;
    throw Object.assign(new RangeError(message), { code: 'ERR_UNKNOWN_MODULE_FORMAT' });
  }
  const bytes =
    base64 === undefined ? percentDecoded(data) : base64Decoded(decodeURIComponent(data));
  if (format === 'wasm') return { format, path: undefined, bytes };
  const text = services.decodeUtf8(bytes);
  return { format: format === 'json' ? 'json' : 'module', path: undefined, text };
}

function percentDecoded(text: string): Uint8Array<ArrayBuffer> {
  const binary = encodeURI(text)
    .replace(/%25([0-9a-f]{2})/gi, '%$1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytesOf(binary);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64Decoded(text: string): Uint8Array<ArrayBuffer> {
  let binary = '';
  let bits = 0;
  let count = 0;
  for (const character of text.replaceAll('-', '+').replaceAll('_', '/')) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      binary += String.fromCharCode((bits >> count) & 0xff);
    }
  }
  return bytesOf(binary);
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function unsupportedScheme({ protocol, href }: ModuleUrl): Error {
  const message = `Only URLs with a scheme in: file and data are supported by an interpreter's loader. Received protocol '${protocol}' (${href})`;
  return Object.assign(new Error(message), { code: 'ERR_UNSUPPORTED_ESM_URL_SCHEME' });
}
