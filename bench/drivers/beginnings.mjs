/**
 * From nothing to the first result, by an interpreter and by what else gives a heap of its own.
 *
 * @typedef {object} Begun
 * @property {() => Promise<unknown> | void} end
 * @property {() => Record<string, number> | Promise<Record<string, number>>} [steps] milliseconds of what is known to have
 *   been part of it
 *
 * @typedef {object} Beginning
 * @property {string} title
 * @property {() => Promise<any>} load the code that it needs
 * @property {(loaded: any) => Promise<Begun>} begin
 * @property {(loaded: any) => Promise<unknown>} [before] what is not part of its time
 * @property {() => Promise<unknown>} [prepare] once, in the process that starts those that measure; rejects with the reason
 *   where it cannot be had
 * @property {readonly string[]} [flags] of the Node that it runs in
 */

import { createRequire } from 'node:module';
import { buildBareIsolate, loadBareIsolate } from './bare-isolate.mjs';
import { installIsolatedVm, isolatedVmFlags, loadIsolatedVm } from './isolated-vm.mjs';

const require = createRequire(import.meta.url);

/** @typedef {typeof import('isolane')} Isolane */

/** @type {Beginning} */
const isolane = {
  title: 'Isolane',
  load: () => import('isolane'),
  async begin(/** @type {Isolane} */ { Interpreter }) {
    const interpreter = await Interpreter.create();
    checkAnswer(await interpreter.call((/** @type {number} */ n) => n + 1, 41));
    return { steps: () => stepsOf(interpreter), end: () => interpreter.close() };
  },
};

/** @type {Beginning} */
const reserve = {
  title: 'Isolane, from its reserve',
  load: isolane.load,
  before: (/** @type {Isolane} */ { Interpreter }) => Interpreter.reserve(1),
  async begin(loaded) {
    const { end } = await isolane.begin(loaded);
    return {
      async end() {
        await end();
        // What is not asked to come from the reserve must not.
        await loaded.Interpreter.reserve(0);
      },
    };
  },
};

/** @type {Beginning} */
const bare = {
  title: 'bare isolate',
  prepare: buildBareIsolate,
  load: async () => loadBareIsolate(),
  async begin(start) {
    const { answer, end, ...steps } = await start();
    checkAnswer(answer + 40);
    return { steps: () => steps, end };
  },
};

const workerGuest = new URL('./guests/beginning.mjs', import.meta.url);

/** @type {Beginning} */
const worker = {
  title: 'Worker',
  load: () => import('node:worker_threads'),
  async begin(/** @type {typeof import('node:worker_threads')} */ { Worker }) {
    const worker = new Worker(workerGuest, { workerData: 41 });
    checkAnswer(await new Promise((resolve) => worker.once('message', resolve)));
    return { end: () => worker.terminate() };
  },
};

/** @type {Beginning} */
const isolatedVm = {
  title: 'isolated-vm',
  flags: isolatedVmFlags,
  prepare: installIsolatedVm,
  load: async () => loadIsolatedVm(),
  async begin({ Isolate }) {
    const isolate = new Isolate();
    const context = await isolate.createContext();
    checkAnswer(await context.eval('41 + 1'));
    return { end: () => isolate.dispose() };
  },
};

/** @type {ReadonlyMap<string, Beginning>} */
export const beginnings = new Map(
  Object.entries({ isolane, reserve, bare, worker, 'isolated-vm': isolatedVm }),
);

/** @param {string} key */
export function beginningNamed(key) {
  const beginning = beginnings.get(key);
  if (beginning === undefined) throw new Error(`There is no contender '${key}'`);
  return beginning;
}

/**
 * What native code knows of the start of an interpreter.
 *
 * @param {import('isolane').Interpreter} interpreter
 */
async function stepsOf({ id }) {
  const { modules } = process.versions;
  const native = require(`../../prebuilds/linux-x64/isolane.abi${modules}.glibc.node`);
  const [thread, isolate, context, code] = native.startSteps(id);
  return { thread, isolate, context, code };
}

/** @param {unknown} answer */
function checkAnswer(answer) {
  if (answer !== 42) throw new Error(`The first result was ${answer}, not 42`);
}
