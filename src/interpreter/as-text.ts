/** The text of a value from elsewhere, which may have a `toString` that is none. Never throws. */
export function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
