import { native } from '../binding/binding.js';

/**
 * Whether the value can be sent as it is; if not, sending it throws a {@link NotShareableError}, which says why; what a getter or
 * `[shareable.encode]()` throws; or a RangeError if it is nested deeper than the stack is. It costs what sending the value costs, getters
 * and `[shareable.encode]()` are called, and nothing is handed over.
 *
 * ```js
 * import { isShareable } from 'isolane';
 *
 * console.log(isShareable({ list: [1, new Map([['a', new Date(0)]])] })); // true
 * console.log(isShareable({ onClick() {} })); // false
 * ```
 */
export function isShareable(value: unknown): boolean {
  return native.isShareable(value);
}
