import { NativeLetter, native } from '../binding/binding.js';
import { endScope, startScope, stopScope } from '../binding/call-scope.js';
import { InterpreterClosedError } from '../errors/interpreter-errors.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { NotShareableError } from '../errors/ownership-errors.js';
import { onEnded } from './calls.js';
import { compileFunction, type FunctionCompiler } from './compile-function.js';
import { setOwnConsoleRoute } from './console-routes.js';
import { encodeError } from './errors-that-cross.js';
import { shapesOf } from './export-shapes.js';
import { explainFreeVariable } from './free-variables.js';
import {
  dropIterator,
  dropIteratorsOf,
  iteratorBehind,
  openIterator,
  Step,
  stepIterator,
} from './iterators.js';
import { setOwnPolicy } from './module-policy.js';
import { interpreterName } from './names.js';
import { handleLetters, post, Unreadable } from './post-office.js';
import {
  type CallBody,
  type CallExportBody,
  type CallSyncReply,
  type ConsoleRoute,
  type ImportBody,
  type ImportedBody,
  Letter,
  type ModulePolicy,
  type ScriptBody,
} from './protocol.js';

/** What an interpreter can do that answers requests. */
export interface Server {
  runScript(source: string, name: string, referrer?: string): unknown;
  importModule(specifier: string, referrer: string): Promise<ImportedModule>;
  /** Runs code of a call that may be stopped. */
  runInCall?(tag: number, code: () => unknown): unknown;
  /** A call that could be stopped is done, or was stopped. */
  endCall(tag: number): void;
  functionCompiler: FunctionCompiler;
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

  const call: AnswerTo<CallBody> = ([text, args]) => {
    const explain = (error: unknown): never => {
      explainFreeVariable(error, text, interpreterName(native.partyId, native.partyName));
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

  const exec: AnswerTo<ScriptBody> = ([code, filename, referrer]) => {
    server.runScript(code, filename ?? 'isolane:exec', referrer);
  };

  const evaluate: AnswerTo<ScriptBody> = ([expression, filename, referrer]) =>
    server.runScript(`(${expression}\n)`, filename ?? 'isolane:evaluate', referrer);

  const importModule: AnswerTo<ImportBody> = async ([specifier, referrer]) => {
    const { url, namespace } = await server.importModule(specifier, referrer);
    namespaces.set(url, namespace);
    return { url, members: shapesOf(namespace) } satisfies ImportedBody;
  };

  const callExport: AnswerTo<CallExportBody> = ([url, path, args]) => {
    let owner: unknown;
    let member: unknown = namespaces.get(url);
    for (const key of path) {
      owner = member;
      member = (owner as Record<string, unknown>)[key];
    }
    // A promise is asked for its value so.
    if (typeof member !== 'function') return member;
    return member.apply(path.length > 1 ? owner : undefined, args);
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

  const answer = <Body>(type: number, handler: AnswerTo<Body>): void => {
    handleLetters(type, (from, id, body, tag) => {
      const end = begin(tag);
      if (closing) return end(() => fail(from, id, closedHere()));
      try {
        if (body instanceof Unreadable) throw body.problem;
        const run = (): unknown => handler(body as Body);
        const result = tag === 0 ? run() : (server.runInCall ?? plainly)(tag, run);
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
  answer(Letter.step, stepIterator);
  handleLetters(Letter.dropIterator, (_from, _id, body) => dropIterator(body as number));
  onEnded(dropIteratorsOf);
  handleLetters(Letter.console, (_from, _id, body) => setOwnConsoleRoute(body as ConsoleRoute));
  handleLetters(Letter.name, (_from, _id, body) => {
    native.partyName = body as string;
  });
  handleLetters(Letter.modulePolicy, (_from, _id, body) => setOwnPolicy(body as ModulePolicy));
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
    if (iteratorBehind(result) !== undefined) {
      const text = 'The function returned an iterator, which callSync cannot give; use call().';
      throw new IsolaneError('ERR_ISOLANE_GENERATOR', text);
    }
    return result;
  };
}

let serveSync: (body: unknown) => unknown = () => undefined;

/**
 * Answers a synchronous call, made on another party's thread. `type` 0: the call could not be read or its answer could not travel, and `body` is the
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

function plainly(_tag: number, code: () => unknown): unknown {
  return code();
}

function succeed(to: number, id: number, result: unknown): void {
  try {
    const steps = iteratorBehind(result);
    if (result instanceof Step) post(to, Letter.result, id, result.reply);
    else if (steps === undefined) post(to, Letter.result, id, result);
    else post(to, Letter.iterator, id, openIterator(to, steps));
  } catch (error) {
    fail(to, id, result instanceof Step ? withoutReplyRoot(error) : error);
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
