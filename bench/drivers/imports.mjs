/**
 * Importing a package in a heap of its own. The time is taken there: from the call of `import()` until it is done.
 *
 * @typedef {object} Importer
 * @property {string} title
 * @property {() => Promise<{ time: (specifier: string) => Promise<number>, close: () => Promise<unknown> }>} open
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Interpreter } from 'isolane';

/** @type {Importer} */
const isolane = {
  title: 'Isolane',
  async open() {
    const interpreter = await Interpreter.create();
    const guest = await interpreter.import(new URL('./guests/timed-import.mjs', import.meta.url));
    return { time: (specifier) => guest.time(specifier), close: () => interpreter.close() };
  },
};

/** @type {Importer} */
const worker = {
  title: 'Worker',
  async open() {
    const worker = new Worker(new URL('./guests/importing.mjs', import.meta.url));
    await once(worker, 'online');
    return {
      async time(specifier) {
        worker.postMessage(specifier);
        const [ms] = await once(worker, 'message');
        return ms;
      },
      close: () => worker.terminate(),
    };
  },
};

/** @type {ReadonlyMap<string, Importer>} */
export const importers = new Map(Object.entries({ isolane, worker }));

/** What is imported: packages that are here anyway, of one file and of hundreds. */
export const packages = ['mathjs', 'lodash-es', 'd3', 'three', 'zod'];
