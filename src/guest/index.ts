/**
 * What an interpreter has before user code: enough for a call that returns a value. It runs at every interpreter's start, so it does as
 * little as it can; everything else is in the library, which is loaded when it is first needed (src/guest/chunks/library.ts).
 */

import '../binding/symbols.js';
import { setCurrentTag } from '../binding/call-scope.js';
import { shareOwnCode } from '../binding/own-code.js';
import { deliver } from '../interpreter/post-office.js';
import { answerSync, openCalls, serve } from '../interpreter/serve.js';
import { guest } from './binding.js';
import { finish, runTimers } from './end.js';
import { functionCompiler } from './function-compiler.js';
import { defineLazyGlobals } from './lazy-globals.js';
import { keepLetters } from './letters.js';
import { hasLibrary, library, setAnswer } from './library.js';

guest.setHooks({
  makeSender: (seed) => library().hooks.makeSender(seed),
  makeReceiver: (seed) => library().hooks.makeReceiver(seed),
  notShareable: (value, why) => library().hooks.notShareable(value, why),
  onReady: (endpoint) => library().hooks.onReady(endpoint),
  onLetter: deliver,
});

guest.setGuestHooks({
  onTimer: runTimers,
  onImport: (specifier, referrer, attributes) =>
    library().onImport(specifier, referrer, attributes),
  onImportMeta: (meta, url) => library().onImportMeta(meta, url),
  onRejection: (promise, reason, unhandled) => library().onRejection(promise, reason, unhandled),
  onMicrotasksDropped: () => {
    if (openCalls.size > 0) library().onMicrotasksDropped();
  },
  onCallSync: answerSync,
});

setCurrentTag(() => guest.currentCall());
shareOwnCode(guest.ownCode, () => guest.stopPutOff());
defineLazyGlobals();
keepLetters();

setAnswer(
  serve({
    runScript: (source, name, referrer) => guest.runScript(source, name, referrer),
    functionCompiler,
    endCall: (tag) => guest.endCall(tag),
    finish,
    onClosing: () => {
      if (hasLibrary()) library().onClosing();
    },
    unusual: () => library().unusualAnswers,
  }),
);
