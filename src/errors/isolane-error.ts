/**
 * The base of all errors that Isolane itself makes. Its `code` is stable; its message may change.
 *
 * ```js
 * import { channel, IsolaneError } from 'isolane';
 *
 * const [tx] = channel(1);
 * try {
 *   tx.trySend(() => {});
 * } catch (error) {
 *   console.log(error instanceof IsolaneError, error.code); // true ERR_ISOLANE_NOT_SHAREABLE
 * }
 * ```
 */
export class IsolaneError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

nameErrors(IsolaneError, 'IsolaneError');

/** Gives a class of errors its name, which must survive minifiers. */
export function nameErrors(errorClass: { prototype: Error }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', {
    value: name,
    configurable: true,
    writable: true,
  });
}

/** Options that carry `reason` as an error's cause when there is a reason. */
export function causedBy(reason: unknown): ErrorOptions | undefined {
  return reason === undefined ? undefined : { cause: reason };
}
