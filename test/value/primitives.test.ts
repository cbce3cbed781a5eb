import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { channel } from 'isolane';
import { interpreters } from '../support/interpreters.js';

const numbers = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.1,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 30,
  -(2 ** 30) - 1,
  2 ** 53,
  -(2 ** 53),
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  Number.EPSILON,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const bigints = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  -(2n ** 63n),
  -(2n ** 63n) - 1n,
  2n ** 64n - 1n,
  2n ** 64n,
  10n ** 100n,
  -(10n ** 100n),
  7n ** 5000n,
];

const others = [undefined, null, true, false];

/** Lengths at which the form of a string could change: cells hold few dozens of bytes. */
const lengths = [
  0, 1, 2, 7, 8, 15, 16, 22, 23, 24, 25, 31, 32, 39, 40, 41, 46, 47, 48, 49, 50, 63, 64, 65, 255,
  256, 1000, 65_535, 65_536, 1_000_000,
];

const strings: [what: string, text: string][] = [
  ...lengths.flatMap((length): [string, string][] => [
    [`${length} one-byte characters`, 'abcdefghij'.repeat(length / 10 + 1).slice(0, length)],
    [`${length} characters of Latin-1`, 'é'.repeat(length)],
    [`${length} two-byte characters`, 'Ω中'.repeat(length / 2 + 1).slice(0, length)],
  ]),
  ['an emoji', '👩‍🚀 in space'],
  ['a zero character', 'a\0b\0'],
  ['only a zero character', '\0'],
  ['a lone high surrogate', 'a\ud83dz'],
  ['a lone low surrogate', '\udc00'],
  ['surrogates in the wrong order', '\udc00\ud83d'],
  ['the highest one-byte character', '\xff'],
  ['the lowest two-byte character', '\u0100'],
  ['a byte order mark', '\ufefftext'],
  ['the replacement character', '\ufffd'],
  ['a rope', ['one', 'two'.repeat(30), 'three'.repeat(300)].reduce((a, b) => a + b)],
  ['a slice', 'x'.repeat(100).concat('the end of a long string').slice(90)],
  ['a two-byte slice that is all one-byte', `Ω${'x'.repeat(100)}`.slice(1)],
  ['a property name', 'constructor'],
];

describe('a primitive', () => {
  const create = interpreters();

  function sameHere(value: unknown): void {
    const [tx, rx] = channel<unknown>(1);
    tx.sendSync(value);
    const there = rx.receiveSync();
    assert.equal(typeof there, typeof value);
    assert.ok(Object.is(there, value), `${inspect(there)} is not ${inspect(value)}`);
  }

  for (const value of [...numbers, ...bigints, ...others]) {
    const text = inspect(value);
    const name = text.length > 40 ? `${text.slice(0, 10)}… with ${text.length} characters` : text;
    it(`arrives as it is: ${name}`, () => {
      sameHere(value);
      const [tx, rx] = channel<unknown>(1);
      tx.sendSync({ inside: [value] });
      assert.ok(Object.is((rx.receiveSync() as { inside: unknown[] }).inside[0], value));
    });
  }

  for (const [what, text] of strings) {
    it(`arrives as it is: a string of ${what}`, () => {
      sameHere(text);
    });
  }

  it('goes through an interpreter unharmed, alone and in a list', async () => {
    const guest = await create();
    const all = [...numbers, ...bigints, ...others, ...strings.map(([, text]) => text)];
    const [tx, rx] = channel<unknown>(8);
    const [back, returned] = channel<unknown>(8);
    const echoing = guest.call(
      (rx, back) => {
        for (const value of rx) back.sendSync(value);
      },
      rx,
      back,
    );
    const sending = tx.sendMany(all).then(() => tx.close());
    for (const value of all) {
      const echoed = await returned.receive();
      assert.ok(Object.is(echoed, value), `${inspect(echoed)} is not ${inspect(value)}`);
    }
    await Promise.all([sending, echoing]);
    assert.deepEqual(await guest.call((all) => all, all), all);
  });

  it('keeps apart strings that look alike', async () => {
    const guest = await create();
    const compose = 'e\u0301';
    const composed = 'é';
    assert.deepEqual(await guest.call((a, b) => [a === b, a.length, b.length], compose, composed), [
      false,
      2,
      1,
    ]);
  });

  it('wrapped in an object arrives so', () => {
    const [tx, rx] = channel<unknown>(4);
    for (const wrapped of [Object(1), Object('text'), Object(false), Object(5n)]) {
      tx.sendSync(wrapped);
      assert.deepEqual(rx.receiveSync(), wrapped);
    }
  });
});
