import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';

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
    // More members than a remote can have, most of them deep inside of others that come first.
    mathjs: (mathjs) => mathjs.evaluate('2 * (3 + 4)'),
    // CommonJS from here on.
    'js-yaml': async (yaml) => [
      await yaml.load('a: [1, two]'),
      (await yaml.dump({ b: true })).trim(),
    ],
    semver: async (semver) => [
      await semver.satisfies('1.2.3', '^1.1.0'),
      await semver.inc('1.2.3', 'minor'),
    ],
    validator: async (validator) => [
      await validator.default.isEmail('a@example.org'),
      await validator.default.isEmail('a@'),
    ],
  };
  const results: Record<string, unknown> = {
    acorn: 1,
    'date-fns': 2,
    d3: 2,
    effect: [1, 2],
    'lodash-es': [[1, 2], [3]],
    ramda: 6,
    three: 2,
    mathjs: 14,
    'js-yaml': [{ a: [1, 'two'] }, 'b: true'],
    semver: [true, '1.3.0'],
    validator: [true, false],
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
    ajv: `import('ajv').then(({ default: Ajv }) => {
      const validate = new Ajv.default().compile({ type: 'object', required: ['n'], properties: { n: { type: 'integer' } } });
      return [validate({ n: 1 }), validate({ n: 'x' }), validate.errors[0].instancePath];
    })`,
    'bignumber.js': `import('bignumber.js').then(({ default: Big }) => new Big('0.1').plus('0.2').toString())`,
    dayjs: `import('dayjs').then(({ default: dayjs }) => dayjs('2026-01-31').add(1, 'month').format('YYYY-MM-DD'))`,
    'fast-xml-parser': `import('fast-xml-parser').then(({ XMLParser }) => new XMLParser().parse('<a><b>1</b></a>'))`,
    handlebars: `import('handlebars').then(({ default: handlebars }) => handlebars.compile('{{#each n}}<{{this}}>{{/each}}')({ n: [1, 2] }))`,
    immutable: `import('immutable').then(({ Map }) => Map({ a: 1 }).set('b', 2).toJS())`,
    lodash: `import('lodash').then(({ default: _ }) => [_.chunk([1, 2, 3], 2), _.template('<%= a %>!')({ a: 1 })])`,
    rxjs: `import('rxjs').then(({ from, map, toArray, lastValueFrom }) => lastValueFrom(from([1, 2]).pipe(map((n) => n * 2), toArray())))`,
    zod: `import('zod').then(({ z }) => z.object({ n: z.number() }).safeParse({ n: '1' }).success)`,
  };
  const answers: Record<string, unknown> = {
    ajv: [true, false, '/n'],
    'bignumber.js': '0.3',
    dayjs: '2026-02-28',
    'fast-xml-parser': { a: { b: 1 } },
    handlebars: '<1><2>',
    immutable: { a: 1, b: 2 },
    lodash: [[[1, 2], [3]], '1!'],
    luxon: '2026-12-01',
    rxjs: [2, 4],
    marked: '<p><em>so</em></p>',
    zod: false,
  };

  for (const [name, expression] of Object.entries(classes)) {
    it(`${name}, whose classes stay there`, async () => {
      const guest = await create();
      assert.deepEqual(await guest.evaluate(expression), answers[name]);
    });
  }
});
