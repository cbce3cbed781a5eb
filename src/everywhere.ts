/** Everything that is public, and works in Node and in interpreters alike. */

// Interpreters
export type { LockState } from './binding/binding.js';
// Channels
export { Channel, type ChannelOptions, channel } from './channel/channel.js';
export { Offer } from './channel/offer.js';
export type { AbortSignalLike, OpOptions } from './channel/options.js';
export { Receiver } from './channel/receiver.js';
export {
  type SelectCase,
  type Selected,
  type SelectOptions,
  select,
  selectSync,
  trySelect,
} from './channel/select.js';
export { Sender } from './channel/sender.js';
export { after, never, tick } from './channel/timers.js';
export type { OnUndelivered, Undelivered } from './channel/undelivered.js';
// Errors
export {
  ChannelClosedError,
  ChannelPoisonedError,
  DeadlockError,
  TimeoutError,
} from './errors/channel-errors.js';
export {
  ExecutionTimeoutError,
  InterpreterClosedError,
  LockTimeoutError,
  MemoryLimitError,
} from './errors/interpreter-errors.js';
export { IsolaneError } from './errors/isolane-error.js';
export { MovedError, NotShareableError, UnknownClassError } from './errors/ownership-errors.js';
export type { CallOptions } from './interpreter/call-options.js';
// Interpreters
export type { Caller, ScriptOptions } from './interpreter/caller.js';
export type { ConsoleLine, ConsoleOption } from './interpreter/console-routes.js';
export type { InterpreterEnd } from './interpreter/endings.js';
export type {
  CpuProfile,
  CpuProfileHandle,
  CpuProfileNode,
  CpuProfileOptions,
  HeapUsage,
} from './interpreter/inspection.js';
export { Interpreter, type InterpreterInfo } from './interpreter/interpreter.js';
export type { ModulesOption } from './interpreter/module-policy.js';
export type { InterpreterOptions } from './interpreter/options.js';
export type { Remote, RemoteGenerator } from './interpreter/remote.js';
export type { OnError, UncaughtInfo } from './interpreter/uncaught-errors.js';
export type { Immutable } from './ownership/immutable.js';
// Ownership
export { isShareable } from './ownership/is-shareable.js';
export { move } from './ownership/move.js';
export { Owned, own } from './ownership/own.js';
export { ReadonlyView, type TypedArray } from './ownership/readonly-view.js';
export { Shared, share } from './ownership/share.js';
export { type Shareable, type ShareableClass, shareable } from './ownership/shareable.js';
// Records
export type {
  Definition,
  FieldType,
  FieldValue,
  NumberType,
  RecordOf,
} from './schema/definition.js';
export { type Infer, Schema, struct } from './schema/schema.js';
