import { whole } from '../binding/own-code.js';

/** A promise of an operation that was pending. */
export interface Settling {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What pending operations have come to, in their order. It is told when our own code is done with them: values and errors may be made by
 * code of the user's, which may be endless, throw, or use the same handle.
 */
export class Outcomes {
  private readonly left: (() => void)[] = [];

  /** With a value that is there. */
  resolve(operation: Settling, value: unknown): void {
    if (this.left.length === 0) operation.resolve(value as never);
    else this.left.push(() => operation.resolve(value as never));
  }

  /** With what `make` returns; rejects with what it throws. */
  resolveLater(operation: Settling, make: () => unknown): void {
    this.left.push(() => {
      try {
        operation.resolve(make() as never);
      } catch (error) {
        operation.reject(error);
      }
    });
  }

  /** With the error that `make` returns, or throws. */
  reject(operation: Settling, make: () => unknown): void {
    this.left.push(() => {
      try {
        operation.reject(make());
      } catch (error) {
        operation.reject(error);
      }
    });
  }

  /** Changes what is pending: whole, but for telling what came of it. */
  after<R>(change: () => R): R {
    try {
      return whole(change);
    } finally {
      this.tell();
    }
  }

  tell(): void {
    while (this.left.length > 0) this.left.shift()?.();
  }
}
