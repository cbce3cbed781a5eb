/** What the fuzzers begin with. */

const texts = [
  '',
  'ascii',
  'Grüße',
  'Привет',
  '中文',
  '😀 a\0b',
  'ÿ'.repeat(60),
  '\u{10ffff}\u{800}\u{7ff}',
];

const utf8 = texts.map((text) => Buffer.from(text));

/** A parcel as native/fuzz/core/native_values_fuzz.cc reads it. */
const parcel = (tag, meta, size, bytes) =>
  Buffer.from([tag, meta, size & 255, size >> 8, ...bytes]);

const words = [0, 1, 0x7fffffff, 0x80000000].map((low) => {
  const word = Buffer.alloc(8);
  word.writeUInt32LE(low);
  return word;
});

/** Of the targets that run without an engine, by their names. */
export const coreSeeds = {
  utf8,
  native_values: [
    ...[1, 2, 3, 4, 5, 6].flatMap((tag) => words.map((word) => parcel(tag, 0, 0, word))),
    ...texts.map((text) => parcel(7, 0, 0, Buffer.from(text, 'latin1'))),
    ...texts.map((text) => parcel(8, 0, 0, Buffer.from(text, 'utf16le'))),
    ...Array.from({ length: 14 }, (_, view) => parcel(9, view, 0, Buffer.alloc(16, view))),
    parcel(10, 1, 64, [8, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0]),
    parcel(13, 1, 64, []),
  ],
};
