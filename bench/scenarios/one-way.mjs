import { kindNames } from '../lib/messages.mjs';
import { compareKinds, titles } from './traffic.mjs';

export const name = 'one-way';
export const parts = kindNames;

const blocking = { contender: 'isolane', baseline: 'post-message' };
const onLoop = { contender: 'isolane-async', baseline: 'post-message' };

/** @type {import('../run.mjs').Scenario['run']} */
export async function run(context) {
  const rows = await compareKinds(context, {
    direction: 'oneWay',
    unit: 'messages/s',
    toUnit: (ms) => 1000 / ms,
    wanted: {
      number: [
        { ...blocking, atLeast: 25, target: '≥ 25×' },
        { ...blocking, baseline: 'shared-ring', atLeast: 1, target: '≥ shared ring' },
        { ...onLoop, atLeast: 5, target: 'async ≥ 5×' },
      ],
      object: [
        { ...blocking, atLeast: 4, target: '≥ 4×' },
        { ...onLoop, atLeast: 5, target: 'async ≥ 5×' },
      ],
      struct: [{ ...blocking, atLeast: 25, target: '≥ 25×' }],
    },
  });
  return {
    title: 'One way: messages a second, one message a call',
    contenders: titles,
    baseline: 'post-message',
    rows,
    notes: [
      'n×: times postMessage. Isolane and the rings have 1,024 cells and block when they are full or empty;',
      'postMessage sends a whole batch at once. A moved buffer is made anew for each message.',
      'A struct is a record of four fields, which postMessage sends as a plain object.',
      'The shared ring is written by hand on a SharedArrayBuffer, with Atomics; it carries numbers only.',
    ],
  };
}
