/**
 * A ring written by hand on a SharedArrayBuffer, between the main thread and a Worker; for numbers only.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { end } from '../lib/messages.mjs';
import { createRing, RingReceiver, RingSender } from './atomics-ring.mjs';

const guest = new URL('./guests/shared-ring.mjs', import.meta.url);

/** @type {import('./contender.mjs').Contender} */
export const sharedRing = {
  title: 'shared ring',
  kinds: ['number'],

  async oneWay() {
    const { worker, messages, replies } = await start('consume');
    return {
      run(count) {
        const start = performance.now();
        for (let n = 1; n <= count; n++) messages.send(n);
        messages.send(end);
        const sum = replies.receive();
        return { ms: performance.now() - start, sum };
      },
      close: () => worker.terminate(),
    };
  },

  async roundTrip() {
    const { worker, messages, replies } = await start('echo');
    return {
      run(count) {
        let sum = 0;
        const start = performance.now();
        for (let n = 1; n <= count; n++) {
          messages.send(n);
          sum += replies.receive();
        }
        return { ms: performance.now() - start, sum };
      },
      close: () => worker.terminate(),
    };
  },
};

/** @param {'consume' | 'echo'} role */
async function start(role) {
  const [there, back] = [createRing(), createRing()];
  const worker = new Worker(guest, { workerData: { role, there, back } });
  await once(worker, 'online');
  return { worker, messages: new RingSender(there), replies: new RingReceiver(back) };
}
