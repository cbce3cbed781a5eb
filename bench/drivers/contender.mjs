/**
 * Those who exchange messages, in the order of the tables.
 *
 * @typedef {import('../lib/sampler.mjs').Session} Session two parties, ready to exchange messages of one kind
 * @typedef {import('../lib/sampler.mjs').Batch} Batch
 *
 * @typedef {object} Contender
 * @property {string} title
 * @property {(kindName: string) => Promise<Session>} oneWay
 * @property {(kindName: string) => Promise<Session>} roundTrip
 * @property {readonly string[]} [kinds] those that it can send, if not all
 * @property {number} [most] the greatest sensible batch
 *
 * @typedef {object} Limit what no contender can be better than, for numbers
 * @property {string} title
 * @property {() => Promise<{ oneWay: number, roundTrip: number }>} limits milliseconds of one
 */

import { coreRing } from './core-ring.mjs';
import { isolane, isolaneAsync, isolaneBetween } from './isolane.mjs';
import { postMessage } from './post-message.mjs';
import { sharedRing } from './shared-ring.mjs';

/** @type {ReadonlyMap<string, Contender>} */
export const contenders = new Map(
  Object.entries({
    isolane,
    'isolane-between': isolaneBetween,
    'isolane-async': isolaneAsync,
    'post-message': postMessage,
    'shared-ring': sharedRing,
  }),
);

/** @type {ReadonlyMap<string, Limit>} */
export const limits = new Map([['core-ring', coreRing]]);
