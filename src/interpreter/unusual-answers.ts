/** What answering requests takes beyond calls and scripts that return a value. Interpreters load it when they first need it. */

import { native } from '../binding/binding.js';
import { handleLetters, post } from '../binding/post-office.js';
import { InterpreterClosedError } from '../errors/interpreter-errors.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { NotShareableError } from '../errors/ownership-errors.js';
import { onEnded } from './calls.js';
import { setOwnConsoleRoute } from './console-routes.js';
import { type EncodedError, encodeError } from './errors-that-cross.js';
import { shapesOf } from './export-shapes.js';
import { explainFreeVariable } from './free-variables.js';
import {
  dropIterator,
  dropIteratorsOf,
  isIterator,
  openIterator,
  type Step,
  stepIterator,
} from './iterators.js';
import { setOwnPolicy } from './module-policy.js';
import { interpreterName } from './names.js';
import {
  type CallExportBody,
  type ConsoleRoute,
  type ImportBody,
  type ImportedBody,
  Letter,
  type ModulePolicy,
} from './protocol.js';
import type { Answer, UnusualAnswers } from './serve.js';

export interface ImportedModule {
  url: string;
  namespace: object;
}

/** Answers the requests that are about modules, globals and iterators, and heeds what an interpreter is told of others. */
export function answerFurther(
  answer: Answer,
  importModule: (specifier: string, referrer: string) => Promise<ImportedModule>,
): void {
  const namespaces = new Map<string, object>();

  answer<ImportBody>(Letter.import, async ([specifier, referrer]) => {
    const { url, namespace } = await importModule(specifier, referrer);
    namespaces.set(url, namespace);
    return { url, members: shapesOf(namespace) } satisfies ImportedBody;
  });
  answer<CallExportBody>(Letter.callExport, ([url, path, args]) => {
    let owner: unknown;
    let member: unknown = namespaces.get(url);
    for (const key of path) {
      owner = member;
      member = (owner as Record<string, unknown>)[key];
    }
    // A promise is asked for its value so.
    if (typeof member !== 'function') return member;
    return member.apply(path.length > 1 ? owner : undefined, args);
  });
  answer<Record<string, unknown>>(Letter.provide, (values) => {
    Object.assign(globalThis, values);
  });
  answer(Letter.step, stepIterator, replyStep);
  handleLetters(Letter.dropIterator, (_from, _id, body) => dropIterator(body as number));
  onEnded(dropIteratorsOf);
  handleLetters(Letter.console, (_from, _id, body) => setOwnConsoleRoute(body as ConsoleRoute));
  handleLetters(Letter.modulePolicy, (_from, _id, body) => setOwnPolicy(body as ModulePolicy));
}

function replyStep(to: number, id: number, { reply }: Step): void {
  try {
    post(to, Letter.result, id, reply);
  } catch (error) {
    throw withoutReplyRoot(error);
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

function ownName(): string {
  return interpreterName(native.partyId, native.partyName);
}

export const unusualAnswers: UnusualAnswers = {
  encodeError,
  encodeReplyError: (error): EncodedError => encodeError(withoutReplyRoot(error)),
  explainFreeVariable: (error, text) => explainFreeVariable(error, text, ownName()),
  openIterator,
  closed: () => new InterpreterClosedError(`The ${ownName()} is closing and takes no more calls.`),
  interrupted: () => {
    const text = `The call to the ${ownName()} can never end: another one was stopped, and with its code the engine dropped what this one was to go on with.`;
    return new IsolaneError('ERR_ISOLANE_INTERRUPTED', text);
  },
  promiseInSync: () => {
    const text = 'The function returned a promise, for which callSync cannot wait; use call().';
    return new IsolaneError('ERR_ISOLANE_ASYNC_RESULT', text);
  },
  refuseIterator: (result) => {
    if (!isIterator(result)) return;
    const text = 'The function returned an iterator, which callSync cannot give; use call().';
    throw new IsolaneError('ERR_ISOLANE_GENERATOR', text);
  },
};
