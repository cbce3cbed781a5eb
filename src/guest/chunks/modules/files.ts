import type { FileKind } from '../../../binding/codes.js';
import { native } from './services.js';

/** The file system, as far as the loader looks at it. */

export function statPath(path: string): FileKind {
  return native.statPath(path);
}

export function realPath(path: string): string {
  return native.realPath(path);
}

export function readText(path: string): string {
  return native.readText(path);
}

export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  return native.readBytes(path);
}
