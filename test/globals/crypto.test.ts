import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { assertSame } from './same.js';

const integers = [
  'Int8',
  'Uint8',
  'Uint8Clamped',
  'Int16',
  'Uint16',
  'Int32',
  'Uint32',
  'BigInt64',
  'BigUint64',
];

describe('crypto in a guest', () => {
  const create = interpreters();

  it('fills arrays of integers, and returns them', async () => {
    const guest = await create();
    const filled = await guest.call((kinds) => {
      return kinds.map((kind) => {
        const Kind = Reflect.get(globalThis, `${kind}Array`) as typeof Uint8Array;
        const array = new Kind(64);
        const same = crypto.getRandomValues(array) === array;
        return [same, new Set(array).size > 16];
      });
    }, integers);
    assert.deepEqual(
      filled,
      integers.map(() => [true, true]),
    );
  });

  it('fills the view alone, not what is beside it', async () => {
    const guest = await create();
    const bytes = await guest.call(() => {
      const bytes = new Uint8Array(1024);
      crypto.getRandomValues(bytes.subarray(256, 768));
      return bytes;
    });
    assert.ok(bytes.subarray(0, 256).every((byte) => byte === 0));
    assert.ok(bytes.subarray(768).every((byte) => byte === 0));
    assert.ok(bytes.subarray(256, 768).some((byte) => byte !== 0));
  });

  it('gives every interpreter other bytes', async () => {
    const [one, two] = [await create(), await create()];
    const read = () => crypto.getRandomValues(new Uint8Array(32)).join();
    const all = [
      await one.call(read),
      await one.call(read),
      await two.call(read),
      await two.call(read),
    ];
    assert.equal(new Set(all).size, 4);
  });

  it('makes UUIDs of version 4, none of them twice', async () => {
    const guest = await create();
    const uuids = await guest.call(() => Array.from({ length: 1000 }, () => crypto.randomUUID()));
    assert.equal(new Set(uuids).size, 1000);
    for (const uuid of uuids) {
      assert.match(uuid, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    }
  });

  it('takes and refuses what that of Node does', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        'crypto.getRandomValues(new Float32Array(1))',
        'crypto.getRandomValues(new Float64Array(1))',
        'crypto.getRandomValues(new DataView(new ArrayBuffer(1)))',
        'crypto.getRandomValues({})',
        'crypto.getRandomValues()',
        'crypto.getRandomValues(new Uint8Array(65537))',
        'crypto.getRandomValues(new Uint32Array(16385))',
        'crypto.getRandomValues.call({}, new Uint8Array(1))',
        'new Crypto()',
      ],
      { codes: true },
    );
    await assertSame(guest, [
      'crypto.getRandomValues(new Uint8Array(65536)).length',
      'crypto.getRandomValues(new Uint8Array(0)).length',
      'crypto.getRandomValues(new Uint32Array(16384)).length',
      'Object.prototype.toString.call(crypto)',
      'crypto instanceof Crypto',
      'typeof crypto.randomUUID()',
    ]);
    assert.equal(await guest.evaluate('crypto.subtle'), undefined);
  });
});
