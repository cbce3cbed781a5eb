import { NativeLetter, native } from '../binding/binding.js';
import { endScope, startScope, stopScope } from '../binding/call-scope.js';
import { InterpreterClosedError } from '../errors/interpreter-errors.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { NotShareableError } from '../errors/ownership-errors.js';
import { setOwnConsoleRoute } from './console-routes.js';
import { encodeError } from './errors-that-cross.js';
import { compileFunction, explainFreeVariable } from './functions.js';
import { interpreterName } from './names.js';
import { handleLetters, post } from './post-office.js';
import {
  type CallBody,
  type CallExportBody,
  type CallSyncReply,
  type ConsoleRoute,
  type ImportBody,
  type ImportedBody,
  Letter,
} from './protocol.js';
import { shapesOf } from './remote.js';

/** What an interpreter can do that answers requests. */
export interface Server {
  runScript(source: string, name: string): unknown;
  importModule(specifier: string, referrer: string): Promise<ImportedModule>;
  /** A call that could be stopped is done, or was stopped. */
  endCall(tag: number): void;
  /** Ends the interpreter after this turn. */
  finish(): void;
}

export interface ImportedModule {
  url: string;
  namespace: object;
}

type AnswerTo<Body> = (body: Body) => unknown;

/** Answers the letters of other parties, in an interpreter. */
export function serve(server: Server): void {
  const namespaces = new Map<string, object>();
  let running = 0;
  let closing = false;

  const call: AnswerTo<CallBody> = ([source, args]) => {
    const explain = (error: unknown): never => {
      explainFreeVariable(error, source, interpreterName(native.partyId, native.partyName));
      throw error;
    };
    try {
      const fn = compileFunction(source, server.runScript);
      const result = fn.apply(undefined, args);
      return isThenable(result) ? Promise.resolve(result).catch(explain) : result;
    } catch (error) {
      return explain(error);
    }
  };

  const exec: AnswerTo<string> = (code) => {
    server.runScript(code, 'isolane:exec');
  };

  const evaluate: AnswerTo<string> = (expression) =>
    server.runScript(`(${expression}\n)`, 'isolane:evaluate');

  const importModule: AnswerTo<ImportBody> = async ([specifier, referrer]) => {
    const { url, namespace } = await server.importModule(specifier, referrer);
    namespaces.set(url, namespace);
    return { url, members: shapesOf(namespace, canTravel) } satisfies ImportedBody;
  };

  const callExport: AnswerTo<CallExportBody> = ([url, path, args]) => {
    let owner: unknown;
    let member: unknown = namespaces.get(url);
    for (const key of path) {
      owner = member;
      member = (owner as Record<string, unknown>)[key];
    }
    return (member as (...args: unknown[]) => unknown).apply(
      path.length > 1 ? owner : undefined,
      args,
    );
  };

  const provide: AnswerTo<Record<string, unknown>> = (values) => {
    Object.assign(globalThis, values);
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
      over = true;
      if (tag !== 0) {
        stoppable.delete(tag);
        endScope(tag);
        server.endCall(tag);
      }
      reply();
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

  const answer = <Body>(type: number, handler: AnswerTo<Body>): void => {
    handleLetters(type, (from, id, body, tag) => {
      const end = begin(tag);
      if (closing) return end(() => fail(from, id, closedHere()));
      try {
        const result = handler(body as Body);
        if (!isThenable(result)) return end(() => succeed(from, id, result));
        Promise.resolve(result).then(
          (value) => end(() => succeed(from, id, value)),
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
  answer(Letter.exec, exec);
  answer(Letter.evaluate, evaluate);
  answer(Letter.import, importModule);
  answer(Letter.callExport, callExport);
  answer(Letter.provide, provide);
  handleLetters(Letter.console, (_from, _id, body) => setOwnConsoleRoute(body as ConsoleRoute));
  handleLetters(Letter.close, () => {
    closing = true;
    finishIfIdle();
  });

  serveSync = (body) => {
    if (closing) throw closedHere();
    const result = call(body as CallBody);
    if (isThenable(result)) {
      Promise.resolve(result).catch(() => {});
      const text = 'The function returned a promise, for which callSync cannot wait; use call().';
      throw new IsolaneError('ERR_ISOLANE_ASYNC_RESULT', text);
    }
    return result;
  };
}

let serveSync: (body: unknown) => unknown = () => undefined;

/**
 * Answers a synchronous call, made on another party's thread. `type` 0: the answer before could not travel, and `body` is the
 * error that says why.
 */
export function answerSync(type: number, body: unknown): CallSyncReply {
  try {
    if (type === 0) throw withoutReplyRoot(body);
    return [true, serveSync(body)];
  } catch (error) {
    return [false, encodeError(error)];
  }
}

/** The path of the place in the result, which the caller knows, not in the reply. */
function withoutReplyRoot(error: unknown): unknown {
  if (!(error instanceof NotShareableError && error.path.startsWith('$[1]'))) return error;
  const path = error.path.replace('$[1]', '$');
  return new NotShareableError(
    error.message.replace(error.path, () => path),
    path,
  );
}

function succeed(to: number, id: number, result: unknown): void {
  try {
    post(to, Letter.result, id, result);
  } catch (error) {
    fail(to, id, error);
  }
}

function fail(to: number, id: number, error: unknown): void {
  post(to, Letter.failure, id, encodeError(error));
}

function closedHere(): InterpreterClosedError {
  const name = interpreterName(native.partyId, native.partyName);
  return new InterpreterClosedError(`The ${name} is closing and takes no more calls.`);
}

function isThenable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

function canTravel(value: unknown): boolean {
  if (typeof value === 'symbol') return false;
  try {
    native.clone(value);
    return true;
  } catch {
    return false;
  }
}
