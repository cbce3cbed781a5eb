import { native, type SharedSeed } from '../binding/binding.js';
import type { Immutable } from './immutable.js';
import { plainBuffers } from './move.js';
import { mayHaveInstances } from './shareable.js';
import { withStandIns } from './stand-ins.js';

/** What each value was decoded of, which lives as long as that: the same value never comes twice. */
const sources = new WeakMap<object, object>();

/**
 * A value that all interpreters have in common, made by {@link share}. Sent anywhere, it is neither copied nor encoded again. `V` is what
 * becomes of a `T`.
 */
export class Shared<T, out V = Immutable<T>> extends native.NativeShared {
  #value: V | undefined = undefined;
  #isThere = false;

  /** @internal */
  constructor(seed: SharedSeed) {
    super(seed);
    Object.freeze(this);
  }

  /** The same for the same value in all interpreters. */
  get id(): number {
    return this.nativeId();
  }

  /** The value, which nothing can change: decoded when it is first asked for in an interpreter, and then kept. */
  get value(): V {
    if (!this.#isThere) {
      const value = native.decodeShared(this);
      if (typeof value === 'object' && value !== null) sources.set(value, this);
      this.#value = value as V;
      this.#isThere = true;
    }
    return this.#value as V;
  }
}

/**
 * Makes a value that all interpreters have in common. It is encoded once, now, and the original stays as it is; `value` gives what nobody
 * can change:
 *
 * - of an `ArrayBuffer`, typed array or `DataView`, alone or anywhere in the value, a {@link ReadonlyView}, in every interpreter of
 *   the same block of memory (`share(move(bytes))` takes that of the original, without a copy);
 * - of a string that string; one of 4 KB or more is the same block of memory in all interpreters, too;
 * - of anything else a deeply frozen copy, one in each interpreter that asks for it. What stands for a Map, a Set, a Date or a RegExp in
 *   it has their methods for reading, but is none of them: those could be changed.
 *
 * Throws a NotShareableError for what cannot travel, and for what has one owner: endpoints and boxes made by `own`.
 *
 * ```js
 * import { Interpreter, share } from 'isolane';
 *
 * const table = share({ rates: new Map([['EUR', 1], ['CHF', 0.95]]) });
 * const pixels = share(new Uint8Array(1_000_000).fill(7));
 * const guest = await Interpreter.create();
 * console.log(await guest.call((table) => table.value.rates.get('CHF'), table)); // 0.95
 * console.log(await guest.call((pixels) => pixels.value.at(-1), pixels)); // 7
 * try {
 *   pixels.value[0] = 1;
 * } catch (error) {
 *   console.log(error.name, pixels.value[0]); // TypeError 7
 * }
 * await guest.close();
 * ```
 */
export function share<T>(value: T): Shared<T> {
  if (value instanceof Shared) return value;
  const whole = mayHaveInstances() ? withStandIns(value)[0] : value;
  return new Shared<T>(native.share(whole, plainBuffers(whole)));
}
