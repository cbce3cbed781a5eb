/**
 * What an interpreter needs once its code does more than compute: channels and all else that `isolane` exports, the console, timers,
 * modules, errors that cross, iterators. Of the modules in the main bundle it has no copies, but the very ones (scripts/lib/shared-modules.mjs).
 */

import type { GuestHooks, Hooks } from '../../binding/binding.js';
import { setClock } from '../../binding/world.js';
import { setStreamClasses } from '../../channel/streams.js';
import { explainSyntax } from '../../interpreter/compile-errors.js';
import type { FunctionCompiler } from '../../interpreter/compile-function.js';
import { console } from '../../interpreter/console.js';
import { setDOMException } from '../../interpreter/dom-exception.js';
import { hooks } from '../../interpreter/hooks.js';
import { reportThrown } from '../../interpreter/listeners.js';
import type { Answer, UnusualAnswers } from '../../interpreter/serve.js';
import { answerFurther, unusualAnswers } from '../../interpreter/unusual-answers.js';
import { api } from '../api.js';
import { guest } from '../binding.js';
import { builtIn, knownBuiltIn } from '../lazy-globals.js';
import { deliverKept } from '../letters.js';
import { closeWithoutLost, microtasksDropped } from '../lost-calls.js';
import { fillImportMeta, importModule } from '../modules.js';
import { structuredClone } from '../structured-clone.js';
import { atNextTurn, runTimers, timerGlobals } from '../timers.js';
import { noteRejection, reportRejections, reportUncaught } from '../uncaught.js';

export interface Library extends Omit<GuestHooks, 'onCallSync' | 'onTimer'> {
  readonly hooks: Hooks;
  readonly unusualAnswers: UnusualAnswers;
  readonly explainSyntax: FunctionCompiler['explain'];
  readonly timerGlobals: typeof timerGlobals;
  /** The globals of src/guest/lazy-globals.ts that come from here. */
  readonly globals: Record<string, unknown>;
  /** To be called when the interpreter is to close as soon as no call is open. */
  onClosing(): void;
  reportUncaught(error: unknown): void;
  runTimers(): void;
  /** Ends the interpreter after this turn, in which what was rejected may still get its handler. */
  finish(): void;
}

/** Makes everything ready, once; `answer` is for the requests that are answered here. */
export function start(answer: Answer): Library {
  setClock(guest.now);
  setDOMException({
    known: () => knownBuiltIn('DOMException'),
    get: () => builtIn('DOMException'),
  });
  setStreamClasses(() => ({
    ReadableStream: builtIn('ReadableStream'),
    WritableStream: builtIn('WritableStream'),
  }));
  reportThrown(reportUncaught);
  answerFurther(answer, importModule);
  deliverKept();
  return {
    hooks,
    unusualAnswers,
    explainSyntax,
    timerGlobals,
    globals: {
      ...timerGlobals,
      console,
      get isolane() {
        return api();
      },
      structuredClone,
    },
    onImport: async (specifier, referrer, attributes) =>
      (await importModule(specifier, referrer, attributes)).namespace,
    onImportMeta: fillImportMeta,
    reportUncaught,
    onRejection: (promise, reason, unhandled) =>
      noteRejection(promise, reason, unhandled, atNextTurn),
    onMicrotasksDropped: microtasksDropped,
    onClosing: closeWithoutLost,
    runTimers,
    finish: () =>
      atNextTurn(() => {
        reportRejections();
        guest.finish();
      }),
  };
}
