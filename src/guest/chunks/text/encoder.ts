import { finishClass } from '../support/classes.js';
import { invalidArgument, invalidThis } from '../support/node-errors.js';
import { guest } from './binding.js';

const counts = new Uint32Array(2);

export class TextEncoder {
  // What is called on anything else has no such field.
  #isOne = true;

  get encoding(): string {
    if (!(#isOne in this)) throw invalidThis('TextEncoder');
    return 'utf-8';
  }

  encode(text: unknown = ''): Uint8Array {
    if (!(#isOne in this)) throw invalidThis('TextEncoder');
    return guest.encodeUtf8(`${text}`);
  }

  encodeInto(text: unknown, target: unknown): { read: number; written: number } {
    if (!(#isOne in this)) throw invalidThis('TextEncoder');
    if (typeof text !== 'string') throw invalidArgument('src', 'of type string', text);
    if (!(target instanceof Uint8Array)) {
      throw invalidArgument('dest', 'an instance of Uint8Array', target);
    }
    guest.encodeUtf8Into(text, target, counts);
    return { read: counts[0] as number, written: counts[1] as number };
  }
}
finishClass(TextEncoder, 'TextEncoder', ['encoding', 'encode', 'encodeInto']);
