import assert from 'node:assert/strict';
import { IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection } from '../support/wait.js';

/** A module's functions as they are seen from here, of which the tests below know more than the types tell. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the package exports.
type Any = any;

describe('a package of npm, as it is published, runs in a guest', function () {
  this.timeout(60_000);
  const create = interpreters();

  const uses: Record<string, (module: Any) => Promise<unknown>> = {
    acorn: async (acorn) => (await acorn.parse('let a = 1', { ecmaVersion: 2024 })).body.length,
    'date-fns': (dates) => dates.differenceInDays(new Date(2026, 1, 3), new Date(2026, 1, 1)),
    d3: (d3) => d3.median([3, 1, 2]),
    effect: (effect) => effect.Array.dedupe([1, 1, 2]),
    'lodash-es': (lodash) => lodash.chunk([1, 2, 3], 2),
    ramda: (ramda) => ramda.sum([1, 2, 3]),
    three: (three) => three.MathUtils.clamp(5, 0, 2),
  };
  const results: Record<string, unknown> = {
    acorn: 1,
    'date-fns': 2,
    d3: 2,
    effect: [1, 2],
    'lodash-es': [[1, 2], [3]],
    ramda: 6,
    three: 2,
  };

  for (const [name, use] of Object.entries(uses)) {
    it(name, async () => {
      const guest = await create();
      assert.deepEqual(await use(await guest.import(name)), results[name]);
    });
  }

  const classes: Record<string, string> = {
    luxon: `import('luxon').then(({ DateTime }) => DateTime.fromISO('2026-11-22').plus({ days: 9 }).toISODate())`,
    marked: `import('marked').then(({ marked }) => marked.parse('*so*').trim())`,
    zod: `import('zod').then(({ z }) => z.object({ n: z.number() }).safeParse({ n: '1' }).success)`,
  };
  const answers: Record<string, unknown> = {
    luxon: '2026-12-01',
    marked: '<p><em>so</em></p>',
    zod: false,
  };

  for (const [name, expression] of Object.entries(classes)) {
    it(`${name}, whose classes stay there`, async () => {
      const guest = await create();
      assert.deepEqual(await guest.evaluate(expression), answers[name]);
    });
  }

  for (const name of ['mathjs', 'immutable']) {
    it(`${name}, once CommonJS does: now it says that this is what is missing`, async () => {
      const guest = await create();
      const error = (await rejection(guest.import(name))) as IsolaneError;
      assert.ok(error instanceof IsolaneError);
      assert.match(error.message, /is a CommonJS module, which interpreters cannot load yet/);
    });
  }
});
