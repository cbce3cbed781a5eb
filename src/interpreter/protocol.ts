/** What interpreters and their hosts write to each other. */

import type { EncodedError } from './errors-that-cross.js';
import type { FunctionText } from './function-text.js';
import type { StandIn } from './stand-ins.js';

/** Types of letters; those below 16 are native code's own. */
export enum Letter {
  /** Body: {@link CallBody}. Answered, as all up to `provide` are, by `result` or `failure` with the same id. */
  call = 16,
  /** Body: {@link ScriptBody}. */
  exec = 17,
  /** Body: {@link ScriptBody}, with an expression. */
  evaluate = 18,
  /** Body: {@link ImportBody}; the result is an {@link ImportedBody}. */
  import = 19,
  /** Body: {@link CallExportBody}. */
  callExport = 20,
  /** Body: an object with the new globals. */
  provide = 21,
  /** A question to the host (src/interpreter/questions.ts): the text of a TypeScript file and its path; the answer is JavaScript. */
  stripTypes = 22,
  /** A question to whoever made a rule for modules: its route, URLs, and the URL of the module that asks; the answer has a boolean for each. */
  mayLoad = 26,
  /** Body: a {@link StepBody}; the result is a {@link StepReply}. */
  step = 23,

  /** Body: the result. */
  result = 32,
  /** Body: an {@link EncodedError}. */
  failure = 33,
  /** The result is an iterator, which can be stepped through. Body: its number. */
  iterator = 34,

  /** A notice, as all up to `name` are: to a new interpreter, before anything else. Body: a {@link ConsoleRoute}. */
  console = 36,
  /** Body: a {@link ModulePolicy}. */
  modulePolicy = 37,
  /** Body: an {@link ErrorRoute}. */
  errors = 38,
  /** To an interpreter that was made in reserve. Body: the name it was given. */
  name = 39,

  /** To an interpreter: finish what runs, then end. No body, no answer but `ended`. */
  close = 40,
  /** To an interpreter: nothing, but its sender is told when it ends. */
  watch = 41,
  /** To an interpreter: an iterator is lost, and need not be kept. Body: its number. */
  dropIterator = 46,
  /** To an interpreter that was made in reserve: get ready for calls of all kinds. Body: the {@link FunctionText} of one that does nothing. */
  prepare = 45,
  /** The answer to that. */
  prepared = 48,
  /** From an interpreter's console, `id` being the route's. Body: a {@link ConsoleBody}. */
  line = 43,
  /** From an interpreter, of what nobody caught there, `id` being the route's. Body: an {@link UncaughtBody}. */
  uncaught = 51,
  /** From a Node runtime to who made it: it is ready; the id is what it was given for this. */
  nodeReady = 60,
}

/** What a new interpreter is told; native code delivers it before anything else, be that a synchronous call. */
export type Notice = [type: Letter, body: unknown];

export type CallBody = [text: FunctionText, args: unknown[]];
/** `referrer`: the file that its `import()` starts from, if it has no file name of its own; empty if that is not known. */
export type ScriptBody = [code: string, filename: string | undefined, referrer: string];
export type ImportBody = [specifier: string, referrer: string];
export type CallExportBody = [url: string, path: string[], args: unknown[]];
/** `argument` is an {@link EncodedError} for `throw`. */
export type StepBody = [iterator: number, step: 'next' | 'return' | 'throw', argument: unknown];
export type StepReply = [done: boolean, value: unknown];

/** What a module exports, as far as it can be used from elsewhere. */
export type ExportShape =
  | { kind: 'value'; value: unknown }
  /** Its value can be asked for by calling it. */
  | { kind: 'promise' }
  | { kind: 'function' | 'object' | 'list'; members: Record<string, ExportShape> };

export interface ImportedBody {
  url: string;
  members: Record<string, ExportShape>;
}

/** Where a console's output goes: a party, and the number under which that party knows what to do with it. */
export interface ConsoleRoute {
  /** -1: nowhere. */
  to: number;
  /** 0: the party's own console. */
  route: number;
}

/** Where errors go that nobody caught: a party, and the number under which that party knows what to do with them. */
export interface ErrorRoute {
  to: number;
  route: number;
}

export interface UncaughtBody {
  kind: 'uncaughtException' | 'unhandledRejection';
  error: EncodedError;
  /** Of the interpreter. */
  name: string;
}

/** A rule about modules: a party, and the number under which that party knows it. */
export interface PolicyRoute {
  to: number;
  route: number;
}

/** What an interpreter may load. */
export interface ModulePolicy {
  /** Nothing but `isolane`. */
  deny: boolean;
  /** All of these must agree. */
  routes: PolicyRoute[];
}

export type ConsoleLevel = 'log' | 'info' | 'debug' | 'warn' | 'error' | 'table' | 'dir';

/** `standIns`: what is to be seen in places of the arguments, since it cannot travel itself (src/interpreter/stand-ins.ts). */
export type ConsoleBody = [
  level: ConsoleLevel,
  args: unknown[],
  indentation: number,
  standIns: StandIn[] | undefined,
];

/** How the answer to a synchronous call comes back. */
export type CallSyncReply = [ok: true, result: unknown] | [ok: false, error: EncodedError];
