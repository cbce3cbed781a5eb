import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { assertSame } from './same.js';

const texts = [
  ...[
    '',
    'ascii',
    '\u00e9\u4e2d\u{1f600}',
    'a\0b',
    'lone \ud83d surrogate',
    '\ude00',
    '\ud83d\ud83d\ude00',
    '\ufeffmarked',
  ],
  ...[
    '\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}',
    'x'.repeat(1000),
    '\u00e9'.repeat(500),
    '\u{1f600}'.repeat(300),
  ],
];

/** Bytes that UTF-8 has, and has not. */
const sequences = [
  ...[
    [],
    [0x41],
    [0xc3, 0xa9],
    [0xe4, 0xb8, 0xad],
    [0xf0, 0x9f, 0x98, 0x80],
    [0xef, 0xbb, 0xbf, 0x41],
  ],
  ...[
    [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf],
    [0xef, 0xbb],
    [0xef],
    [0xff],
    [0xfe, 0x41],
    [0x80],
    [0xbf, 0xbf],
    [0xc0, 0x80],
  ],
  ...[
    [0xc1, 0xbf],
    [0xc3],
    [0xc3, 0x41],
    [0xe0, 0x80, 0x80],
    [0xe0, 0x9f, 0xbf],
    [0xe0, 0xa0],
    [0xe4, 0xb8],
    [0xe4, 0xb8, 0x41],
  ],
  ...[
    [0xed, 0xa0, 0x80],
    [0xed, 0x9f, 0xbf],
    [0xf0, 0x80, 0x80, 0x80],
    [0xf0, 0x9f, 0x98],
    [0xf0, 0x9f],
    [0xf0],
    [0xf0, 0x9f, 0x41],
  ],
  ...[
    [0xf4, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xfc],
    [0x41, 0xc3, 0xc3, 0xa9],
  ],
];

const units = [
  ...[
    [],
    [0x41, 0],
    [0, 0x41],
    [0xff, 0xfe, 0x41, 0],
    [0xfe, 0xff, 0, 0x41],
    [0x41],
    [0x41, 0, 0x42],
  ],
  ...[
    [0x3d, 0xd8, 0, 0xde],
    [0xd8, 0x3d, 0xde, 0],
    [0x3d, 0xd8],
    [0x3d, 0xd8, 0x41, 0],
    [0, 0xde],
    [0x3d, 0xd8, 0x3d, 0xd8, 0, 0xde],
  ],
  ...[
    [0xff, 0xfe],
    [0xff, 0xfe, 0xff, 0xfe],
    [0, 0xd8, 0, 0xd8],
  ],
];

/** Decodes in every cut into two pieces, and in single bytes. */
function decodeInPieces(label: string, bytes: number[], options: string): string[] {
  const make = `new TextDecoder('${label}', ${options})`;
  const cuts = bytes.map((_, at) => [bytes.slice(0, at), bytes.slice(at)]);
  return [...cuts, bytes.map((byte) => [byte])].map((pieces) => {
    const calls = pieces.map((piece) => `d.decode(Uint8Array.of(${piece}), { stream: true })`);
    return `((d) => [${[...calls, 'd.decode()', 'd.decode(Uint8Array.of(0x41, 0x42))'].join(', ')}])(${make})`;
  });
}

function decodeAtOnce(label: string, bytes: number[], options: string): string {
  return `((d) => [d.decode(Uint8Array.of(${bytes})), d.decode(Uint8Array.of(${bytes}))])(new TextDecoder('${label}', ${options}))`;
}

describe('TextEncoder in a guest', () => {
  const create = interpreters();

  it('encodes all of Unicode as that of Node does', async () => {
    const guest = await create();
    const encode = (texts: string[]) => texts.map((text) => new TextEncoder().encode(text));
    assert.deepEqual(await guest.call(encode, texts), encode(texts));
  });

  // Not compared with Node's, as Node 26 leaves room that a character of two bytes would have.
  it('encodes into what room there is, in whole characters', async () => {
    const guest = await create();
    const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 100, 1100, 5000];
    const cases = texts.flatMap((text) => sizes.map((size) => ({ text, size })));
    const there = await guest.call(
      (cases) =>
        cases.map(({ text, size }) => {
          const target = new Uint8Array(size + 2).fill(7);
          const room = target.subarray(1, size + 1);
          const { read, written } = new TextEncoder().encodeInto(text, room);
          return { read, written, target };
        }),
      cases,
    );
    const expected = cases.map(({ text, size }) => {
      const target = new Uint8Array(size + 2).fill(7);
      let [read, written] = [0, 0];
      for (const character of text) {
        const bytes = new TextEncoder().encode(character);
        if (written + bytes.length > size) break;
        target.set(bytes, 1 + written);
        read += character.length;
        written += bytes.length;
      }
      return { read, written, target };
    });
    assert.deepEqual(there, expected);
  });

  it('takes and refuses what that of Node does', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        "new TextEncoder().encodeInto('x', 5)",
        'new TextEncoder().encodeInto(5, new Uint8Array(3))',
        "new TextEncoder().encodeInto('x', new Uint16Array(3))",
        'new TextEncoder().encodeInto()',
      ],
      { codes: true },
    );
    await assertSame(guest, [
      'new TextEncoder().encode(5)',
      'new TextEncoder().encode(null)',
      'new TextEncoder().encode(undefined)',
      'new TextEncoder().encode(Symbol())',
      'new TextEncoder().encoding',
      'TextEncoder()',
      'TextEncoder.prototype.encode.call({})',
      'Object.prototype.toString.call(new TextEncoder())',
      "new TextEncoder().encodeInto('\u00e9x', new Uint8Array(new SharedArrayBuffer(4)))",
    ]);
  });
});

