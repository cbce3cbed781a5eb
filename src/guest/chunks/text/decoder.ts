import { finishClass } from '../support/classes.js';
import { coded, invalidArgument, invalidThis } from '../support/node-errors.js';
import { decoderFor, type StreamDecoder } from './encodings.js';

interface DecoderOptions {
  fatal?: boolean;
  ignoreBOM?: boolean;
}

const NO_BYTES = new Uint8Array(0);

export class TextDecoder {
  readonly #label: string;
  readonly #encoding: string;
  readonly #fatal: boolean;
  readonly #ignoreBOM: boolean;
  readonly #decoder: StreamDecoder;
  /** Whether nothing of the text has been given out yet, so that a byte order mark may still come. */
  #atStart = true;

  constructor(label: unknown = 'utf-8', options: unknown = {}) {
    if (options !== null && typeof options !== 'object') {
      throw invalidArgument('options', 'of type object', options);
    }
    const { fatal, ignoreBOM } = (options ?? {}) as DecoderOptions;
    this.#label = `${label}`;
    this.#fatal = Boolean(fatal);
    this.#ignoreBOM = Boolean(ignoreBOM);
    const found = decoderFor(this.#label, this.#fatal);
    if (found === undefined) {
      const text = `The "${this.#label}" encoding is not supported`;
      throw coded(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', text);
    }
    this.#encoding = found.encoding;
    this.#decoder = found.decoder;
  }

  get encoding(): string {
    if (!(#label in this)) throw invalidThis('TextDecoder');
    return this.#encoding;
  }

  get fatal(): boolean {
    if (!(#label in this)) throw invalidThis('TextDecoder');
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    if (!(#label in this)) throw invalidThis('TextDecoder');
    return this.#ignoreBOM;
  }

  decode(input?: unknown, options?: { stream?: boolean } | null): string {
    if (!(#label in this)) throw invalidThis('TextDecoder');
    const stream = Boolean(options?.stream);
    const text = this.#decoder.decode(bytesOf(input), stream);
    if (text === undefined) {
      this.#atStart = true;
      const message = `The encoded data was not valid for encoding ${this.#encoding}`;
      throw coded(TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', message);
    }
    const atStart = this.#atStart;
    this.#atStart = !stream || (atStart && text === '');
    const marked = atStart && this.#decoder.unicode && text.startsWith('\uFEFF');
    return marked && !this.#ignoreBOM ? text.slice(1) : text;
  }
}
finishClass(TextDecoder, 'TextDecoder', ['encoding', 'fatal', 'ignoreBOM', 'decode']);

function bytesOf(input: unknown): Uint8Array {
  if (input === undefined) return NO_BYTES;
  if (ArrayBuffer.isView(input)) {
    return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  }
  const tag = Object.prototype.toString.call(input);
  if (tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]') {
    return new Uint8Array(input as ArrayBufferLike);
  }
  const expected = 'an instance of ArrayBuffer, SharedArrayBuffer or a view of one';
  throw invalidArgument('input', expected, input);
}
