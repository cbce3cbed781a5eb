/**
 * The globals, other than the engine's own. Each is a property that makes itself when it is first read, from the library or another
 * chunk (src/guest/chunks) that is loaded then.
 */

import type { StreamClasses } from '../channel/streams.js';
import { guest } from './binding.js';
import { library } from './library.js';
import type { GlobalsChunk, Tools } from './tools.js';

/** Each list: what they come from, and their names. */
const lists = [
  [
    'library',
    'clearImmediate',
    'clearInterval',
    'clearTimeout',
    'console',
    'isolane',
    'queueMicrotask',
    'setImmediate',
    'setInterval',
    'setTimeout',
    'structuredClone',
  ],
  ['base64', 'atob', 'btoa'],
  ['crypto', 'Crypto', 'crypto'],
  ['dom-exception', 'DOMException'],
  ['events', 'AbortController', 'AbortSignal', 'CustomEvent', 'Event', 'EventTarget'],
  [
    'performance',
    'Performance',
    'PerformanceEntry',
    'PerformanceMark',
    'PerformanceMeasure',
    'performance',
  ],
  [
    'streams',
    'ByteLengthQueuingStrategy',
    'CountQueuingStrategy',
    'ReadableStream',
    'TransformStream',
    'WritableStream',
  ],
  ['text', 'TextDecoder', 'TextEncoder'],
  ['url', 'URL', 'URLSearchParams'],
];

/** The types of those that chunks and the library need of each other. */
export interface BuiltIns extends StreamClasses {
  AbortController: new () => object;
  DOMException: new (message?: string, name?: string) => Error;
  queueMicrotask: (callback: () => void) => void;
  structuredClone: (value: unknown, options?: { transfer?: Iterable<object> }) => unknown;
}

const started = guest.now();

const tools = (): Tools => ({
  guest,
  start: started,
  // As they were at the start, whatever the guest makes of the global ones.
  setTimeout: (callback, ms) => library().timerGlobals.setTimeout(callback, ms),
  clearTimeout: (timer) => library().timerGlobals.clearTimeout(timer),
  reportUncaught: (error) => library().reportUncaught(error),
  builtIn,
});

const made = new Map<string, Record<string, unknown>>();

function sourceOf(name: string): string {
  for (const [source, ...names] of lists) {
    if (source !== undefined && names.includes(name)) return source;
  }
  throw new TypeError(`${name} is not one of them`);
}

function make(name: string): unknown {
  const source = sourceOf(name);
  let values = made.get(source);
  if (values === undefined) {
    values =
      source === 'library'
        ? library().globals
        : ((guest.loadChunk(source) as GlobalsChunk).make(tools()) as Record<string, unknown>);
    made.set(source, values);
  }
  return values[name];
}

/** Gives the global object all of them. */
export function defineLazyGlobals(): void {
  guest.lazyGlobals(lists, make);
}

/** One of them as its chunk gives it, which the guest may have replaced. */
export function builtIn<Name extends keyof BuiltIns>(name: Name): BuiltIns[Name] {
  return make(name) as BuiltIns[Name];
}

/** The same, should it be loaded. */
export function knownBuiltIn<Name extends keyof BuiltIns>(name: Name): BuiltIns[Name] | undefined {
  return made.get(sourceOf(name))?.[name] as BuiltIns[Name] | undefined;
}
