import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const main = resolve('examples/code-metrics/main.mjs');

/** Small enough to be measured by hand: a module, a script, a hashbang, a return outside functions, and nothing. */
const sources = {
  // Lines 5; functions 2; complexity 1 (module) + [1 + if + && + else if] + [1 + ?:]; depth 2.
  // Identifiers: classify, n, n, n, n, sign, x, x.
  'a.mjs': `export function classify(n) {
  if (n > 0 && n < 9) return 'small';
  else if (n > 8) return 'big';
}
export const sign = (x) => (x ? 1 : 0);
`,
  // Lines 6; functions 1; complexity 1 + [1 + for + case + catch + ??=]; depth 4: function, for, switch, try.
  // Identifiers: module, exports, run, list, of the loop: item, list, item, list, item.
  'b/loop.cjs': `#!/usr/bin/env node
module.exports = { run(list) {
  for (const item of list) switch (item) {
    case 1: try { list ??= item; } catch {} default:
  }
} };`,
  // A script, not a module: functions 0; complexity 1; depth 0; identifiers: none.
  'b/octal.js': 'return 010;\n',
  'c/empty.js': '',
} as const;

const expectedTotals = {
  bytes: Object.values(sources).reduce((sum, text) => sum + text.length, 0),
  lines: 5 + 6 + 1 + 0,
  functions: 2 + 1,
  complexity: 7 + 6 + 1 + 1,
  identifiers: 8 + 9,
  longestFunction: 5,
  depth: 4,
  distinct: 4,
};

describe('the code metrics example', function () {
  this.timeout(60_000);

  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'isolane-code-metrics-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('counts what a reader counts, alike in all three ways', () => {
    write(sources);
    const report = metricsOf(folder, '--interpreters', '2');
    assert.equal(report.files, 4);
    assert.equal(report.failed, 0);
    assert.deepEqual(report.totals, expectedTotals);
    assert.equal(report.comparison.identical, true);
    for (const way of ['isolane', 'workerThreads', 'oneThread'] as const) {
      assert.ok(report.comparison[way].ms >= 0, way);
    }
  });

  it('gives the same totals by one interpreter as by four', () => {
    write(sources);
    const [one, four] = ['1', '4'].map((count) => metricsOf(folder, '--interpreters', count));
    assert.deepEqual(one?.totals, four?.totals);
    assert.deepEqual(one?.top, four?.top);
  });

  it('names functions after where they stand, and orders equals by path', () => {
    write({
      'z.js': 'const late = () => {\n};\n',
      'a.js': 'o.early = function () {\n};\n',
      'm.js': 'class C {\n  #deep() {\n    return 1;\n  }\n}\n',
    });
    const { longestFunctions } = metricsOf(folder).top;
    assert.deepEqual(
      longestFunctions.map(({ name, path, line, lines }) => [name, path, line, lines]),
      [
        ['#deep', 'm.js', 2, 3],
        ['early', 'a.js', 1, 2],
        ['late', 'z.js', 1, 2],
      ],
    );
  });

  it('counts and names a file that it cannot parse, and goes on', () => {
    write({ ...sources, 'b/broken.js': 'const = 1;\n' });
    const report = metricsOf(folder);
    assert.equal(report.files, 5);
    assert.equal(report.failed, 1);
    assert.deepEqual(report.failures, [{ path: 'b/broken.js', error: 'Unexpected token (1:6)' }]);
    assert.deepEqual(report.totals, expectedTotals);
    assert.equal(report.comparison.identical, true);
  });

  it('finds a file nested too deeply alike on small stacks and on large ones', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    write({ '0400.js': nested(400), '1000.js': nested(1000), '9999.js': nested(9999) });
    const report = metricsOf(folder);
    assert.deepEqual(
      report.failures.map(({ path, error }) => [path, error.replace(/ \(.*/, '')]),
      [
        ['1000.js', 'Nested too deeply'],
        ['9999.js', 'Nested too deeply'],
      ],
    );
    assert.equal(report.comparison.identical, true);
  });

  it('takes more files than the channels hold', () => {
    const many = Array.from({ length: 300 }, (_, i) => [`f${i}.js`, `function f${i}() {}\n`]);
    write(Object.fromEntries(many));
    const report = metricsOf(folder, '--interpreters', '3');
    assert.equal(report.files, 300);
    assert.equal(report.totals.functions, 300);
    assert.equal(report.totals.distinct, 300);
    assert.equal(report.comparison.identical, true);
  });

  it('reads only JavaScript, and follows no links', function () {
    if (process.platform === 'win32') this.skip();
    write({ ...sources, 'notes.md': '# no', 'data.json': '{}', 'types.d.ts': 'let x: 1;' });
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync(join(folder, 'a.mjs'), join(folder, 'again.mjs'));
    assert.equal(metricsOf(folder).files, 4);
  });

  it('has nothing to say about an empty folder, and says it', () => {
    const report = metricsOf(folder);
    assert.equal(report.files, 0);
    assert.equal(report.failed, 0);
    assert.equal(report.totals.complexity, 0);
    assert.equal(report.comparison.identical, true);
  });

  it('prints tables, the comparison and the failures for people', () => {
    write({ ...sources, 'b/broken.js': 'const = 1;\n' });
    const { status, stdout, stderr } = start(folder);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /files\W+5\W/);
    assert.match(stdout, /classify/);
    assert.match(stdout, /b\/broken\.js: Unexpected token \(1:6\)/);
    assert.match(stdout, /Isolane.*worker_threads.*one thread/s);
    assert.match(stdout, /identical: yes/);
  });

  const mistakes: [title: string, args: () => string[], message: RegExp][] = [
    ['a folder that does not exist', () => [join(folder, 'nowhere')], /^No such folder: .*nowhere/],
    ['a file in place of a folder', () => [join(folder, 'a.mjs')], /^Not a folder: .*a\.mjs/],
    ['two folders', () => [folder, folder], /^One folder at most, not 2/],
    ['no interpreters', () => [folder, '--interpreters', '0'], /^--interpreters takes a number/],
    [
      'half an interpreter',
      () => [folder, '--interpreters', '1.5'],
      /^--interpreters takes a number/,
    ],
    ['an unknown option', () => [folder, '--fast'], /^Unknown option '--fast'/],
    ['an unknown way', () => [folder, '--only', 'magic'], /^--only takes isolane, workers, one/],
  ];
  for (const [title, args, message] of mistakes) {
    it(`refuses ${title} in words`, () => {
      write(sources);
      const { status, stdout, stderr } = start(...args());
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  function write(files: Record<string, string>) {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
});

interface Metrics {
  files: number;
  failed: number;
  failures: { path: string; error: string }[];
  totals: typeof expectedTotals;
  top: { longestFunctions: { name: string; path: string; line: number; lines: number }[] };
  comparison: Record<'isolane' | 'workerThreads' | 'oneThread', { ms: number }> & {
    identical: boolean;
  };
}

function metricsOf(...args: string[]): Metrics {
  const { status, stdout, stderr } = start(...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function start(...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 30_000 });
}
