const kept: unknown[] = [];

/** Keeps a channel of which a test uses one end only: the other would be collected at any moment, which closes it. */
export function keep<T>(value: T): T {
  kept.push(value);
  return value;
}
