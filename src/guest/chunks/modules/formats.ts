import { packageOf } from './packages.js';
import { extensionOf } from './paths.js';

/** What a file is; `script`: CommonJS, unless its syntax says that it is an ES module. */
export type Format = 'module' | 'commonjs' | 'script' | 'json' | 'wasm' | 'addon';

export interface FileFormat {
  format: Format;
  typescript: boolean;
}

/** By Node's rules: the extension, then the type of the package. Undefined for extensions that mean nothing. */
export function formatOf(path: string): FileFormat | undefined {
  switch (extensionOf(path)) {
    case '.mjs':
      return { format: 'module', typescript: false };
    case '.cjs':
      return { format: 'commonjs', typescript: false };
    case '.js':
    case '':
      return { format: byPackage(path), typescript: false };
    case '.json':
      return { format: 'json', typescript: false };
    case '.wasm':
      return { format: 'wasm', typescript: false };
    case '.node':
      return { format: 'addon', typescript: false };
    case '.mts':
      return { format: 'module', typescript: true };
    case '.cts':
      return { format: 'commonjs', typescript: true };
    case '.ts':
      return { format: byPackage(path), typescript: true };
    default:
      return undefined;
  }
}

function byPackage(path: string): Format {
  const type = packageOf(path)?.type ?? 'none';
  return type === 'none' ? 'script' : type;
}

/** The media type of a data: URL. */
export function formatOfData(type: string): Format | undefined {
  const [, name] = /^\s*([^;\s]*)/.exec(type) ?? [];
  switch (name?.toLowerCase()) {
    case 'text/javascript':
    case 'application/javascript':
    case 'application/x-javascript':
      return 'module';
    case 'application/json':
      return 'json';
    case 'application/wasm':
      return 'wasm';
    default:
      return undefined;
  }
}

export function unknownExtension(path: string): TypeError {
  return Object.assign(new TypeError(`Unknown file extension "${extensionOf(path)}" for ${path}`), {
    code: 'ERR_UNKNOWN_FILE_EXTENSION',
  });
}
