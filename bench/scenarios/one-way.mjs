import { kindNames } from '../lib/messages.mjs';
import { compareKinds, titles } from './traffic.mjs';

export const name = 'one-way';
export const parts = kindNames;

/** @type {import('../run.mjs').Scenario['run']} */
export async function run(context) {
  const rows = await compareKinds(context, {
    direction: 'oneWay',
    unit: 'messages/s',
    toUnit: (ms) => 1000 / ms,
    wanted: { atLeast: 15, target: '≥ 15×' },
  });
  return {
    title: 'One way: messages a second, one message a call',
    contenders: titles,
    baseline: 'post-message',
    rows,
    notes: [
      'n×: times postMessage. Isolane and the rings have 1,024 cells and block when they are full or empty;',
      'postMessage sends a whole batch at once. A moved buffer is made anew for each message.',
      'The shared ring is written by hand on a SharedArrayBuffer, with Atomics; it carries numbers only.',
    ],
  };
}
