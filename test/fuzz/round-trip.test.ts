import assert from 'node:assert/strict';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { channel, type Interpreter, type Receiver, type Sender, shareable } from 'isolane';
import { withInterpreter } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { made, type Recipe, recipes } from './recipes.js';

declare const isolane: typeof import('isolane');

/** After so many of a shape it is known, and objects of it are records. */
const OFTEN = 4;

/** Sends one, and gives it back as it has arrived. */
type Through = (value: unknown) => unknown;

/** Each that arrives is what the engine's own structured clone makes of another that was made in the same way. */
function arrives(recipe: Recipe, through: Through): void {
  const expected = deserialize(serialize(made(recipe)));
  for (let i = 0; i < OFTEN; i++) assert.deepStrictEqual(through(made(recipe)), expected);
}

/** Gives what it is sent back, as often as that was sent. */
async function echo(
  guest: Interpreter,
  freezes = false,
): Promise<{ through: Through; end(): Promise<void> }> {
  const [out, there] = channel<unknown>(8);
  const [back, here] = channel<unknown>(8);
  const echoing = guest.call(
    (there: Receiver<unknown>, back: Sender<unknown>, freezes: boolean) => {
      if (freezes) {
        void isolane.shareable.encode;
        for (const { prototype } of [Object, Array, Map, Set, Error]) Object.freeze(prototype);
      }
      for (const value of there) back.sendSync(value);
    },
    there,
    back,
    freezes,
  );
  return {
    through(value) {
      out.sendSync(value);
      return here.receiveSync();
    },
    async end() {
      out.close();
      await echoing;
    },
  };
}

describe('any value arrives as structured clone makes it', () => {
  const [tx, rx] = keep(channel<unknown>(8));

  it('in Node', () => {
    const through: Through = (value) => {
      tx.sendSync(value);
      return rx.receiveSync();
    };
    fc.assert(
      fc.property(recipes, (recipe) => arrives(recipe, through)),
      { numRuns: 3000 },
    );
  });

  it('in Node, beside an instance that travels as itself', () => {
    class Beside {
      [shareable.encode](): number {
        return 1;
      }
      static [shareable.decode](): Beside {
        return new Beside();
      }
    }
    // Instances have values copied (src/ownership/stand-ins.ts) before they are encoded.
    const through: Through = (value) => {
      tx.sendSync([value, new Beside()]);
      const [there, beside] = rx.receiveSync() as unknown[];
      assert.ok(beside instanceof Beside);
      return there;
    };
    fc.assert(
      fc.property(recipes, (recipe) => arrives(recipe, through)),
      { numRuns: 1000 },
    );
  });

  it('by way of a guest whose built-in prototypes are frozen', async () => {
    await withInterpreter(async (guest) => {
      const { through, end } = await echo(guest, true);
      fc.assert(
        fc.property(recipes, (recipe) => arrives(recipe, through)),
        { numRuns: 300 },
      );
      await end();
    });
  });

  it('by way of a guest', async () => {
    await withInterpreter(async (guest) => {
      const { through, end } = await echo(guest);
      fc.assert(
        fc.property(recipes, (recipe) => arrives(recipe, through)),
        { numRuns: 400 },
      );
      await end();
    });
  });

  it('or is refused, and then the next one arrives', () => {
    const bad = fc.constantFrom<unknown>(() => {}, Symbol('s'), new WeakMap(), Promise.resolve());
    fc.assert(
      fc.property(recipes, bad, fc.nat(3), (recipe, bad, depth) => {
        let value: unknown = bad;
        for (let i = 0; i < depth; i++)
          value = i % 2 === 0 ? { good: made(recipe), value } : [value];
        assert.throws(() => tx.sendSync(value), { code: 'ERR_ISOLANE_NOT_SHAREABLE' });
        assert.equal(rx.size, 0);
        tx.sendSync({ good: 1 });
        assert.deepEqual(rx.receiveSync(), { good: 1 });
      }),
      { numRuns: 300 },
    );
  });
});
