/** What web-streams-polyfill gets in place of these globals (scripts/lib/guest-plugins.mjs): as they were at the start. */

import type { BuiltIns } from '../../lazy-globals.js';
import type { Tools } from '../../tools.js';

export let AbortController: BuiltIns['AbortController'];
export let queueMicrotask: BuiltIns['queueMicrotask'];
export let structuredClone: BuiltIns['structuredClone'];

/** It looks for a DOMException there, for signals without a reason, which ours have. */
const noGlobals = {};

export { noGlobals as globalThis };

/** Before any stream is made. */
export function useTools({ builtIn }: Tools): void {
  AbortController = builtIn('AbortController');
  queueMicrotask = builtIn('queueMicrotask');
  structuredClone = builtIn('structuredClone');
}
