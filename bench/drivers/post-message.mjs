/**
 * `postMessage` between the main thread and a Worker: one way all at once, with the sum coming back; round trips from message
 * event to message event.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { end, kindNamed } from '../lib/messages.mjs';

const guest = new URL('./guests/post-message.mjs', import.meta.url);

/** @type {import('./contender.mjs').Contender} */
export const postMessage = {
  title: 'postMessage',
  // There is no backpressure: all that is on the way is in memory.
  most: 200_000,

  async oneWay(kindName) {
    const { next, moved } = kindNamed(kindName);
    const worker = await start('consume', kindName);
    return {
      async run(count) {
        const answered = once(worker, 'message');
        const start = performance.now();
        for (let n = 1; n <= count; n++) {
          const message = next(n);
          if (moved) worker.postMessage(message, [message.buffer]);
          else worker.postMessage(message);
        }
        worker.postMessage(next(end));
        const [sum] = await answered;
        return { ms: performance.now() - start, sum };
      },
      close: () => worker.terminate(),
    };
  },

  async roundTrip(kindName) {
    const { next, read, moved } = kindNamed(kindName);
    const worker = await start('echo', kindName);
    return {
      run: (count) =>
        new Promise((resolve) => {
          let sum = 0;
          let n = 1;
          const ask = (/** @type {any} */ reply) => {
            const message = next(n++, reply);
            if (moved) worker.postMessage(message, [message.buffer]);
            else worker.postMessage(message);
          };
          const onReply = (/** @type {any} */ reply) => {
            sum += read(reply);
            if (n <= count) return ask(reply);
            worker.off('message', onReply);
            resolve({ ms: performance.now() - start, sum });
          };
          worker.on('message', onReply);
          const start = performance.now();
          ask(undefined);
        }),
      close: () => worker.terminate(),
    };
  },
};

/**
 * Numbers one way, so many in an array that is one message.
 *
 * @param {number} size
 * @returns {Promise<import('./contender.mjs').Session>}
 */
export async function postMessageBatches(size) {
  const worker = await start('consumeArrays', 'number');
  return {
    async run(count) {
      const answered = once(worker, 'message');
      const batch = new Array(size).fill(0.5);
      const start = performance.now();
      for (let n = 1; n <= count; ) {
        const length = Math.min(size, count - n + 1);
        for (let i = 0; i < length; i++) batch[i] = n++;
        worker.postMessage(length === size ? batch : batch.slice(0, length));
      }
      worker.postMessage(end);
      const [sum] = await answered;
      return { ms: performance.now() - start, sum };
    },
    close: () => worker.terminate(),
  };
}

/**
 * @param {'consume' | 'echo' | 'consumeArrays'} role
 * @param {string} kindName
 */
async function start(role, kindName) {
  const worker = new Worker(guest, { workerData: { role, kindName } });
  await once(worker, 'online');
  return worker;
}
