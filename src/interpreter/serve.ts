import { NativeLetter, native } from '../binding/binding.js';
import { endScope, startScope, stopScope } from '../binding/call-scope.js';
import { compileFunction, type FunctionCompiler } from './compile-function.js';
import type { EncodedError } from './errors-that-cross.js';
import type { FunctionText } from './function-text.js';
import { mayIterate } from './may-iterate.js';
import { handleLetters, post, Unreadable } from './post-office.js';
import { type CallBody, type CallSyncReply, Letter, type ScriptBody } from './protocol.js';

/** What an interpreter can do that answers requests. */
export interface Server {
  runScript(source: string, name: string, referrer?: string): unknown;
  /** Runs code of a call that may be stopped. */
  runInCall?(tag: number, code: () => unknown): unknown;
  /** A call that could be stopped is done, or was stopped. */
  endCall(tag: number): void;
  functionCompiler: FunctionCompiler;
  /** Ends the interpreter after this turn. */
  finish(): void;
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

/**
 * Answers the calls and scripts of other parties, in an interpreter. Returns what has further types of requests answered
 * (src/interpreter/unusual-answers.ts).
 */
export function serve(server: Server): Answer {
  let running = 0;
  let closing = false;

  const call: AnswerTo<CallBody> = ([text, args]) => {
    const explain = (error: unknown): never => {
      if (error instanceof ReferenceError) server.unusual().explainFreeVariable(error, text);
      throw error;
    };
    try {
      const fn = compileFunction(text, server.functionCompiler);
      const result = fn.apply(undefined, args);
      return isThenable(result) ? Promise.resolve(result).catch(explain) : result;
    } catch (error) {
      return explain(error);
    }
  };

  const finishIfIdle = (): void => {
    if (closing && running === 0) server.finish();
  };

  /** What forgets a call that was stopped, by its tag. */
  const stoppable = new Map<number, () => void>();

  /** Returns what must be called when the call is done; a call that was stopped meanwhile is not answered. */
  const begin = (tag: number): ((reply: () => void) => void) => {
    let over = false;
    const end = (reply: () => void): void => {
      if (over) return;
      // Part of the call, with its limits: the result's getters run now.
      reply();
      over = true;
      if (tag !== 0) {
        stoppable.delete(tag);
        endScope(tag);
        server.endCall(tag);
      }
      running--;
      finishIfIdle();
    };
    running++;
    if (tag !== 0) {
      startScope(tag);
      stoppable.set(tag, () => end(() => {}));
    }
    return end;
  };

  const succeed: Reply<unknown> = (to, id, result) => {
    const iterator = mayIterate(result) ? server.unusual().openIterator(to, result) : undefined;
    if (iterator === undefined) post(to, Letter.result, id, result);
    else post(to, Letter.iterator, id, iterator);
  };

  const fail: Reply<unknown> = (to, id, error) => {
    post(to, Letter.failure, id, server.unusual().encodeError(error));
  };

  const answer: Answer = (type, handler, reply = succeed) => {
    handleLetters(type, (from, id, body, tag) => {
      const end = begin(tag);
      const done = (result: unknown): void => {
        try {
          reply(from, id, result as never);
        } catch (error) {
          fail(from, id, error);
        }
      };
      if (closing) return end(() => fail(from, id, server.unusual().closed()));
      try {
        if (body instanceof Unreadable) throw body.problem;
        const run = (): unknown => handler(body as never);
        const result = tag === 0 ? run() : (server.runInCall ?? plainly)(tag, run);
        if (!isThenable(result)) return end(() => done(result));
        Promise.resolve(result).then(
          (value) => end(() => done(value)),
          (error) => end(() => fail(from, id, error)),
        );
      } catch (error) {
        end(() => fail(from, id, error));
      }
    });
  };

  handleLetters(NativeLetter.dropCall, (_from, tag) => {
    stopScope(tag);
    const forget = stoppable.get(tag);
    if (forget === undefined) server.endCall(tag);
    else forget();
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
    if (type === 0) return [false, server.unusual().encodeReplyError(body)];
    try {
      return [true, callNow(body as CallBody)];
    } catch (error) {
      return [false, server.unusual().encodeError(error)];
    }
  };
  return answer;
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

function isThenable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
