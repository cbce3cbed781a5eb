import { native } from '../binding/binding.js';

/** What a result is that is stepped through where it is, should it be that; what travels as itself is not: arrays, Maps, receivers and the like. */
export function iteratorKind(result: unknown): 'iterator' | 'async iterable' | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const value = result as Record<PropertyKey, unknown>;
  try {
    const kind = typeof value[Symbol.asyncIterator] === 'function' ? 'async iterable' : 'iterator';
    if (kind === 'iterator') {
      if (typeof value[Symbol.iterator] !== 'function' || typeof value['next'] !== 'function') {
        return undefined;
      }
    }
    const travels = value instanceof native.NativeReceiver || value instanceof native.NativeMoved;
    return travels ? undefined : kind;
  } catch {
    // A proxy; trying to send it says so.
    return undefined;
  }
}
