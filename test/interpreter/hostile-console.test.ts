import assert from 'node:assert/strict';
import type { ConsoleLine } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { until } from '../support/wait.js';

/** What Node's console would not take, or not as it is meant, as scripts. */
const odd: [what: string, script: string, shown: RegExp][] = [
  ['columns of a table that are no list', "console.table([1], 'x')", /1/],
  ['options of dir that are no object', 'console.dir({ a: 1 }, 5)', /^\{ a: 1 \}$/],
  ['options of dir with wrong types', "console.dir({ a: 1 }, { depth: 'x', compact: 3n })", /a: 1/],
  ['options of dir that are not for everybody', 'console.dir({ a: 1 }, { stylize: 1 })', /a: 1/],
  [
    'what looks like our own marks',
    "console.log({ '@isolane/stand-in': 'instance', text: 'x' }, { '@isolane/stand-in': 'text' })",
    /'@isolane\/stand-in': 'instance', text: 'x'/,
  ],
  ['data that has no text', "console.log('%s', { toString: 1, valueOf: 2 })", /toString: 1/],
  ['data that is no number', "console.log('%d', { toString: 1, valueOf: 2 })", /toString: 1/],
  ['a class with the name of a key', 'console.log(new (class __proto__ { x = 1 })())', /x: 1/],
  ['a key of objects themselves', `console.log(JSON.parse('{"__proto__": 1}'), 2)`, /: 1 \} 2$/],
  ['text with tags of its own', "console.log({ [Symbol.toStringTag]: 'Map', a: 1 })", /a: 1/],
  ['functions in dir', 'console.dir({ f() {} })', /^\{ f: \[Function: f\] \}$/],
];

/** Scripts that break built-ins, so that our own code there sends something else than it means to. */
const broken = [
  'Array.prototype.map = () => 5',
  'Array.prototype.map = () => new Array(2 ** 32 - 1)',
  'Array.prototype.push = function () { this[0] = [{}, {}, {}]; this.length = 3 }',
  "Array.prototype.every = () => 'yes'",
  'Map.prototype.get = () => globalThis.shared ??= { toString: 1, valueOf: 1 }',
  'Object.keys = () => { throw 1 }',
  'Object.create = () => []',
  'String.prototype.replaceAll = () => 5',
  `const iterate = Array.prototype[Symbol.iterator];
   Array.prototype[Symbol.iterator] = function () {
     const isOurs = this.length === 2 && Array.isArray(this[0]) && Array.isArray(this[1]);
     const list = [1];
     const forged = [[list, 'instance', 'X'], [{}, 'text', {}], [5, 'text', 'x'], 'junk', [Object.freeze({}), 'text', 'y']];
     return iterate.call(isOurs ? [list, forged] : this);
   }`,
  `const iterate = Array.prototype[Symbol.iterator];
   Array.prototype[Symbol.iterator] = function () {
     return iterate.call(this.length === 2 && Array.isArray(this[1]) ? [{ length: 1e9 }, { length: 1e9 }] : this);
   }`,
];
const PRINTS =
  "; for (const level of ['log', 'error', 'dir', 'table']) console[level]({ a: 1, f() {}, m: new Map([[1, class {}]]) }, [Symbol('s')]);";

describe('a host', function () {
  this.timeout(90_000);

  const create = interpreters();

  it('prints whatever a guest writes, and goes on', async () => {
    const { lines, stderr } = await runScript(`
      const guest = await Interpreter.create();
      for (const script of ${JSON.stringify(odd.map(([, script]) => script))}) {
        console.log('--');
        await guest.exec(script);
      }
      console.log('--');
      console.log('the end');`);
    assert.equal(stderr, '');
    const printed = lines.join('\n').split(/^--$\n?/m);
    assert.equal(printed.pop(), 'the end');
    odd.forEach(([what, , shown], i) => {
      assert.match((printed[i + 1] as string).trimEnd(), shown, what);
    });
  });

  for (const [what, script, shown] of odd) {
    it(`is told by a function what was written: ${what}`, async () => {
      const seen: ConsoleLine[] = [];
      const guest = await create({ console: (line) => seen.push(line) });
      await guest.exec(script);
      await until(() => seen.length > 0, 'the line arrives');
      assert.match(seen[0]?.text ?? '', shown);
    });
  }

  it('goes on when a guest has broken the built-ins and prints', async () => {
    const { lines } = await runScript(`
      for (const script of ${JSON.stringify(broken.map((script) => script + PRINTS))}) {
        for (const console of ['inherit', () => {}]) {
          const guest = await Interpreter.create({ console });
          await guest.exec(script).catch(() => {});
          await guest.terminate();
        }
      }
      console.log('the end');`);
    assert.equal(lines.at(-1), 'the end');
  });

  it('goes on when a Node runtime prints what no console takes', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ runtime: 'node' });
      await guest.exec("console.table([1], 'x'); console.log('%s', { toString: 1, valueOf: 2 })");
      await guest.close();
      console.log('the end');`);
    assert.equal(lines.at(-1), 'the end');
    assert.ok(lines.some((line) => line.includes('toString: 1')));
  });

  it('prints in the console that it has made itself, also where that expects other things', async () => {
    const { lines } = await runScript(`
      const { log } = console;
      console.log = (first, ...rest) => log(first.toUpperCase(), ...rest);
      const guest = await Interpreter.create();
      await guest.exec("console.log('text'); console.log(5)");
      await guest.close();`);
    assert.deepEqual(lines, ['TEXT', '5']);
  });

  it('indents what dir prints in a group, without its options', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      await guest.exec("console.group(); console.dir({ a: { b: {} } }, { depth: 0 })");
      await guest.close();`);
    assert.deepEqual(lines, ['  { a: [Object] }']);
  });

  it('does not pay for groups that are absurdly deep', async () => {
    const seen: ConsoleLine[] = [];
    const guest = await create({ console: (line) => seen.push(line) });
    await guest.exec("for (let i = 0; i < 1e5; i++) console.group(); console.log('deep\\nlines')");
    await until(() => seen.length > 0, 'the line arrives');
    assert.match(seen[0]?.text ?? '', /^ {100,200}deep\n {100,200}lines$/);
  });
});

describe('what a console cannot send', () => {
  const create = interpreters();

  it('is described in a guest that reads the console of another, too', async () => {
    const outer = await create();
    const text = await outer.call(async () => {
      const { Interpreter } = isolane;
      return new Promise<string>((resolve) => {
        void Interpreter.create({ console: ({ text }) => resolve(text) }).then((inner) =>
          inner.exec("console.log('a function:', function named() {}, Symbol('s'))"),
        );
      });
    });
    assert.equal(text, 'a function: [Function: named] Symbol(s)');
  });
});

declare const isolane: typeof import('isolane');
