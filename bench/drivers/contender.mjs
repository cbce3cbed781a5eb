/**
 * What the contenders have in common.
 *
 * @typedef {object} Session two parties, ready to exchange messages of one kind
 * @property {(count: number) => Batch | Promise<Batch>} run a batch of `count` messages or round trips
 * @property {() => Promise<unknown>} close
 *
 * @typedef {{ ms: number, sum: number }} Batch what it took, and the sum of what was received
 *
 * @typedef {object} Contender
 * @property {(kindName: string) => Promise<Session>} oneWay
 * @property {(kindName: string) => Promise<Session>} roundTrip
 * @property {readonly string[]} [kinds] those that it can send, if not all
 * @property {number} [most] the greatest sensible batch
 */

import { isolane, isolaneAsync, isolaneBetween } from './isolane.mjs';
import { postMessage } from './post-message.mjs';
import { sharedRing } from './shared-ring.mjs';

/** @type {ReadonlyMap<string, Contender>} */
export const contenders = new Map([
  ['isolane', isolane],
  ['isolane-between', isolaneBetween],
  ['isolane-async', isolaneAsync],
  ['post-message', postMessage],
  ['shared-ring', sharedRing],
]);
