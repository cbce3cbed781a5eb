import assert from 'node:assert/strict';
import { deserialize, serialize } from 'node:v8';
import { channel } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { RandomValues, randomFrom } from '../support/random-values.js';

/** Another one each time; SEED=… repeats one. */
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const COUNT = 500;

describe(`random values (SEED=${seed})`, () => {
  const create = interpreters();

  /** What structured clone makes of random values, once to send and once to compare with. */
  function* values(): Generator<[value: unknown, expected: unknown]> {
    const random = randomFrom(seed);
    for (let i = 0; i < COUNT; i++) {
      const value = new RandomValues(random).value();
      yield [value, deserialize(serialize(value))];
    }
  }

  it('arrive through a channel as structured clone makes them', () => {
    const [tx, rx] = channel<unknown>(1);
    for (const [value, expected] of values()) {
      tx.sendSync(value);
      assert.deepStrictEqual(rx.receiveSync(), expected);
    }
  });

  it('come back from an interpreter that decodes and encodes them anew', async () => {
    const guest = await create();
    const [tx, rx] = channel<unknown>(16);
    const [back, returned] = channel<unknown>(16);
    const echoing = guest.call(
      (rx, back) => {
        for (const value of rx) back.sendSync([value]);
      },
      rx,
      back,
    );
    for (const [value, expected] of values()) {
      await tx.send(value);
      assert.deepStrictEqual(await returned.receive(), [expected]);
    }
    tx.close();
    await echoing;
  });
});
