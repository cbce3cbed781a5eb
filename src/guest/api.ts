import {
  after,
  Channel,
  ChannelClosedError,
  ChannelPoisonedError,
  channel,
  DeadlockError,
  ExecutionTimeoutError,
  Interpreter,
  InterpreterClosedError,
  IsolaneError,
  isShareable,
  LockTimeoutError,
  MemoryLimitError,
  MovedError,
  move,
  NotShareableError,
  never,
  Offer,
  Owned,
  own,
  ReadonlyView,
  Receiver,
  Schema,
  Sender,
  Shared,
  select,
  selectSync,
  share,
  shareable,
  struct,
  TimeoutError,
  tick,
  trySelect,
  UnknownClassError,
} from '../everywhere.js';

type Api = Record<keyof typeof import('../everywhere.js'), unknown>;

let made: Readonly<Api> | undefined;

/**
 * This package as guests have it, as a global and as a module; made when it is first needed. (The engine's own object for `import *`
 * would be made at every start, which takes longer than many another part of it.)
 */
export function api(): Readonly<Api> {
  made ??= Object.freeze({
    after,
    Channel,
    channel,
    ChannelClosedError,
    ChannelPoisonedError,
    DeadlockError,
    ExecutionTimeoutError,
    Interpreter,
    InterpreterClosedError,
    IsolaneError,
    isShareable,
    LockTimeoutError,
    MemoryLimitError,
    move,
    MovedError,
    never,
    NotShareableError,
    Offer,
    own,
    Owned,
    ReadonlyView,
    Receiver,
    Schema,
    select,
    selectSync,
    Sender,
    share,
    shareable,
    Shared,
    struct,
    tick,
    TimeoutError,
    trySelect,
    UnknownClassError,
  } satisfies Api);
  return made;
}
