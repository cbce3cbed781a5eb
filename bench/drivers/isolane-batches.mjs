/**
 * Isolane, many numbers a call: from the main thread to an interpreter.
 */

import { channel } from 'isolane';
import { end } from '../lib/messages.mjs';
import { inInterpreter, session } from './isolane.mjs';

/**
 * @param {number[] | Float64Array} batch what is sent again and again, with other numbers in it
 * @returns {Promise<import('./contender.mjs').Session>}
 */
export async function isolaneBatches(batch) {
  const messages = /** @type {import('isolane').Channel<number>} */ (channel());
  const sums = /** @type {import('isolane').Channel<number>} */ (channel());
  const consumer = await inInterpreter('consumeMany', batch.length, messages.receiver, sums.sender);
  return session([messages, sums], [consumer], (count) => {
    const start = performance.now();
    for (let n = 1; n <= count; ) {
      const size = Math.min(batch.length, count - n + 1);
      for (let i = 0; i < size; i++) batch[i] = n++;
      messages.sender.sendManySync(size === batch.length ? batch : batch.slice(0, size));
    }
    messages.sender.sendSync(end);
    const sum = sums.receiver.receiveSync();
    return { ms: performance.now() - start, sum };
  });
}
