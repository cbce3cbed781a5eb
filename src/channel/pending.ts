import { hold, release } from '../binding/alive.js';
import type { NativeEndpoint } from '../binding/binding.js';

/** Handles with pending operations: nothing else need refer to them, and they must not be collected. */
const busy = new Set<NativeEndpoint>();

/** To be called when the first operation of a handle becomes pending. */
export function startWaiting(endpoint: NativeEndpoint): void {
  busy.add(endpoint);
  hold();
}

/** To be called when the last pending operation of a handle has ended. */
export function stopWaiting(endpoint: NativeEndpoint): void {
  if (busy.delete(endpoint)) release();
}
