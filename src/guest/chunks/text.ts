import type { Tools } from '../tools.js';
import { useBinding } from './text/binding.js';
import { TextDecoder } from './text/decoder.js';
import { TextEncoder } from './text/encoder.js';

export function make({ guest }: Tools): object {
  useBinding(guest);
  return { TextDecoder, TextEncoder };
}
