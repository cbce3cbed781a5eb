/** What compilers call from the code that they emit, for functions that travel without the file that declares it. */

import * as swc from '@swc/helpers';
import * as tslib from 'tslib';
import * as esbuild from './helpers/esbuild.js';
import * as esbuildAsync from './helpers/esbuild-async.js';

type Helpers = Record<string, unknown>;

/** Both esbuild and TypeScript have these, each its own. */
const ofBoth = new Set(['__await', '__asyncGenerator']);

/** Those of the names that are helpers, with what they are in this source. */
export function findHelpers(names: string[], source: string): Helpers {
  const found: Helpers = {};
  for (const name of names) {
    const helper = helperCalled(name, source);
    if (helper !== undefined) found[name] = helper;
  }
  return found;
}

function helperCalled(name: string, source: string): unknown {
  if (/^tslib_\d+$/.test(name)) return tslib;
  // A name that the file used already gets a number.
  const plain = name.replace(/(?<=\D)\d+$/, '');
  if (plain.startsWith('__')) return ofEsbuildOrTypeScript(plain, source);
  const helper = (swc as Helpers)[snakeCase(plain)];
  // Called as `_name(…)`, and as `(0, _name._)(…)` where the helpers are imported.
  return typeof helper === 'function' ? Object.assign(helper, { _: helper }) : undefined;
}

function ofEsbuildOrTypeScript(name: string, source: string): unknown {
  const ofTypeScript = ownMember(tslib, name);
  // TypeScript calls `__await(…)`, and gives generators the function's own `arguments`.
  const isEsbuilds = /\bnew __await\b|\b__yieldStar\b|\b__asyncGenerator\(this, null\b/.test(
    source,
  );
  if (ofBoth.has(name) && !isEsbuilds) return ofTypeScript;
  return ownMember(esbuild, name) ?? ownMember(esbuildAsync, name) ?? ofTypeScript;
}

function ownMember(helpers: object, name: string): unknown {
  return Object.hasOwn(helpers, name) ? (helpers as Helpers)[name] : undefined;
}

/** Babel's helpers are SWC's with other names: `_asyncToGenerator` is `_async_to_generator`. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
