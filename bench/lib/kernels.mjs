/**
 * Computations of some milliseconds, of the kinds that JavaScript is measured by: parts of Octane, and what widely used
 * packages do. Interpreters and Workers import this too, so it needs nothing of Node.
 *
 * @typedef {() => number} Kernel gives the same number each time
 */

/** Those of Octane whose licences let anybody use them. */
export const octaneNames = [
  'richards',
  'crypto',
  'raytrace',
  'navier-stokes',
  'splay',
  'regexp',
  'box2d',
];

/** @type {Readonly<Record<string, (texts: string[]) => Promise<Kernel>>>} */
const packages = {
  async acorn([source]) {
    const { parse } = await import('acorn');
    return () => parse(source, { ecmaVersion: 2023, sourceType: 'module' }).body.length;
  },

  async marked() {
    const { parse } = await import('marked');
    const text = repeated(
      60,
      (i) => `## Part ${i}\n\nSome *words* and \`code\`, [a link](#${i}).\n\n- one\n- two\n\n`,
    );
    return () => /** @type {string} */ (parse(text)).length;
  },

  async immutable() {
    const { List, Map: ImmutableMap } = await import('immutable');
    return () => {
      let map = ImmutableMap();
      for (let i = 0; i < 2000; i++) map = map.set(`key ${i % 700}`, List([i, i + 1]).push(i));
      return map.reduce((sum, list) => sum + list.size, 0);
    };
  },

  async d3() {
    const { bin, hierarchy, scaleLinear, tree } = await import('d3');
    const grow = (/** @type {number} */ depth) =>
      depth === 0 ? {} : { children: Array.from({ length: 5 }, () => grow(depth - 1)) };
    const data = grow(4);
    const values = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1000);
    const scale = scaleLinear([0, 1000], [0, 1]);
    return () => {
      const bins = bin().thresholds(50)(values.map(scale));
      return tree().size([100, 100])(hierarchy(data)).descendants().length + bins.length;
    };
  },

  async 'lodash-es'() {
    const { groupBy, mapValues, sortBy, sum, uniqBy } = await import('lodash-es');
    const rows = Array.from({ length: 3000 }, (_, id) => ({ id, group: (id * 31) % 97 }));
    return () => {
      const sorted = sortBy(rows, ({ group, id }) => group * 1e4 - id);
      const groups = groupBy(sorted, 'group');
      const sizes = mapValues(groups, (each) => uniqBy(each, ({ id }) => id % 7).length);
      return sum(Object.values(sizes));
    };
  },

  async zod() {
    const { z } = await import('zod');
    const schema = z.array(
      z.object({ id: z.number(), name: z.string().min(3), tags: z.array(z.enum(['a', 'b'])) }),
    );
    const rows = Array.from({ length: 500 }, (_, id) => ({ id, name: `name ${id}`, tags: ['a'] }));
    return () => schema.parse(rows).length;
  },

  async mathjs() {
    const { derivative, multiply, simplify } = await import('mathjs');
    const matrix = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: 20 }, (_, j) => i + j),
    );
    return () => {
      const text = simplify(derivative('x^3 + 2 x^2 + sin(x)', 'x')).toString();
      return text.length + /** @type {number[][]} */ (multiply(matrix, matrix))[3][4];
    };
  },
};

export const kernelNames = [...octaneNames, ...Object.keys(packages)];

/**
 * @param {string} name
 * @param {string[]} texts what its files are
 * @returns {Promise<Kernel>}
 */
export async function kernelNamed(name, texts) {
  return name in packages ? packages[name](texts) : octane(texts);
}

/**
 * Octane's own scripts, which are global code.
 *
 * @param {string[]} scripts
 * @returns {Kernel}
 */
function octane(scripts) {
  // biome-ignore lint/complexity/noCommaOperator: eval by another name runs in the global scope
  // biome-ignore lint/security/noGlobalEval: the scripts are data to interpreters
  const run = (/** @type {string} */ text) => (0, eval)(text);
  for (const script of scripts) run(script);
  /** @type {{ run(): void, Setup(): void }[]} */
  const benchmarks = run('BenchmarkSuite.suites.at(-1).benchmarks');
  run('BenchmarkSuite.ResetRNG()');
  for (const each of benchmarks) each.Setup();
  return () => {
    // It throws if it did not compute what it should.
    for (const each of benchmarks) each.run();
    return benchmarks.length;
  };
}

/**
 * @param {number} count
 * @param {(i: number) => string} make
 */
const repeated = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('');
