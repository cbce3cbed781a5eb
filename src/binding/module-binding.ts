/** What native code gives to an interpreter's module loader; nothing of it may reach the user's code there. */

import type { FileKind, ModuleStatus } from './codes.js';

/** The URL of the module that is built in, and its name: this package. */
export const BUILT_IN_URL = 'isolane:index';
export const BUILT_IN_NAME = 'isolane';

/** A module of this interpreter, from 0. */
export type ModuleNumber = number;

export type CommonJsFunction = (
  this: unknown,
  exports: unknown,
  require: unknown,
  module: unknown,
  filename: string,
  dirname: string,
) => void;

export interface ModuleBinding {
  /** Compiles an ES module; throws a SyntaxError whose message ends with its place. */
  compileModule(url: string, source: string): ModuleNumber;
  /** What it imports, in order: for each request its specifier, then keys and values of its attributes. */
  moduleRequests(module: ModuleNumber): [specifier: string, ...attributes: string[]][];
  /** Makes a module with these exports; `evaluate` returns names and values in turn when the module is evaluated. */
  syntheticModule(url: string, names: string[], evaluate: () => unknown[]): ModuleNumber;
  /** Says which modules the requests of a module mean, in order. */
  linkModule(module: ModuleNumber, targets: ModuleNumber[]): void;
  /** The whole graph is linked. */
  instantiateModule(module: ModuleNumber): void;
  /** The status is `instantiated`, or it has been evaluated before, and nothing it imports is being evaluated. */
  evaluateModule(module: ModuleNumber): Promise<undefined>;
  moduleStatus(module: ModuleNumber): ModuleStatus;
  /** Of a module whose status is `errored`; null if it was stopped in the middle. */
  moduleException(module: ModuleNumber): unknown;
  /** Whether it, or something it imports, awaits at its top level. It is instantiated. */
  moduleAwaits(module: ModuleNumber): boolean;
  moduleNamespace(module: ModuleNumber): object;

  /** Compiles the body of a CommonJS module; throws like `compileModule`. */
  compileCommonJs(path: string, source: string): CommonJsFunction;
  /** Calls a function; if that is stopped in the middle, `timesStopped` counts it. */
  callCommonJs<A extends unknown[], R>(fn: (...args: A) => R, receiver: unknown, ...args: A): R;
  timesStopped(): number;

  /** Gives what was compiled here to the cache of the process, for so many milliseconds; whether there is more. */
  storeCode(ms: number): boolean;
  /** False during a synchronous call from another thread. */
  onOwnThread(): boolean;

  statPath(path: string): FileKind;
  realPath(path: string): string;
  /** Decodes UTF-8, without a byte order mark. */
  readText(path: string): string;
  readBytes(path: string): Uint8Array<ArrayBuffer>;
  workingFolder(): string;
}

/** How often something happened in this process; see native/isolate/code_cache.h. */
export interface CodeCacheCounts {
  compiled: number;
  consumed: number;
  rejected: number;
  stored: number;
  /** Held now. */
  bytes: number;
}
