/**
 * A function in another heap, called with a number that it gives back: without limits, and with a time limit.
 *
 * @typedef {object} Caller
 * @property {string} title
 * @property {() => Promise<Calls>} open
 * @property {() => Promise<unknown>} [prepare] rejects with the reason where it cannot be had
 *
 * @typedef {object} Calls
 * @property {(n: number) => Promise<number>} call
 * @property {(n: number) => number} [callSync]
 * @property {(limit: number) => Promise<void>} [stopEndless] resolves once endless code, which may run for `limit`
 *   milliseconds, has ended and another call has been answered
 * @property {() => Promise<unknown> | void} close
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Interpreter } from 'isolane';
import { installIsolatedVm, loadIsolatedVm } from './isolated-vm.mjs';

/** Milliseconds that no call takes. */
const timeout = 10_000;

/** @param {number} n */
const same = (n) => n;

/** @type {Caller} */
const isolane = {
  title: 'Isolane',
  async open() {
    const interpreter = await Interpreter.create();
    return {
      call: (n) => interpreter.call(same, n),
      callSync: (n) => interpreter.callSync(same, n),
      close: () => interpreter.close(),
    };
  },
};

/** @type {Caller} */
const isolaneLimited = {
  title: 'Isolane, with a timeout',
  async open() {
    const interpreter = await Interpreter.create();
    const endless = () => {
      for (;;);
    };
    return {
      call: (n) => interpreter.with({ timeout }).call(same, n),
      callSync: (n) => interpreter.with({ timeout }).callSync(same, n),
      async stopEndless(limit) {
        await rejection(interpreter.with({ timeout: limit }).call(endless));
        await interpreter.call(same, 1);
      },
      close: () => interpreter.close(),
    };
  },
};

/** @type {Caller} */
const worker = {
  title: 'Worker',
  async open() {
    let worker = await startWorker();
    const call = (/** @type {number} */ n) => {
      worker.postMessage(n);
      return answerOf(worker);
    };
    return {
      call,
      async stopEndless(limit) {
        worker.postMessage('endless');
        await new Promise((resolve) => setTimeout(resolve, limit));
        await worker.terminate();
        worker = await startWorker();
        await call(1);
      },
      close: () => worker.terminate(),
    };
  },
};

/** @type {Caller} */
const apply = {
  title: 'isolated-vm, apply()',
  prepare: installIsolatedVm,
  open: async () => (await applying({})).calls,
};

/** @type {Caller} */
const applyLimited = {
  title: 'isolated-vm, with a timeout',
  prepare: installIsolatedVm,
  async open() {
    const { context, calls } = await applying({ timeout });
    const endless = await context.eval('() => { for (;;); }', { reference: true });
    const stopEndless = async (/** @type {number} */ limit) => {
      await rejection(endless.apply(undefined, [], { timeout: limit }));
      await calls.call(1);
    };
    return { ...calls, stopEndless };
  },
};

/** @type {Caller} */
const evaluate = {
  title: 'isolated-vm, eval()',
  prepare: installIsolatedVm,
  async open() {
    const { isolate, context } = await isolateAndContext();
    await context.eval('function same(n) { return n; }');
    return {
      call: (n) => context.eval(`same(${n})`),
      callSync: (n) => context.evalSync(`same(${n})`),
      close: () => isolate.dispose(),
    };
  },
};

/** @type {ReadonlyMap<string, Caller>} */
export const callers = new Map(
  Object.entries({
    isolane,
    'isolane-limited': isolaneLimited,
    worker,
    apply,
    'apply-limited': applyLimited,
    evaluate,
  }),
);

/** @param {object} options of each call */
async function applying(options) {
  const { isolate, context } = await isolateAndContext();
  const fn = await context.eval('(n) => n', { reference: true });
  /** @type {Calls} */
  const calls = {
    call: (n) => fn.apply(undefined, [n], options),
    callSync: (n) => fn.applySync(undefined, [n], options),
    close: () => isolate.dispose(),
  };
  return { context, calls };
}

async function isolateAndContext() {
  const { Isolate } = loadIsolatedVm();
  const isolate = new Isolate();
  return { isolate, context: await isolate.createContext() };
}

async function startWorker() {
  const worker = new Worker(new URL('./guests/calling.mjs', import.meta.url));
  await once(worker, 'online');
  return worker;
}

/**
 * @param {Worker} worker
 * @returns {Promise<number>}
 */
const answerOf = (worker) => new Promise((resolve) => worker.once('message', resolve));

/** @param {Promise<unknown>} promise */
async function rejection(promise) {
  const ended = await promise.then(
    () => true,
    () => false,
  );
  if (ended) throw new Error('Endless code came to an end');
}
