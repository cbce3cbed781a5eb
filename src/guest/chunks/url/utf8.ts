/** In the place of whatwg-url's own, which take what the guest may have replaced. */

import { tools } from './tools.js';

/** Most calls are for one character of ASCII, for which asking native code costs more than the answer. */
const ofAscii = Array.from({ length: 128 }, (_, code) => Uint8Array.of(code));

export function utf8Encode(text: string): Uint8Array {
  const short = text.length === 1 ? ofAscii[text.charCodeAt(0)] : undefined;
  return short ?? tools.guest.encodeUtf8(text);
}

export function utf8DecodeWithoutBOM(bytes: Uint8Array): string {
  return tools.guest.decodeUtf8(bytes, false) as string;
}
