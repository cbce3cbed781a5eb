/** What import-meta-resolve takes of `node:util`: for its messages alone. */

export function inspect(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

export function format(text: string, ...values: unknown[]): string {
  return text.replace(/%[dfijoOs]/g, () => String(values.shift()));
}
