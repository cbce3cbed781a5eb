/** In the place of `@exodus/bytes`, which has all encodings: a URL that code makes has the query in UTF-8. */

import { utf8Encode } from './utf8.js';

/** Percent-encodes controls, all above ASCII, and what is in `set`. */
export function percentEncodeAfterEncoding(_encoding: string, input: string, set: string): string {
  if (/^[\x21-\x7e]*$/.test(input) && !Array.from(set).some((each) => input.includes(each))) {
    return input;
  }
  let encoded = '';
  for (const byte of utf8Encode(input)) {
    const character = String.fromCharCode(byte);
    encoded +=
      byte < 0x20 || byte > 0x7e || set.includes(character)
        ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : character;
  }
  return encoded;
}
