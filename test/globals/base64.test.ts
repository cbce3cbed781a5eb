import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { assertSame } from './same.js';

const decoded = [
  ...[
    '',
    'a',
    'ab',
    'abc',
    'abcd',
    'YQ',
    'YQ=',
    'YQ==',
    'YQ===',
    'YWI',
    'YWI=',
    'YWI==',
    'YWJj',
    'YWJj=',
  ],
  ...[
    'YR==',
    'YWJ=',
    '=',
    '==',
    '===',
    '====',
    'a=',
    'a==',
    'Y=Q=',
    '=YQ=',
    'YQ==YQ==',
    'YQ=\\n=',
    ' Y Q = = ',
  ],
  ...[
    '\\tY\\nQ\\f=\\r=',
    'Y\\u00a0Q==',
    'Y\\vQ==',
    'Y\\0Q==',
    '+/+/',
    '-_-_',
    '\\u00e9',
    '\\u{1f600}',
    '/////w==',
    '~~~~',
    'YQ\\u0100=',
  ],
].map((text) => `atob('${text}')`);

const encoded = [
  ...[
    '',
    'a',
    'ab',
    'abc',
    'abcd',
    '\\0',
    '\\xff',
    '\\xff\\xfe\\xfd\\xfc',
    '\\u0100',
    'a\\ud800',
    '\\u{1f600}',
    'abc\\u0101',
  ],
].map((text) => `btoa('${text}')`);

describe('base64 in a guest', () => {
  const create = interpreters();

  it('is decoded and encoded as in Node', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        ...decoded,
        ...encoded,
        ...['null', 'undefined', '12', 'true', '{}', '[]', '{ toString: () => "YQ==" }'].flatMap(
          (value) => [`atob(${value})`, `btoa(${value})`],
        ),
        'atob()',
        'btoa()',
        'atob.length',
        'btoa.length',
      ],
      { codes: true },
    );
  });

  it('comes back as it was, whatever the bytes', async () => {
    const guest = await create();
    const texts = Array.from({ length: 260 }, (_, length) =>
      Array.from({ length }, (_, i) => String.fromCharCode((length * 31 + i * 7) % 256)).join(''),
    );
    const there = await guest.call(
      (texts) => texts.map((text) => [btoa(text), atob(btoa(text))]),
      texts,
    );
    assert.deepEqual(
      there,
      texts.map((text) => [Buffer.from(text, 'latin1').toString('base64'), text]),
    );
  });
});
