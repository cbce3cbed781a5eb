/**
 * Isolane, several interpreters that send into one channel, and as many that receive from it.
 */

import { channel } from 'isolane';
import { end } from '../lib/messages.mjs';
import { inInterpreter, session } from './isolane.mjs';

/**
 * @param {number} each how many send, and how many receive
 * @returns {Promise<import('./contender.mjs').Session>}
 */
export async function isolaneCrowd(each) {
  const [messages, sums, done, goes] = [channel(), channel(), channel(), channel()];
  const guests = [];
  /** @type {import('isolane').Channel<any>[]} */
  const counts = [];
  for (let i = 0; i < each; i++) {
    guests.push(await inInterpreter('share', goes.receiver, messages.receiver, sums.sender));
    const count = channel();
    counts.push(count);
    const ends = [count.receiver, messages.sender, done.sender];
    guests.push(await inInterpreter('contribute', i + 1, each, ...ends));
  }
  return session([...counts, goes, messages, sums, done], guests, (total) => {
    const start = performance.now();
    for (let i = 0; i < each; i++) goes.sender.sendSync(i);
    for (const count of counts) count.sender.sendSync(total);
    for (let i = 0; i < each; i++) done.receiver.receiveSync();
    for (let i = 0; i < each; i++) messages.sender.sendSync(end);
    let sum = 0;
    for (let i = 0; i < each; i++) sum += Number(sums.receiver.receiveSync());
    return { ms: performance.now() - start, sum };
  });
}
