/**
 * Isolane, one message a call: from the main thread to an interpreter, both blocking; from interpreter to interpreter; and
 * with the asynchronous operations on the main thread's event loop.
 */

import { channel, Interpreter, move, struct } from 'isolane';
import { end, kindNamed } from '../lib/messages.mjs';
import { roundTrips, sendBatch } from './guests/isolane.mjs';

/** @typedef {import('./contender.mjs').Contender} Contender */
/** @typedef {import('./contender.mjs').Session} Session */
/** @typedef {import('./contender.mjs').Batch} Batch */

const guest = new URL('./guests/isolane.mjs', import.meta.url);

/** @type {Contender} */
export const isolane = {
  title: 'Isolane, blocking',

  async oneWay(kindName) {
    const kind = kindNamed(kindName);
    const messages = channelFor(kindName);
    const sums = /** @type {import('isolane').Channel<number>} */ (channel());
    const consumer = await inInterpreter('consume', kindName, messages.receiver, sums.sender);
    return session([messages, sums], [consumer], (count) => {
      const start = performance.now();
      sendBatch(kind, count, messages.sender);
      const sum = sums.receiver.receiveSync();
      return { ms: performance.now() - start, sum };
    });
  },

  async roundTrip(kindName) {
    const kind = kindNamed(kindName);
    const [messages, replies] = [channelFor(kindName), channelFor(kindName)];
    const echo = await inInterpreter('echo', kindName, messages.receiver, replies.sender);
    return session([messages, replies], [echo], (count) =>
      roundTrips(kind, count, messages.sender, replies.receiver),
    );
  },
};

/** @type {Contender} */
export const isolaneBetween = {
  title: 'between interpreters',

  async oneWay(kindName) {
    const [counts, messages] = [channel(), channelFor(kindName)];
    const sums = /** @type {import('isolane').Channel<number>} */ (channel());
    const guests = [
      await inInterpreter('consume', kindName, messages.receiver, sums.sender),
      await inInterpreter('produce', kindName, counts.receiver, messages.sender),
    ];
    return session([counts, messages, sums], guests, (count) => {
      const start = performance.now();
      counts.sender.sendSync(count);
      const sum = sums.receiver.receiveSync();
      return { ms: performance.now() - start, sum };
    });
  },

  async roundTrip(kindName) {
    const counts = channel();
    const [messages, replies] = [channelFor(kindName), channelFor(kindName)];
    const results = /** @type {import('isolane').Channel<Batch>} */ (channel());
    const ends = [counts.receiver, messages.sender, replies.receiver, results.sender];
    const guests = [
      await inInterpreter('echo', kindName, messages.receiver, replies.sender),
      await inInterpreter('ask', kindName, ...ends),
    ];
    return session([counts, messages, replies, results], guests, (count) => {
      counts.sender.sendSync(count);
      return results.receiver.receiveSync();
    });
  },
};

/** @type {Contender} */
export const isolaneAsync = {
  title: 'async on main loop',

  async oneWay(kindName) {
    const { read } = kindNamed(kindName);
    const [counts, messages] = [channel(), channelFor(kindName)];
    const producer = await inInterpreter('produce', kindName, counts.receiver, messages.sender);
    return session([counts, messages], [producer], async (count) => {
      let sum = 0;
      const start = performance.now();
      counts.sender.sendSync(count);
      for await (const message of messages.receiver) {
        const value = read(message);
        if (value === end) break;
        sum += value;
      }
      return { ms: performance.now() - start, sum };
    });
  },

  async roundTrip(kindName) {
    const { next, read, moved } = kindNamed(kindName);
    const [messages, replies] = [channelFor(kindName), channelFor(kindName)];
    const echo = await inInterpreter('echo', kindName, messages.receiver, replies.sender);
    return session([messages, replies], [echo], async (count) => {
      let sum = 0;
      let reply;
      const start = performance.now();
      for (let n = 1; n <= count; n++) {
        const message = next(n, reply);
        await messages.sender.send(moved ? move(message) : message);
        reply = await replies.receiver.receive();
        sum += read(reply);
      }
      return { ms: performance.now() - start, sum };
    });
  },
};

/** @param {string} kindName */
function channelFor(kindName) {
  const { fields } = kindNamed(kindName);
  return channel(fields && { of: struct(/** @type {any} */ (fields)) });
}

/**
 * Starts a function of the guest module in an interpreter of its own.
 *
 * @param {string} name
 * @param {...unknown} args
 */
export async function inInterpreter(name, ...args) {
  const interpreter = await Interpreter.create({ name });
  const module = await interpreter.import(guest);
  return { interpreter, ended: module[name](...args) };
}

/**
 * Parties that end when their channels are closed.
 *
 * @param {import('isolane').Channel<any>[]} channels
 * @param {Awaited<ReturnType<typeof inInterpreter>>[]} guests
 * @param {Session['run']} run
 * @returns {Session}
 */
export function session(channels, guests, run) {
  return {
    run,
    async close() {
      for (const each of channels) each.close();
      for (const { interpreter, ended } of guests) {
        await ended;
        await interpreter.close();
      }
    },
  };
}
