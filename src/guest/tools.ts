import type { GuestBinding } from '../binding/binding.js';
import type { BuiltIns } from './lazy-globals.js';

/** What chunks are given of the main bundle, from which they cannot import. */
export interface Tools {
  readonly guest: GuestBinding;
  /** When the interpreter started, by the guest's clock. */
  readonly start: number;
  /** As they were at the start, whatever the guest makes of the global ones. */
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** Tells the host of what nobody caught. */
  readonly reportUncaught: (error: unknown) => void;
  /** A global that comes from a chunk, as it comes from there. */
  readonly builtIn: <Name extends keyof BuiltIns>(name: Name) => BuiltIns[Name];
}

/** What each chunk of globals exports. */
export interface GlobalsChunk {
  make(tools: Tools): object;
}
