/**
 * In interpreters with a memory limit: what takes memory that the engine does not count, or that it ends the process for, asks
 * first. Loaded before any code of the user's, which never gets hold of the engine's own functions that are replaced here.
 *
 * All that runs later must work whatever user code has made of the globals and prototypes: it keeps what it needs from the start.
 */

import type { MemoryGuardBinding } from './memory-guard/binding.js';
import { guardBuffers } from './memory-guard/buffers.js';
import { guardTexts } from './memory-guard/texts.js';
import { guardWasm } from './memory-guard/wasm.js';

export function install(binding: MemoryGuardBinding): void {
  guardBuffers(binding);
  guardWasm(binding);
  guardTexts();
}
