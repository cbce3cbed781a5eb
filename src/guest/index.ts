/**
 * What an interpreter has before user code: enough for a call that returns a value. It runs at every interpreter's start, so it does as
 * little as it can; everything else is in the library, which is loaded when it is first needed (src/guest/chunks/library.ts).
 */

import '../binding/symbols.js';
import { setTags } from '../binding/call-scope.js';
import { shareOwnCode } from '../binding/own-code.js';
import { deliver } from '../binding/post-office.js';
import { answerSync, openCalls, serve } from '../interpreter/serve.js';
import { guest } from './binding.js';
import { runTimers } from './end.js';
import { defineLazyGlobals } from './lazy-globals.js';
import { keepLetters } from './letters.js';
import { library, setAnswer } from './library.js';
import { GuestServer } from './server.js';

guest.setHooks(
  (seed) => library().hooks.makeSender(seed),
  (seed) => library().hooks.makeReceiver(seed),
  (value, why, shares) => library().hooks.notShareable(value, why, shares),
  (endpoint) => library().hooks.onReady(endpoint),
  deliver,
  () => library().hooks.readRecord(),
  () => library().hooks.makeOwned(),
  (value) => library().hooks.movableParts(value),
  (seed) => library().hooks.makeShared(seed),
  (kind, length) => library().hooks.makeView(kind, length),
  (kind, value) => library().hooks.makeFrozen(kind, value),
  (value) => library().hooks.withStandIns(value),
  (encoded) => library().hooks.makeInstance(encoded),
  (message, encoded) => library().hooks.unknownClass(message, encoded),
);

guest.setGuestHooks(
  runTimers,
  (specifier, referrer, attributes) => library().onImport(specifier, referrer, attributes),
  (meta, url) => library().onImportMeta(meta, url),
  (promise, reason, unhandled) => library().onRejection(promise, reason, unhandled),
  () => {
    if (openCalls.size > 0) library().onMicrotasksDropped();
  },
  answerSync,
);

setTags(
  () => guest.currentCall(),
  (tag) => guest.enterCode(tag),
);
shareOwnCode(guest.ownCode, () => guest.stopPutOff());
defineLazyGlobals();
keepLetters();
setAnswer(serve(new GuestServer()));
