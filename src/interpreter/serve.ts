import { native } from '../binding/binding.js';
import { endScope, startScope, stopScope } from '../binding/call-scope.js';
import { NativeLetter } from '../binding/codes.js';
import { whole } from '../binding/own-code.js';
import { handleLetters, post, Unreadable } from '../binding/post-office.js';
import { compileFunction, type FunctionCompiler } from './compile-function.js';
import type { EncodedError } from './errors-that-cross.js';
import type { FunctionText } from './function-text.js';
import { mayIterate } from './may-iterate.js';
import { type CallBody, type CallSyncReply, Letter, type ScriptBody } from './protocol.js';
import { ofPart } from './unknown-classes.js';
import { unspeakable } from './unspeakable.js';

/** What an interpreter can do that answers requests. */
export interface Server extends FunctionCompiler {
  runScript(source: string, name: string, referrer?: string): unknown;
  /** Runs code of a call that may be stopped. */
  runInCall?(tag: number, code: () => unknown): unknown;
  /** A call that could be stopped is done, or was stopped. */
  endCall(tag: number): void;
  /** Ends the interpreter after this turn. */
  finish(): void;
  /** It is to close as soon as no call is open. */
  onClosing?(): void;
  /** Asked for when a call does not simply return a value. */
  unusual(): UnusualAnswers;
}

export interface UnusualAnswers {
  encodeError(error: unknown): EncodedError;
  /** Of an answer that cannot travel: without the place that the result has in it. */
  encodeReplyError(error: unknown): EncodedError;
  /** Adds to the error about a variable that a function left at home what to do about it. */
  explainFreeVariable(error: unknown, text: FunctionText): void;
  /** Keeps the iterator that a result is, and returns its number; undefined if it is none. */
  openIterator(owner: number, result: unknown): number | undefined;
  closed(): Error;
  /** For a call that can never end. */
  interrupted(): Error;
  promiseInSync(): Error;
  /** Throws if the result of a synchronous call is an iterator. */
  refuseIterator(result: unknown): void;
}

type AnswerTo<Body> = (body: Body) => unknown;
type Reply<Result> = (to: number, id: number, result: Result) => void;

/** Says how requests of one type are answered, and how results are sent if not as they are. */
export type Answer = <Body, Result = unknown>(
  type: number,
  handler: (body: Body) => Result | Promise<Result>,
  reply?: Reply<Result>,
) => void;

/** A call whose code has returned a promise. */
export interface OpenCall {
  /** Who asked, and what it is called there. */
  readonly from: number;
  readonly id: number;
  /** What is waited for: gone when there is nothing left that could settle it. */
  readonly promise: WeakRef<Promise<unknown>>;
}

/** Where in requests is what the caller has given. */
const ownParts: Record<number, number> = {
  [Letter.call]: 1,
  [Letter.callExport]: 2,
  [Letter.step]: 2,
};

/** By their tags, or numbers below 0 for those that have none. A call is in here or it is over: nothing else is to be kept in step. */
const open = new Map<number, OpenCall>();
let lastUntagged = 0;

export const openCalls: ReadonlyMap<number, OpenCall> = open;

/**
 * Answers the calls and scripts of other parties, in an interpreter. Returns what has further types of requests answered
 * (src/interpreter/unusual-answers.ts).
 */
