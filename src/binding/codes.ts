/**
 * Numbers that native code and TypeScript have in common. Enums, of which bundles have just the numbers: nothing is to be made of them at
 * the start of an interpreter.
 */

/** How an operation on a channel ended; the same numbers as `Status` in native/core/status.h. */
export enum Status {
  done = 0,
  wouldBlock = 1,
  closed = 2,
  poisoned = 3,
  timedOut = 4,
  interrupted = 5,
}

/** Letters that native code itself posts. Those of TypeScript start at 16 (src/interpreter/protocol.ts). */
export enum NativeLetter {
  /** The interpreter `from` can be asked things, though its start goes on. Posted to its creator. */
  begun = 1,
  /**
   * The interpreter `from` has ended; the id is an `EndCause`, the body the reason it was given. Posted to its
   * creator and to whoever ever posted to it.
   */
  ended = 2,
  /** Interpreter `from` has stopped the call `id` of this party; the body says why: `timeout`, `cpuTimeout` or `aborted`. */
  cancelled = 3,
  /** From an interpreter to itself: its call with the tag `id` was stopped, and is to be forgotten. */
  dropCall = 4,
  /** Comes before `ended`, to the same parties: the id is the microseconds of processor time that its thread used. */
  cpuTime = 5,
  /** The body was sent into a channel of this party's, and nobody will receive it: the id is the channel's, times 4, plus a `Loss`. */
  undelivered = 6,
}

/** Why a message was not delivered; the same numbers as `Loss` in native/core/channel_options.h. */
export enum Loss {
  overflow = 0,
  closed = 1,
  poisoned = 2,
  /** None: the channel is gone, and nothing more will be lost. */
  none = 3,
}

/** What happens to a message that finds the channel full; the same numbers as `Overflow` there. */
export enum Overflow {
  block = 0,
  dropNewest = 1,
  dropOldest = 2,
}

/** What a select came to, where that is not the index of a case; the same numbers as `Selection::Outcome` in native/binding/selection.h. */
export enum Selected {
  tryAgain = -1,
  timedOut = -2,
  interrupted = -3,
  waits = -4,
}

/** Why a call was stopped; the same numbers as `CancelCause` in native/isolate/call_table.h. */
export enum CancelCause {
  timeout = 1,
  cpuTimeout = 2,
  aborted = 3,
}

/** Why an interpreter ended; the same numbers as `EndCause` in native/isolate/endings.h. */
export enum EndCause {
  closed = 0,
  terminated = 1,
  memoryLimit = 2,
  /** It went on after a call was told to stop, and was given up. */
  unresponsive = 3,
}

/** How far a module has come; the same numbers as `v8::Module::Status`. */
export enum ModuleStatus {
  uninstantiated = 0,
  instantiating = 1,
  instantiated = 2,
  evaluating = 3,
  evaluated = 4,
  errored = 5,
}

/** What is at a path; the same numbers as `FileKind` in native/binding/module_file_functions.cc. */
export enum FileKind {
  none = -1,
  file = 0,
  folder = 1,
  other = 2,
}

/** Classes of buffers and views; the same numbers as `ViewKind` in native/value/tags.h. */
export enum ViewKind {
  uint8 = 1,
  uint8Clamped = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  uint32 = 6,
  int32 = 7,
  float32 = 8,
  float64 = 9,
  bigInt64 = 10,
  bigUint64 = 11,
  float16 = 13,
}

/** What keeps its contents where freezing does not reach; the same numbers as `FrozenKind` in native/binding/frozen_objects.h. */
export enum FrozenKind {
  map = 0,
  set = 1,
  date = 2,
  regExp = 3,
}

/** How the engine's serializer sees an object; the same numbers as in native/binding/instance_functions.h. */
export enum Container {
  proxy = 0,
  none = 1,
  object = 2,
  array = 3,
  map = 4,
  set = 5,
}
