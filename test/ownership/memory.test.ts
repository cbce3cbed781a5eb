import assert from 'node:assert/strict';
import { share } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';

describe('the memory of shared values', () => {
  const create = interpreters();

  for (const [name, make, read] of [
    [
      'bytes alone',
      'isolane.share(move(new Uint8Array(SIZE).fill(7)))',
      '(shared) => touch(shared.value)',
    ],
    [
      'bytes in an object',
      'isolane.share({ bytes: new Uint8Array(SIZE).fill(7), buffer: new ArrayBuffer(SIZE) })',
      '({ value: { bytes, buffer } }) => touch(bytes) + touch(buffer)',
    ],
    [
      'a string',
      'isolane.share("x".repeat(SIZE))',
      '(shared) => shared.value.charCodeAt(SIZE - 1) - 120',
    ],
  ] as const) {
    it(`is one block for eight interpreters, and is given back: ${name}`, async function () {
      this.timeout(120_000);
      await runScript(
        `
        const MB = 2 ** 20;
        const SIZE = 32 * MB;
        const rss = () => process.memoryUsage().rss / MB;
        const guests = await Promise.all(Array.from({ length: 8 }, () => Interpreter.create()));
        // Every page, or it would not even be there.
        const touch = (view) => {
          for (let i = 0; i < view.length; i += 1024) if (view.at(i) > 7) return 1;
          return 0;
        };
        for (const guest of guests) {
          await guest.exec('var SIZE = ' + SIZE + ', kept, touch = ' + touch);
        }
        let shared = ${make};
        global.gc();
        const before = rss();
        for (const guest of guests) {
          await guest.provide({ shared });
          assert.equal(await guest.evaluate('kept = shared.value, (${read})(shared)'), 0);
        }
        const grown = rss() - before;
        assert.ok(grown < 100, 'grew by ' + grown + ' MB');
        const full = rss();
        shared = undefined;
        await Promise.all(guests.map((guest) => guest.close()));
        for (let i = 0; rss() > full - 25; i++) {
          assert.ok(i < 1000, 'stays at ' + rss() + ' of ' + full + ' MB');
          global.gc();
          await sleep(5);
        }
        `,
        { nodeArgs: ['--expose-gc'], limit: 100_000 },
      );
    });
  }

  it('does not count towards the limit of those who read it', async () => {
    const shared = share({ bytes: new Uint8Array(64 * 2 ** 20).fill(7) });
    const guest = await create({ memoryLimit: 32 * 2 ** 20 });
    const told = await guest.call(({ value: { bytes } }) => [bytes.length, bytes.at(-1)], shared);
    assert.deepEqual(told, [64 * 2 ** 20, 7]);
  });
});
