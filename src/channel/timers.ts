import { native } from '../binding/binding.js';
import { Receiver } from './receiver.js';

/**
 * A channel into which one message comes, after `ms` milliseconds (fractions allowed): the moment that was meant, in milliseconds since
 * 1970. It never closes by itself, so that in a loop of selects it is ready once. Nothing runs meanwhile.
 *
 * Throws a TypeError for anything but a number, and a RangeError for a negative one or NaN; `Infinity` is {@link never}.
 *
 * ```js
 * import { after, channel, select } from 'isolane';
 *
 * const [tx, answers] = channel();
 * const { key } = await select({ answers, late: after(20) });
 * console.log(key); // late
 * tx.close();
 * ```
 */
export function after(ms: number): Receiver<number> {
  return new Receiver<number>(native.createTimer(checked(ms, 'after', 0), false));
}

/**
 * A channel into which a message comes every `ms` milliseconds (fractions allowed), if the one before was taken: a slow reader finds one,
 * however late it is. The first comes after `ms`; each says which moment was meant, in milliseconds since 1970, a whole number of
 * periods after the start. It ends when its last receiver is closed.
 *
 * Throws a TypeError for anything but a number, and a RangeError for one below 0.001 or NaN.
 *
 * ```js
 * import { tick } from 'isolane';
 *
 * const ticks = tick(5);
 * const first = await ticks.receive();
 * console.log((await ticks.receive()) - first >= 4.999); // true
 * ticks.close();
 * ```
 */
export function tick(ms: number): Receiver<number> {
  const period = checked(ms, 'tick', 0.001);
  if (period === Number.POSITIVE_INFINITY) return never() as Receiver<number>;
  return new Receiver<number>(native.createTimer(period, true));
}

/**
 * A channel into which nothing ever comes, for a case of a select that is not wanted now.
 *
 * ```js
 * import { never } from 'isolane';
 *
 * console.log(never().tryReceive('nothing')); // nothing
 * ```
 */
export function never(): Receiver<never> {
  return new Receiver<never>(native.createTimer(Number.POSITIVE_INFINITY, false));
}

function checked(ms: unknown, name: string, least: number): number {
  if (typeof ms !== 'number') throw new TypeError(`${name}() takes a number of milliseconds.`);
  if (!(ms >= least)) {
    throw new RangeError(`${name}() takes ${least} milliseconds or more, but was given ${ms}.`);
  }
  return ms;
}
