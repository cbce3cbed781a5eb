import { native, type SharedSeed } from '../binding/binding.js';
import { type Immutable, immutable } from './immutable.js';

/** A value that all interpreters have in common, made by {@link share}. Sent anywhere, it is neither copied nor encoded again. */
export class Shared<T> extends native.NativeShared {
  #value: Immutable<T> | undefined = undefined;
  #isThere = false;

  /** @internal */
  constructor(seed: SharedSeed) {
    super(seed);
  }

  /** The same for the same value in all interpreters. */
  get id(): number {
    return this.nativeId();
  }

  /** The value, which nothing can change: decoded when it is first asked for in an interpreter, and then kept. */
  get value(): Immutable<T> {
    if (!this.#isThere) {
      this.#value = immutable(this.nativeDecode()) as Immutable<T>;
      this.#isThere = true;
    }
    return this.#value as Immutable<T>;
  }
}

/**
 * Makes a value that all interpreters have in common. It is encoded once, now, and the original stays as it is; `value` gives what nobody
 * can change:
 *
 * - of an `ArrayBuffer`, typed array or `DataView` a {@link ReadonlyView}, in every interpreter of the same block of memory
 *   (`share(move(bytes))` takes that of the original, without a copy);
 * - of a string that string; one of 4 KB or more is the same block of memory in all interpreters, too;
 * - of anything else a deeply frozen copy, one in each interpreter that asks for it.
 *
 * Throws a NotShareableError for what cannot travel, and for what has one owner: endpoints, and what is marked by `move` inside a value.
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
  return value instanceof Shared ? value : new Shared<T>(native.share(value));
}
