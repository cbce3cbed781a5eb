import { native } from './binding.js';

let pending = 0;

/**
 * Keeps this Node environment alive until as many `release` calls have followed. Operations that wait in channels do so of themselves, as
 * long as another party can complete them.
 */
export function hold(): void {
  if (pending++ === 0) native.keepAlive(true);
}

export function release(): void {
  if (--pending === 0) native.keepAlive(false);
}

/** Whether anything is awaited of others. */
export function isHeld(): boolean {
  return native.awaitsOthers();
}