describe('TextDecoder in a guest', () => {
  const create = interpreters();

  for (const [label, all] of [
    ['utf-8', sequences],
    ['utf-16le', units],
    ['utf-16be', units],
  ] as const) {
    it(`decodes ${label} as that of Node does, whole and in pieces`, async () => {
      const guest = await create();
      const kinds = [
        '{}',
        '{ ignoreBOM: true }',
        '{ fatal: true }',
        '{ fatal: true, ignoreBOM: true }',
      ];
      const whole = kinds.flatMap((options) =>
        all.map((bytes) => decodeAtOnce(label, bytes, options)),
      );
      // What a decoder is like after it has thrown, Node's versions do not agree on.
      // And of two byte order marks in pieces Node 22 and later drop both.
      const cut = all.filter((bytes) => String(bytes) !== '239,187,191,239,187,191');
      const pieces = kinds
        .slice(0, 2)
        .flatMap((options) => cut.flatMap((bytes) => decodeInPieces(label, bytes, options)));
      await assertSame(guest, [...whole, ...pieces], { codes: true });
    });
  }

  it('drops one byte order mark, however it comes in pieces', async () => {
    const guest = await create();
    const texts = await guest.call(() =>
      [1, 2, 3, 4, 5].map((at) => {
        const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf);
        const decoder = new TextDecoder();
        const first = decoder.decode(bytes.subarray(0, at), { stream: true });
        return first + decoder.decode(bytes.subarray(at));
      }),
    );
    assert.deepEqual(texts, Array(5).fill('\ufeff'));
  });

  it('decodes windows-1252 as the standard says, which Node 20 does not', async () => {
    const guest = await create();
    const text = await guest.call(() =>
      new TextDecoder('latin1').decode(Uint8Array.from({ length: 256 }, (_, i) => i)),
    );
    assert.equal(text.length, 256);
    assert.equal(
      text.slice(0x80, 0xa0),
      '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178',
    );
    const others = Uint8Array.from({ length: 256 }, (_, i) => i).filter(
      (i) => i < 0x80 || i > 0x9f,
    );
    assert.equal(
      text.replace(/[^\0-\x7f\xa0-\xff]|[\x80-\x9f]/g, ''),
      Buffer.from(others).toString('latin1'),
    );
  });

  it('takes and refuses what that of Node does', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        ...[
          'utf-8',
          'UTF8',
          ' utf-8\\n',
          'unicode-1-1-utf-8',
          'utf-16',
          'ucs-2',
          'utf-16LE',
          'utf-16be',
          'unicodefffe',
        ],
        ...[
          'ascii',
          'latin1',
          'ISO-8859-1',
          'windows-1252',
          'cp1252',
          'l1',
          'us-ascii',
          'x',
          '',
          'utf-7',
          'utf-32',
          '\\u00a0utf-8',
        ],
      ].map((label) => `new TextDecoder('${label}').encoding`),
      { codes: true },
    );
    await assertSame(
      guest,
      [
        "new TextDecoder('utf-8').decode({})",
        "new TextDecoder('utf-8').decode(null)",
        "new TextDecoder('utf-8', 5)",
        "new TextDecoder('x')",
      ],
      { codes: true },
    );
    await assertSame(guest, [
      'new TextDecoder().encoding',
      'new TextDecoder(undefined, null).fatal',
      "((d) => [d.fatal, d.ignoreBOM])(new TextDecoder('utf-8', { fatal: 1, ignoreBOM: 'x' }))",
      'new TextDecoder().decode()',
      'new TextDecoder().decode(new Uint8Array([65, 66]).buffer)',
      'new TextDecoder().decode(new DataView(new Uint8Array([65, 66, 67]).buffer, 1, 1))',
      'new TextDecoder().decode(new Uint16Array([0x4241]))',
      'new TextDecoder().decode(new Uint8Array(new SharedArrayBuffer(2)))',
      'TextDecoder()',
      'TextDecoder.prototype.fatal',
      'Object.prototype.toString.call(new TextDecoder())',
    ]);
  });
});
