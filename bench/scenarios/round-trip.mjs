import { kindNames } from '../lib/messages.mjs';
import { compareKinds, titles } from './traffic.mjs';

export const name = 'round-trip';
export const parts = kindNames;

/** @type {import('../run.mjs').Scenario['run']} */
export async function run(context) {
  const rows = await compareKinds(context, {
    direction: 'roundTrip',
    unit: 'ms',
    toUnit: (ms) => ms,
    wanted: {
      number: [{ contender: 'isolane', baseline: 'post-message', atLeast: 100, target: '≥ 100×' }],
    },
  });
  return {
    title: 'Round trip: from a message to its echo',
    contenders: titles,
    baseline: 'post-message',
    rows,
    notes: [
      'n×: times shorter than by postMessage. Means of a batch; of the bare C++ ring the median of single trips.',
    ],
  };
}
