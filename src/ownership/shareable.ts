import { native } from '../binding/binding.js';
import { type AnyClass, add, decode, encode, problemOfClass } from './classes.js';

/** Has instances of its classes travel as themselves; see {@link shareable}. */
export interface Shareable {
  /** What an instance travels as: anything that can be sent. */
  [encode](): unknown;
}

/** A class of {@link Shareable} instances. */
export interface ShareableClass<T extends Shareable = Shareable> {
  readonly name: string;
  readonly prototype: T;
  /** Makes an instance anew, of what `[shareable.encode]()` has returned. */
  [decode](data: ReturnType<T[typeof encode]>): T;
}

let expects = false;

function expectInstances(): void {
  if (expects) return;
  expects = true;
  native.expectInstances();
}

/** Whether a class was met that may have instances which travel as themselves. */
export function mayHaveInstances(): boolean {
  return expects;
}

/**
 * Classes that travel as themselves. `[shareable.encode]()` returns what an instance is sent as, which may be anything that can be sent, other
 * such instances included, and the static method `[shareable.decode](data)` makes an instance of it on the other side.
 *
 * There the class is found by its name: `shareable.register(Class)` makes it known in the interpreter in which it is called, best right
 * after the class, in a module that all import who send or receive it. Where an instance is sent, its class is known from then on.
 *
 * ```js
 * import { channel, shareable } from 'isolane';
 *
 * class Money {
 *   #cents;
 *   constructor(cents) {
 *     this.#cents = cents;
 *   }
 *   toString() {
 *     return `${(this.#cents / 100).toFixed(2)} EUR`;
 *   }
 *   [shareable.encode]() {
 *     return this.#cents;
 *   }
 *   static [shareable.decode](cents) {
 *     return new Money(cents);
 *   }
 * }
 * shareable.register(Money);
 *
 * const [tx, rx] = channel();
 * tx.sendSync({ price: new Money(1250) });
 * const { price } = rx.receiveSync();
 * console.log(price instanceof Money, String(price)); // true 12.50 EUR
 * ```
 */
export const shareable: {
  readonly encode: typeof encode;
  readonly decode: typeof decode;
  /**
   * Makes a class known in this interpreter, by its own name or another one; to do so again changes nothing. One that is known because
   * an instance was sent may be given another name than its own.
   *
   * Throws a TypeError if it has no method `[shareable.encode]`, no static method `[shareable.decode]` of its own or no name, if it is
   * registered by another name, or another class by this one.
   */
  register<T extends Shareable>(Class: ShareableClass<T>, name?: string): void;
} = Object.freeze({
  // Until this is read or a class is registered, nobody looks for classes that have that method.
  get encode(): typeof encode {
    expectInstances();
    return encode;
  },
  get decode(): typeof decode {
    return decode;
  },
  register(Class: object, name = (Class as AnyClass | undefined)?.name): void {
    const prototype = typeof Class === 'function' ? (Class.prototype as unknown) : undefined;
    if (typeof prototype !== 'object' || prototype === null || typeof name !== 'string') {
      throw new TypeError('shareable.register() takes a class, and its name as a string.');
    }
    const problem = problemOfClass(Class as never, name);
    if (problem !== undefined) {
      throw new TypeError(`This class cannot be registered: ${problem}.`);
    }
    expectInstances();
    add(Class as never, name, true);
  },
});
