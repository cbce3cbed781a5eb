/** Has a Worker serve as an interpreter with `runtime: 'node'`, if it was made for that. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { isMainThread, workerData } from 'node:worker_threads';
import { hold } from '../binding/alive.js';
import { type NodeBinding, native } from '../binding/binding.js';
import { setTags } from '../binding/call-scope.js';
import { handleLetters, post } from '../binding/post-office.js';
import * as isolane from '../index.js';
import { console as routed } from '../interpreter/console.js';
import { setOwnConsoleRoute } from '../interpreter/console-routes.js';
import { type ConsoleRoute, Letter } from '../interpreter/protocol.js';
import { encodeReason } from '../interpreter/reasons.js';
import { reportUncaught } from '../interpreter/report-uncaught.js';
import { serve } from '../interpreter/serve.js';
import { setOurFrames } from '../interpreter/stacks.js';
import { answerFurther, unusualAnswers } from '../interpreter/unusual-answers.js';
import { dropWarning, functionCompiler, here, importModule, runScript } from './node-code.js';
import { dist } from './paths.js';

/** The key in `workerData` that makes a Worker one. */
export const NODE_GUEST = '@isolane/node-guest';

/** What is there. */
export interface NodeGuestData {
  /** What to call its birth by in the letter that says that it is ready. */
  birth: number;
  /** The party that made it. */
  parent: number;
  name: string;
  console: ConsoleRoute;
}

/** It was closed, which needs no explanation. */
let closed = false;

/** The call whose code runs, be it after an await. */
const currentCall = new AsyncLocalStorage<number>();

/** To be called when everything else of ours is there. */
export function serveIfNodeGuest(): void {
  const data = isMainThread ? undefined : workerData?.[NODE_GUEST];
  if (data !== undefined) start(data as NodeGuestData);
}

function start({ birth, parent, name, console: route }: NodeGuestData): void {
  const node = native as NodeBinding;
  node.becomeGuest(name, parent);
  // Its loop would end otherwise whenever there is nothing to do.
  hold();
  explainEnds(node, parent);
  dropWarning();
  setOurFrames(ourFrames());
  setOwnConsoleRoute(route);
  Object.assign(console, routed);
  // Functions that travel bring no imports along.
  for (const [key, value] of Object.entries({ isolane, require: createRequire(here()) })) {
    Object.defineProperty(globalThis, key, { value, configurable: true, writable: true });
  }
  setTags(() => currentCall.getStore() ?? 0);
  const answer = serve({
    ...functionCompiler,
    runScript,
    runInCall: (tag, code) => currentCall.run(tag, code),
    endCall: (tag) => node.endCall(tag),
    finish,
    unusual: () => unusualAnswers,
  });
  answerFurther(answer, importModule);
  post(parent, Letter.nodeReady, birth);
}

function finish(): void {
  closed = true;
  process.exit();
}

/** Frames of this package, and of Node's own code below them. */
function ourFrames(): RegExp {
  const ours = dist.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(
    `\\n {4}at (?:[^\\n]*[( ])?(?:file://)?${ours}[^\\n]*(\\n {4}at [^\\n]*\\(node:[^\\n]*)*`,
    'g',
  );
}

/** Tells those who wait for answers why none will come, and stops to answer when the end begins. */
function explainEnds(node: NodeBinding, parent: number): void {
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    if (process.listenerCount('uncaughtException') > 0) return;
    reportUncaught(origin, error, { to: parent, route: 0 });
    node.explainEnd(encodeReason(error));
  });
  process.prependListener('exit', (code) => {
    if (!closed) node.explainEnd(`process.exit(${code})`);
    for (let type: number = Letter.call; type < Letter.result; type++) {
      handleLetters(type, () => {});
    }
  });
}
