/** What an interpreter has before user code. It runs at every interpreter's start, so it does as little as it can. */

import './binding.js';

import { setCurrentTag } from '../binding/call-scope.js';
import { setClock } from '../binding/world.js';
import { console } from '../interpreter/console.js';
import { answerSync, serve } from '../interpreter/serve.js';
import { api } from './api.js';
import { guest } from './binding.js';
import { functionCompiler } from './function-compiler.js';
import { defineGlobals } from './globals.js';
import { defineLazyGlobals } from './lazy-globals.js';
import { fillImportMeta, importModule, provideBuiltIn } from './modules.js';
import { structuredClone } from './structured-clone.js';
import { atNextTurn, runTimers, timerGlobals } from './timers.js';
import { noteRejection, reportRejections, reportUncaught } from './uncaught.js';

const start = guest.now();
setClock(guest.now);

defineGlobals({
  ...timerGlobals,
  console,
  structuredClone,
});

const { setTimeout, clearTimeout } = timerGlobals;
defineLazyGlobals({ isolane: api }, { guest, start, setTimeout, clearTimeout, reportUncaught });

provideBuiltIn(api);

guest.setGuestHooks({
  onTimer: runTimers,
  onImport: async (specifier, referrer, attributes) =>
    (await importModule(specifier, referrer, attributes)).namespace,
  onImportMeta: fillImportMeta,
  onUncaught: reportUncaught,
  onRejection: (promise, reason, unhandled) =>
    noteRejection(promise, reason, unhandled, atNextTurn),
  onCallSync: answerSync,
});

setCurrentTag(() => guest.currentCall());

serve({
  runScript: guest.runScript.bind(guest),
  importModule,
  functionCompiler,
  endCall: (tag) => guest.endCall(tag),
  finish,
});

/** After this turn, in which what was rejected may still get its handler. */
function finish(): void {
  atNextTurn(() => {
    reportRejections();
    guest.finish();
  });
}
