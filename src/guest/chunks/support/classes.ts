type Class = { readonly prototype: object };

/**
 * Finishes a class as the Web's are: its name, which bundlers change, its tag, and which of its members are enumerable.
 */
export function finishClass(made: Class, name: string, enumerable: readonly string[]): void {
  Object.defineProperty(made, 'name', { value: name });
  Object.defineProperty(made.prototype, Symbol.toStringTag, { value: name, configurable: true });
  for (const key of enumerable) Object.defineProperty(made.prototype, key, { enumerable: true });
}

/** Gives a class constants, which its prototype has as well. */
export function constants(made: Class, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(made, name, { value, enumerable: true });
    Object.defineProperty(made.prototype, name, { value, enumerable: true });
  }
}
