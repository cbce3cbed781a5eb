/** Whether a result may have to be stepped through where it is: most are told from that at once. */
export function mayIterate(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false;
  const value = result as Record<PropertyKey, unknown>;
  try {
    return (
      typeof value[Symbol.asyncIterator] === 'function' ||
      (typeof value[Symbol.iterator] === 'function' && typeof value['next'] === 'function')
    );
  } catch {
    // A proxy; trying to send it says so.
    return false;
  }
}
