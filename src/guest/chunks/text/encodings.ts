import { guest } from './binding.js';

/** Decodes bytes piece by piece. */
export interface StreamDecoder {
  /** Whether a text may begin with a byte order mark. */
  readonly unicode: boolean;
  /** `stream`: more will come, so that a character cut off at the end waits for its rest. Undefined: fatal, and not valid. */
  decode(bytes: Uint8Array, stream: boolean): string | undefined;
}

type MakeDecoder = (fatal: boolean) => StreamDecoder;

const encodings: Record<string, { labels: string[]; make: MakeDecoder }> = {
  'utf-8': {
    labels: ['unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'utf8', 'x-unicode20utf8'],
    make: (fatal) => new Utf8Decoder(fatal),
  },
  'utf-16le': {
    labels: ['csunicode', 'iso-10646-ucs-2', 'ucs-2', 'unicode', 'unicodefeff', 'utf-16'],
    make: (fatal) => new Utf16Decoder(fatal, false),
  },
  'utf-16be': {
    labels: ['unicodefffe'],
    make: (fatal) => new Utf16Decoder(fatal, true),
  },
  'windows-1252': {
    labels: [
      ...['ansi_x3.4-1968', 'ascii', 'cp1252', 'cp819', 'csisolatin1', 'ibm819', 'iso-8859-1'],
      ...['iso-ir-100', 'iso8859-1', 'iso88591', 'iso_8859-1', 'iso_8859-1:1987', 'l1', 'latin1'],
      ...['us-ascii', 'x-cp1252'],
    ],
    make: () => windows1252,
  },
};

const encodingOf = new Map<string, string>();
for (const [encoding, { labels }] of Object.entries(encodings)) {
  for (const label of [encoding, ...labels]) encodingOf.set(label, encoding);
}

/** The encoding of that label, and a new decoder for it; undefined if there is none. */
export function decoderFor(
  label: string,
  fatal: boolean,
): { encoding: string; decoder: StreamDecoder } | undefined {
  const name = label.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').toLowerCase();
  const encoding = encodingOf.get(name);
  if (encoding === undefined) return undefined;
  const made = encodings[encoding]?.make(fatal);
  return made && { encoding, decoder: made };
}

const NO_BYTES = new Uint8Array(0);

class Utf8Decoder implements StreamDecoder {
  readonly unicode = true;
  /** The start of a character whose rest has not come yet. */
  private rest: Uint8Array = NO_BYTES;

  constructor(private readonly fatal: boolean) {}

  decode(bytes: Uint8Array, stream: boolean): string | undefined {
    const all = joined(this.rest, bytes);
    const complete = stream ? completeUtf8(all) : all.length;
    this.rest = all.slice(complete);
    const text = guest.decodeUtf8(all.subarray(0, complete), this.fatal);
    if (text === undefined) this.rest = NO_BYTES;
    return text;
  }
}

/** The second bytes that a first one allows, where these are not all from 0x80 to 0xBF; see table 3-7 of the Unicode Standard. */
const seconds: Record<number, readonly [low: number, high: number]> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
};

/** How many bytes there are before a character that is cut off at the end. */
function completeUtf8(bytes: Uint8Array): number {
  for (let have = 1; have <= Math.min(3, bytes.length); have++) {
    const at = bytes.length - have;
    const first = bytes[at] as number;
    if (first >= 0x80 && first <= 0xbf) continue;
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || have >= length) return bytes.length;
    const [low, high] = seconds[first] ?? [0x80, 0xbf];
    const second = bytes[at + 1] ?? low;
    return second >= low && second <= high ? at : bytes.length;
  }
  return bytes.length;
}

/** Strings have it since V8 11.1, and TypeScript's library since ES2024. */
interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

class Utf16Decoder implements StreamDecoder {
  readonly unicode = true;
  private rest: Uint8Array = NO_BYTES;

  constructor(
    private readonly fatal: boolean,
    private readonly bigEndian: boolean,
  ) {}

  decode(bytes: Uint8Array, stream: boolean): string | undefined {
    const all = joined(this.rest, bytes);
    const even = all.length - (all.length % 2);
    const raw = guest.decodeUtf16(all.subarray(0, even), this.bigEndian);
    const last = raw.charCodeAt(raw.length - 1);
    const isCut = last >= 0xd800 && last <= 0xdbff;
    const whole = isCut ? raw.slice(0, -1) : raw;
    this.rest = stream ? all.slice(2 * whole.length) : NO_BYTES;
    // Half a character and half a code unit at the end are one mistake.
    const broken = !stream && 2 * whole.length < all.length;
    const text = whole as string & WellFormed;
    if (this.fatal && (broken || !text.isWellFormed())) {
      this.rest = NO_BYTES;
      return undefined;
    }
    return text.toWellFormed() + (broken ? '\uFFFD' : '');
  }
}

/** What windows-1252 has from 0x80 on, where ISO 8859-1 has controls. */
const REPLACED =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

const windows1252: StreamDecoder = {
  unicode: false,
  decode: (bytes) =>
    guest
      .decodeLatin1(bytes)
      .replace(/[\x80-\x9f]/g, (control) => REPLACED[control.charCodeAt(0) - 0x80] as string),
};

function joined(start: Uint8Array, end: Uint8Array): Uint8Array {
  if (start.length === 0) return end;
  const bytes = new Uint8Array(start.length + end.length);
  bytes.set(start);
  bytes.set(end, start.length);
  return bytes;
}
