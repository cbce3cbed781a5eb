import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..', '..');

export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Where binding.gyp and native/ are: beside package.json here, under source/ in the published package. */
export const nativeRoot = existsSync(join(root, 'binding.gyp')) ? root : join(root, 'source');

export const path = (...parts) => join(root, ...parts);
