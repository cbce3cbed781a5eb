import type { ModuleBinding } from '../../../binding/module-binding.js';

/** What another party is asked. */
export interface Question {
  to: number;
  /** The type of the letter. */
  type: number;
  body: unknown;
}

/** Who decides which modules an interpreter may load, and the number by which that party knows its rule. */
export interface PolicyRoute {
  to: number;
  route: number;
}

/** What the loader gets from the main bundle, of which it must not have copies. */
export interface Services {
  readonly native: ModuleBinding;
  /** What `isolane` exports. */
  readonly builtIn: Record<string, unknown>;
  /** Answers questions about modules that this interpreter cannot answer itself. */
  readonly hostId: number;
  readonly letters: { mayLoad: number; stripTypes: number };
  /** All of them must agree. */
  policies(): readonly PolicyRoute[];
  denied(): boolean;
  ask(question: Question): Promise<unknown>;
  /** Blocks this thread until the answer is there. */
  askSync(question: Question): unknown;
  decodeUtf8(bytes: Uint8Array): string;
  /** Makes an IsolaneError. */
  error(code: string, message: string, cause?: unknown): Error;
  /** Calls back when what is due has been done. */
  later(callback: () => void): void;
}

/** Set before anything else of the loader runs. */
export let services: Services;
export let native: ModuleBinding;

export function install(given: Services): void {
  services = given;
  native = given.native;
}
