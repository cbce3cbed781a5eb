/** What an interpreter has before user code. It runs at every interpreter's start, so it does as little as it can. */

import './binding.js';

import { setCurrentTag } from '../binding/call-scope.js';
import * as isolane from '../everywhere.js';
import { answerSync, serve } from '../interpreter/serve.js';
import { guest } from './binding.js';
import { console } from './console.js';
import { functionCompiler } from './function-compiler.js';
import { defineGlobals } from './globals.js';
import { fillImportMeta, importModule, provideBuiltIn } from './modules.js';
import { TextDecoder, TextEncoder } from './text.js';
import { runTimers, timerGlobals } from './timers.js';
import { noteRejection, reportUncaught } from './uncaught.js';

const start = guest.now();

defineGlobals({
  ...timerGlobals,
  console,
  TextDecoder,
  TextEncoder,
  isolane,
  performance: { now: () => guest.now() - start, timeOrigin: Date.now() },
  structuredClone: (value: unknown, options?: { transfer?: readonly object[] }) =>
    guest.clone(value, options?.transfer),
});

provideBuiltIn({ ...isolane });

guest.setGuestHooks({
  onTimer: runTimers,
  onImport: async (specifier, referrer) => (await importModule(specifier, referrer)).namespace,
  onImportMeta: fillImportMeta,
  onUncaught: reportUncaught,
  onRejection: (promise, reason, unhandled) =>
    noteRejection(promise, reason, unhandled, timerGlobals.setImmediate),
  onCallSync: answerSync,
});

setCurrentTag(() => guest.currentCall());

serve({
  runScript: guest.runScript.bind(guest),
  importModule,
  functionCompiler,
  endCall: (tag) => guest.endCall(tag),
  finish: () => guest.finish(),
});
