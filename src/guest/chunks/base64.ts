import type { Tools } from '../tools.js';
import { missingArguments } from './support/node-errors.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = '='.charCodeAt(0);

/** Of each value from 0 to 63. */
const characters = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
/** Of each character below 128; 64: none. */
const values = new Uint8Array(128).fill(64);
characters.forEach((character, value) => {
  values[character] = value;
});

export function make({ guest, builtIn }: Tools): object {
  const invalid = (message: string): Error =>
    new (builtIn('DOMException'))(message, 'InvalidCharacterError');

  function btoa(input?: unknown): string {
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    if (arguments.length === 0) throw missingArguments('input');
    const text = `${input}`;
    const bytes = new Uint8Array(Math.ceil(text.length / 3) * 4);
    for (let from = 0, to = 0; from < text.length; from += 3) {
      // NaN past the end, which the bit operations take as 0.
      const a = text.charCodeAt(from);
      const b = text.charCodeAt(from + 1);
      const c = text.charCodeAt(from + 2);
      if ((a | b | c) > 0xff) throw invalid('Invalid character');
      const left = text.length - from;
      bytes[to++] = characters[a >> 2] as number;
      bytes[to++] = characters[((a & 3) << 4) | (b >> 4)] as number;
      bytes[to++] = left > 1 ? (characters[((b & 15) << 2) | (c >> 6)] as number) : PADDING;
      bytes[to++] = left > 2 ? (characters[c & 63] as number) : PADDING;
    }
    return guest.decodeLatin1(bytes);
  }

  function atob(input?: unknown): string {
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    if (arguments.length === 0) throw missingArguments('input');
    let text = `${input}`.replace(/[\t\n\f\r ]/g, '');
    if (text.length % 4 === 0) text = text.replace(/={1,2}$/, '');
    if (text.length % 4 === 1) {
      throw invalid('The string to be decoded is not correctly encoded.');
    }
    const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
    let to = 0;
    let bits = 0;
    for (let from = 0; from < text.length; from++) {
      const value = values[text.charCodeAt(from)] ?? 64;
      if (value === 64) throw invalid('Invalid character');
      bits = (bits << 6) | value;
      const place = from % 4;
      if (place > 0) bytes[to++] = bits >> (6 - 2 * place);
    }
    return guest.decodeLatin1(bytes);
  }

  return { atob, btoa };
}
