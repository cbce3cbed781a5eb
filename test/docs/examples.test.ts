import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Example,
  examplesIn,
  expected,
  type Outcome,
  problemWith,
  runFile,
} from './examples.js';

const AT_ONCE = 2;

function filesBelow(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name));
}

const files = [
  ...['README.md'].filter((file) => existsSync(file)),
  ...filesBelow('docs', '.md'),
  ...filesBelow('src', '.ts'),
];

describe('the examples of the documentation run, and print what they say:', function () {
  this.timeout(60_000);

  const examples = files.flatMap((file) => examplesIn(file));
  const outcomes = new Map<Example, Promise<Outcome>>();
  let folder = '';

  before(() => {
    // Below the project, where the package finds itself by its own name.
    mkdirSync('build', { recursive: true });
    folder = mkdtempSync(join('build', 'examples-'));
    const running: Promise<unknown>[] = [];
    examples.forEach((example, index) => {
      const file = join(folder, `${index}.mjs`);
      writeFileSync(file, example.code);
      const turn = running[index - AT_ONCE] ?? Promise.resolve();
      const outcome = turn.then(() => runFile(file));
      running.push(outcome.catch(() => {}));
      outcomes.set(example, outcome);
    });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const example of examples) {
    it(example.place, async () => {
      const outcome = await outcomes.get(example);
      assert.ok(outcome !== undefined);
      assert.equal(problemWith(example, outcome), undefined);
    });
  }

  it('in each of the pages for users, and in the sources', () => {
    for (const file of [
      'docs/channels.md',
      'docs/ownership.md',
      'docs/interpreters.md',
      'src/channel/receiver.ts',
    ]) {
      assert.ok(
        examples.some(({ place }) => place.startsWith(`${file}:`)),
        `${file} has no example`,
      );
    }
  });
});

describe('the check of an example', () => {
  const example = (code: string): Example => ({
    place: 'here',
    code,
    expectations: expected(code),
  });
  const ended = (...lines: string[]): Outcome => ({ code: 0, signal: null, lines, stderr: '' });

  it('finds blocks of JavaScript alone, in Markdown and in comments', () => {
    const markdown = ['```js', 'a();', '```', '```ts', 'b;', '```', '```js no-run', 'c();', '```'];
    const comment = ['  /**', '   * ```js', '   * if (a) {', '   *   b();', '   * }', '   * ```'];
    assert.deepEqual(
      examplesIn('x.md', markdown.join('\n')).map(({ place, code }) => [place, code]),
      [['x.md:2', 'a();']],
    );
    assert.deepEqual(
      examplesIn('x.ts', comment.join('\n')).map(({ place, code }) => [place, code]),
      [['x.ts:3', 'if (a) {\n  b();\n}']],
    );
  });

  it('fails when a line differs, is missing, is one too many, or is out of order', () => {
    const two = example('console.log(1); // one\nconsole.log(2); // two');
    assert.equal(problemWith(two, ended('one', 'two')), undefined);
    assert.match(problemWith(two, ended('one', '2')) ?? '', /should print "two" as line 2/);
    assert.match(problemWith(two, ended('one')) ?? '', /should print "two"/);
    assert.match(problemWith(two, ended('one', 'two', 'three')) ?? '', /more than it says/);
    assert.match(problemWith(two, ended('two', 'one')) ?? '', /should print "one"/);
  });

  it('takes several lines in one comment, and lets pass what is only an example', () => {
    const loop = example('for (const m of rx) console.log(m); // 1, then 2');
    assert.equal(problemWith(loop, ended('1', '2')), undefined);
    assert.match(problemWith(loop, ended('1')) ?? '', /should print "2"/);
    const loose = example('console.log(now()); // e.g. 17\nconsole.log(2); // two');
    assert.equal(problemWith(loose, ended('31', 'two')), undefined);
    assert.match(problemWith(loose, ended('31')) ?? '', /should print "two"/);
    const arrow = example('print(f()); // → text');
    assert.match(problemWith(arrow, ended()) ?? '', /should print "text"/);
  });

  it('fails when the process does, or does not end', async () => {
    mkdirSync('build', { recursive: true });
    const folder = mkdtempSync(join('build', 'examples-'));
    try {
      const run = async (code: string, limit: number): Promise<string> => {
        const file = join(folder, 'one.mjs');
        writeFileSync(file, code);
        return problemWith(example(code), await runFile(file, limit)) ?? '';
      };
      assert.match(await run(`throw new Error('wrong');`, 10_000), /exit code is 1.*wrong/s);
      assert.match(await run('await new Promise(() => {});', 10_000), /exit code is 13/);
      assert.match(await run('for (;;);', 300), /ended by SIGKILL/);
      const silent = `import { channel } from 'isolane';\nconsole.log(channel(3).size); // 1`;
      assert.match(await run(silent, 10_000), /should print "1" as line 1/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }).timeout(30_000);
});