export function serve(server: Server): Answer {
  let closing = false;

  const call: AnswerTo<CallBody> = ([text, args]) => {
    const explain = (error: unknown): never => {
      if (error instanceof ReferenceError) server.unusual().explainFreeVariable(error, text);
      throw error;
    };
    try {
      const fn = compileFunction(text, server);
      const result = fn.apply(undefined, args);
      return isThenable(result) ? Promise.resolve(result).catch(explain) : result;
    } catch (error) {
      return explain(error);
    }
  };

  const finishIfIdle = (): void => {
    if (closing && open.size === 0) server.finish();
  };

  /** Forgets a call, wherever it is stopped or done. */
  const end = (tag: number): void => {
    whole(() => {
      open.delete(tag);
      if (tag > 0) {
        endScope(tag);
        server.endCall(tag);
      }
      finishIfIdle();
    });
  };

  /** Answers a call when its promise is settled; one that was dropped meanwhile is not answered. */
  const answerLater = (
    from: number,
    id: number,
    tag: number,
    result: PromiseLike<unknown>,
    done: (result: unknown) => void,
  ): void => {
    const key = tag === 0 ? --lastUntagged : tag;
    const settle = (reply: () => void): void => {
      if (!open.has(key)) return;
      try {
        // Part of the call, with its limits: the result's getters run now.
        reply();
      } finally {
        end(key);
      }
    };
    const promise = Promise.resolve(result);
    open.set(key, { from, id, promise: new WeakRef(promise) });
    try {
      promise.then(
        (value) => settle(() => done(value)),
        (error) => settle(() => fail(from, id, error)),
      );
    } catch (error) {
      open.delete(key);
      throw error;
    }
  };

  const succeed: Reply<unknown> = (to, id, result) => {
    const iterator = mayIterate(result) ? server.unusual().openIterator(to, result) : undefined;
    if (iterator === undefined) post(to, Letter.result, id, result);
    else post(to, Letter.iterator, id, iterator);
  };

  const fail: Reply<unknown> = (to, id, error) => {
    const encoded = server.unusual().encodeError(error);
    try {
      post(to, Letter.failure, id, encoded);
    } catch {
      post(to, Letter.failure, id, unspeakable());
    }
  };

  const answer: Answer = (type, handler, reply = succeed) => {
    handleLetters(type, (from, id, body, tag) => {
      const done = (result: unknown): void => {
        try {
          reply(from, id, result as never);
        } catch (error) {
          fail(from, id, error);
        }
      };
      if (tag !== 0) startScope(tag);
      try {
        if (closing) throw server.unusual().closed();
        if (body instanceof Unreadable) throw ofPart(body.problem, ownParts[type] ?? 0);
        const run = (): unknown => handler(body as never);
        const result = tag === 0 ? run() : (server.runInCall ?? plainly)(tag, run);
        if (isThenable(result)) return answerLater(from, id, tag, result, done);
        done(result);
      } catch (error) {
        fail(from, id, error);
      }
      if (tag !== 0) end(tag);
    });
  };

  handleLetters(NativeLetter.dropCall, (_from, tag) => {
    try {
      stopScope(tag);
    } finally {
      end(tag);
    }
  });
  answer(Letter.call, call);
  answer<ScriptBody>(Letter.exec, ([code, filename, referrer]) => {
    server.runScript(code, filename ?? 'isolane:exec', referrer);
  });
  answer<ScriptBody>(Letter.evaluate, ([expression, filename, referrer]) =>
    server.runScript(`(${expression}\n)`, filename ?? 'isolane:evaluate', referrer),
  );
  handleLetters(Letter.name, (_from, _id, body) => {
    native.partyName = body as string;
  });
  handleLetters(Letter.prepare, (from, _id, body) => {
    server.unusual();
    call([body as FunctionText, []]);
    post(from, Letter.prepared, 0);
  });
  handleLetters(Letter.close, () => {
    closing = true;
    finishIfIdle();
    server.onClosing?.();
  });

  const callNow = (body: CallBody): unknown => {
    if (closing) throw server.unusual().closed();
    const result = call(body);
    if (isThenable(result)) {
      Promise.resolve(result).catch(() => {});
      throw server.unusual().promiseInSync();
    }
    if (mayIterate(result)) server.unusual().refuseIterator(result);
    return result;
  };
  serveSync = (type, body) => {
    if (type === 0) return [false, server.unusual().encodeReplyError(ofPart(body, 1))];
    try {
      return [true, callNow(body as CallBody)];
    } catch (error) {
      return [false, server.unusual().encodeError(error)];
    }
  };
  interrupt = (key) => {
    const call = open.get(key);
    if (call === undefined) return;
    stopScope(key);
    fail(call.from, call.id, server.unusual().interrupted());
    end(key);
  };
  return answer;
}

let interrupt: (key: number) => void;

/** Has an open call fail that can never end. */
export function interruptCall(key: number): void {
  interrupt(key);
}

let serveSync: (type: number, body: unknown) => CallSyncReply;

/**
 * Answers a synchronous call, made on another party's thread. `type` 0: the call could not be read or its answer could not travel, and `body` is the
 * error that says why.
 */
export function answerSync(type: number, body: unknown): CallSyncReply {
  return serveSync(type, body);
}

function plainly(_tag: number, code: () => unknown): unknown {
  return code();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
