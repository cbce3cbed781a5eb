/**
 * The globals that few guests use. Each is a property that makes itself when it is first read, from a chunk (src/guest/chunks)
 * that is loaded then.
 */

import { setDOMException } from '../interpreter/dom-exception.js';
import { guest } from './binding.js';
import type { GlobalsChunk, Tools } from './tools.js';

const chunks = {
  base64: ['atob', 'btoa'],
  crypto: ['Crypto', 'crypto'],
  'dom-exception': ['DOMException'],
  events: ['AbortController', 'AbortSignal', 'CustomEvent', 'Event', 'EventTarget'],
  performance: [
    'Performance',
    'PerformanceEntry',
    'PerformanceMark',
    'PerformanceMeasure',
    'performance',
  ],
  text: ['TextDecoder', 'TextEncoder'],
  url: ['URL', 'URLSearchParams'],
};

/** The types of those that chunks need of each other. */
export interface BuiltIns {
  DOMException: new (message?: string, name?: string) => Error;
}

const made = new Map<string, Record<string, unknown>>();

/** Defines them all; those of chunks are made with these tools. `others`: what makes further ones, by name. */
export function defineLazyGlobals(
  others: Record<string, () => unknown>,
  tools: Omit<Tools, 'builtIn'>,
): void {
  const chunkOf = new Map<string, string>();
  for (const [chunk, names] of Object.entries(chunks)) {
    for (const name of names) chunkOf.set(name, chunk);
  }
  make = (name) => {
    const other = others[name];
    if (other !== undefined) return other();
    const chunk = chunkOf.get(name) as string;
    let values = made.get(chunk);
    if (values === undefined) {
      const { make } = guest.loadChunk(chunk) as GlobalsChunk;
      values = make({ ...tools, builtIn }) as Record<string, unknown>;
      made.set(chunk, values);
    }
    return values[name];
  };
  guest.lazyGlobals([...Object.keys(others), ...chunkOf.keys()], make);
}

let make: (name: string) => unknown;

/** One of them as its chunk gives it, which the guest may have replaced. */
export function builtIn<Name extends keyof BuiltIns>(name: Name): BuiltIns[Name] {
  return make(name) as BuiltIns[Name];
}

setDOMException({
  known: () => made.get('dom-exception')?.['DOMException'] as BuiltIns['DOMException'] | undefined,
  get: () => builtIn('DOMException'),
});
