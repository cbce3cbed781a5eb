import assert from 'node:assert/strict';
import { Script } from 'node:vm';
import { IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { fixture, temporaryModules } from '../support/modules.js';
import { rejection } from '../support/wait.js';

// biome-ignore lint/suspicious/noExplicitAny: functions of every kind.
type AnyFunction = (...args: any[]) => any;

declare const isolane: typeof import('isolane');

/** The place in the first line of a stack that has one. */
function topFrame(error: unknown): string {
  const stack = String((error as Error).stack);
  const place = /^ {4}at .*?((?:file:\/\/)?\/[^()\n]*:\d+:\d+)\)?$/m.exec(stack)?.[1];
  assert.ok(place !== undefined, `no place in ${stack}`);
  return place;
}

async function thrownBy(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

/** A module with functions of every form, each of which throws; written as no formatter would leave it. */
const THROWERS = `
const key = 'computed';
const object = {
  method() { throw new Error('here'); }, async asynchronous() { await null; throw new Error('here'); },
  async() { throw new Error('here'); }, get() { throw new Error('here'); }, static() { throw new Error('here'); },
  function() { throw new Error('here'); }, class() { throw new Error('here'); }, async function (a) { throw new Error('here'); },
  [key + ('[' , "]") + /* ( */ '()']() { throw new Error('here'); },
  'a string (with) [brackets]'() { throw new Error('here'); }, async 'async'() { throw new Error('here'); },
  12() { throw new Error('here'); }, __proto__() { throw new Error('here'); }, $名() { throw new Error('here'); },
  get accessor() { throw new Error('here'); }, set accessor(a) { throw new Error('here'); },
  method
  (
  a
  ) { throw new Error('here'); },
};
class Class {
  static method() { throw new Error('here'); } static async asynchronous() { throw new Error('here'); }
  static async = async () => { throw new Error('here'); };
  #hidden() { throw new Error('here'); } static reveal() { return new Class().#hidden; }
  method() { throw new Error('here'); } field = () => { throw new Error('here'); }
}
const { get, set } = Object.getOwnPropertyDescriptor(object, 'accessor');
const own = (name) => Object.getOwnPropertyDescriptor(object, name).value;
export default {
  'an arrow function': () => { throw new Error('here'); },
  'an arrow function without parentheses': a => { throw new Error('here'); },
  'an arrow function with defaults': ({ a = (1, 2), b = [')'] } = {}, ...c) => { throw new Error('here'); },
  'an arrow function that begins lower':
    // after a comment
    (a) =>
      { throw new Error('here'); },
  'an expression': () => (() => { throw new Error('here'); })(),
  'an async arrow function': async () => { await null; throw new Error('here'); },
  'an async arrow function without parentheses': async a => { throw new Error('here'); },
  'a function': function () { throw new Error('here'); }, 'a named function': function named() { throw new Error('here'); },
  'a function with comments': function /* ( => */ commented // ( =>
      (/* ) */) { throw new Error('here'); },
  'an async function': async function () { await null; throw new Error('here'); },
  'an async function over lines': async /* ( */ function
    spread(
    a, { b } = { b: 1 },
  ) { throw new Error('here'); },
  'a method': Object.create(object, {}).asynchronous,
  'a method called async': object.async, 'a method called get': object.get, 'a method called static': object.static,
  'a method called class': object.class, 'an async method called function': object.function,
  'a computed method': own(Object.keys(object).find((name) => name.includes('()'))),
  'a method with a string for a name': object['a string (with) [brackets]'],
  'a method with a number for a name': object[12], 'a method called __proto__': own('__proto__'),
  'a method with a name beyond ASCII': object.$名,
  'a method over lines': object.method, 'a getter': get, 'a setter': set,
  'a static method': Class.method, 'a static async method': Class.asynchronous,
  'an arrow function called async': Class.async, 'a private method': Class.reveal(),
  'a method of a class': Class.prototype.method, 'a function in a field of a class': new Class().field,
};
`;

describe('a function that travels', () => {
  const create = interpreters();
  const write = temporaryModules();

  it('has its own file, line and column in stacks, whatever its form', async () => {
    const guest = await create();
    const path = write({ 'throwers.mjs': THROWERS });
    const { default: throwers } = (await import(path)) as { default: Record<string, AnyFunction> };
    assert.ok(Object.keys(throwers).length > 25);
    for (const [what, fn] of Object.entries(throwers)) {
      const here = topFrame(await thrownBy(() => fn()));
      assert.equal(topFrame(await rejection(guest.call(fn))), here, what);
    }
  });

  it('has its own file, line and column in stacks in CommonJS too', async () => {
    const guest = await create();
    const source = THROWERS.trim().replace('export default', 'module.exports =');
    const path = write({ 'throwers.cjs': source });
    const throwers = require(path) as Record<string, AnyFunction>;
    for (const [what, fn] of Object.entries(throwers)) {
      const here = topFrame(await thrownBy(() => fn()));
      assert.equal(topFrame(await rejection(guest.call(fn))), here, what);
    }
  });

  it('has them in every frame, also of functions within it', async () => {
    const guest = await create();
    const outer = () => {
      function inner(): never {
        throw new Error('deep');
      }
      const middle = () => [1].map(() => inner());
      return middle();
    };
    const frames = (error: unknown) =>
      String((error as Error).stack)
        .split('\n')
        .slice(1, 6);
    const here = frames(await thrownBy(outer));
    const there = frames(await rejection(guest.call(outer)));
    assert.deepEqual(there.slice(0, 4), here.slice(0, 4));
    assert.match(String(there[0]), /at inner \(.*functions\.test\.js:\d+:\d+\)/);
  });

  it('keeps them through several interpreters', async () => {
    const guest = await create();
    const fail = () => {
      throw new Error('far away');
    };
    const here = topFrame(await thrownBy(fail));
    const there = await rejection(
      guest.call(async () => {
        const inner = await isolane.Interpreter.create();
        const fail = () => {
          throw new Error('farther');
        };
        try {
          await inner.call(fail);
        } finally {
          await inner.close();
        }
      }),
    );
    const [file, line] = here.split(/:(?=\d+:)/);
    assert.ok(topFrame(there).startsWith(`${file}:`));
    assert.ok(Number(topFrame(there).split(':').at(-2)) > Number(line?.split(':')[0]));
    // Both hops are seen, and where each call was made.
    assert.match(
      String(there.stack),
      /\[interpreter \d+\].*functions\.test.*\[interpreter \d+\].*functions\.test/s,
    );
  });

  it('with the same source as another keeps its own place', async () => {
    const guest = await create();
    const path = write({
      'one.mjs': 'export const fail = () => { throw new Error("same"); };\n',
      'two.mjs': '\n\n  export const fail = () => { throw new Error("same"); };\n',
    });
    const one = (await import(path)) as { fail: AnyFunction };
    const two = (await import(path.replace('one.mjs', 'two.mjs'))) as { fail: AnyFunction };
    assert.equal(one.fail.toString(), two.fail.toString());
    for (let i = 0; i < 2; i++) {
      assert.match(topFrame(await rejection(guest.call(one.fail))), /one\.mjs:1:35$/);
      assert.match(topFrame(await rejection(guest.call(two.fail))), /two\.mjs:3:37$/);
    }
  });

  it('has the place that its script was given', async () => {
    const guest = await create();
    const options = { filename: '/made/up.js', lineOffset: 99, columnOffset: 7 };
    const fn = new Script('(() => { throw new Error("e"); })', options).runInThisContext();
    const here = topFrame(await thrownBy(fn));
    assert.equal(here, '/made/up.js:100:23');
    assert.equal(topFrame(await rejection(guest.call(fn))), here);
  });

  it('that was evaluated has a name of its own in stacks', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call(new Function('throw new Error("made")') as () => void),
    );
    assert.match(String(error.stack), /at anonymous \(isolane:function\/\d+:3:7\)/);
  });

  it('resolves import() from the file that it is in', async () => {
    const guest = await create();
    const path = write({
      'main.mjs': "export const load = async () => (await import('./beside.mjs')).default;",
      'beside.mjs': "export default 'beside';",
    });
    const { load } = (await import(path)) as { load: () => Promise<string> };
    assert.equal(await guest.call(load), 'beside');
    const again = () => import('acorn').then(({ version }) => version);
    assert.equal(await guest.call(again), await again());
  });

  it('is compiled once', async () => {
    const guest = await create();
    const count = function count(): number {
      const self = count as unknown as { n?: number };
      self.n = (self.n ?? 0) + 1;
      return self.n;
    };
    assert.deepEqual([await guest.call(count), await guest.call(count)], [1, 2]);
    const closures = [1, 2].map(() => () => Reflect.ownKeys(globalThis).length > 0);
    for (const closure of closures) assert.equal(await guest.call(closure), true);
  });

  it('that is a generator gives an async generator', async () => {
    const guest = await create();
    const generators: AnyFunction[] = [
      function* (n: number) {
        for (let i = 0; i < n; i++) yield i;
      },
      async function* (n: number) {
        for (let i = 0; i < n; i++) yield i;
      },
      {
        *method(n: number) {
          yield* [0, 1, 2].slice(0, n);
        },
      }.method,
      {
        async *method(n: number) {
          yield* [0, 1, 2].slice(0, n);
        },
      }.method,
    ];
    for (const generator of generators) {
      const seen: number[] = [];
      for await (const i of await guest.call(generator, 3)) seen.push(i);
      assert.deepEqual(seen, [0, 1, 2]);
    }
  });

  it('runs without a this, whatever it was at home', async () => {
    const guest = await create();
    const object = {
      method() {
        return typeof this;
      },
      arrow: () => typeof this,
    };
    assert.equal(await guest.call(object.method), 'undefined');
    assert.equal(await guest.call(object.arrow), 'undefined');
  });

  it('is not found in the global scope, nor does it see our own variables', async () => {
    const guest = await create();
    await guest.call(function visible() {});
    assert.equal(await guest.evaluate('typeof visible'), 'undefined');
    for (const name of [
      'source',
      'text',
      'helpers',
      'guest',
      'native',
      'isolaneBinding',
      'module',
    ]) {
      const kind = await guest.call(new Function(`return typeof ${name}`) as () => string);
      assert.equal(kind, 'undefined', name);
    }
  });

  describe('is refused when it only means something at home:', () => {
    const home = {
      withSuper() {
        return super.toString();
      },
    };
    class Home extends Object {
      readonly #secret = 1;
      reveal() {
        return this.#secret;
      }

      arrow = () => super.toString();
    }
    function outer(..._args: unknown[]) {
      // biome-ignore lint/complexity/noArguments: this is about them.
      return () => arguments[0];
    }
    for (const [what, fn, code] of [
      ['super in a method', home.withSuper, 'SUPER'],
      ['super in an arrow function', new Home().arrow, 'SUPER'],
      ['a #private name', Home.prototype.reveal, 'PRIVATE_NAME'],
      ['the arguments of the function around it', outer(1), 'ARGUMENTS'],
    ] as const) {
      it(what, async () => {
        const guest = await create();
        const error = (await rejection(guest.call(fn as AnyFunction))) as IsolaneError;
        assert.ok(error instanceof IsolaneError);
        assert.equal(error.code, `ERR_ISOLANE_${code}`);
        assert.match(error.message, /functions\.test\.js:\d+ .*module/);
      });
    }

    it('import.meta', async () => {
      const guest = await create();
      const path = write({ 'meta.mjs': 'export const where = () => import.meta.url;' });
      const { where } = (await import(path)) as { where: () => string };
      const error = (await rejection(guest.call(where))) as IsolaneError;
      assert.equal(error.code, 'ERR_ISOLANE_IMPORT_META');
      assert.match(error.message, /meta\.mjs:1 .*argument/);
    });

    it('but not the same in classes, methods and functions within it', async () => {
      const guest = await create();
      const result = await guest.call((word: string) => {
        class Base {
          greet() {
            return `hello ${word}`;
          }
        }
        class Derived extends Base {
          #mark = '!';
          override greet() {
            return super.greet() + this.#mark;
          }
        }
        function count(..._args: number[]) {
          // biome-ignore lint/complexity/noArguments: this is about them.
          return arguments.length;
        }
        return [new Derived().greet(), count(1, 2, 3)];
      }, 'you');
      assert.deepEqual(result, ['hello you!', 3]);
    });
  });

  it('that strict mode forbids is refused with its place', async () => {
    const guest = await create();
    const fn = new Script('(function () { with ({}) {} })', {
      filename: '/some/sloppy.js',
    }).runInThisContext();
    const error = await rejection(guest.call(fn));
    assert.ok(error instanceof SyntaxError);
    assert.match(error.message, /\/some\/sloppy\.js:1.*strict mode/);
  });
});

describe('a variable that a function left at home', () => {
  const create = interpreters();

  const explained = async (code: string): Promise<string> => {
    const guest = await create();
    const error = await rejection(guest.call(new Function(code) as () => unknown));
    assert.ok(error instanceof ReferenceError, String(error));
    return error.message;
  };

  it('is named wherever it is used, with what to do', async () => {
    for (const code of [
      'return missing',
      'missing = 1',
      'missing++',
      'return (() => [1].map(() => missing))()',
      'return (async () => { await null; missing(); })()',
      'return Promise.resolve().then(() => missing)',
      'class A extends missing {}',
    ]) {
      const message = await explained(code);
      assert.match(message, /^missing is not defined in interpreter \d+: /, code);
      assert.match(message, /argument.*provide\(\).*module/, code);
    }
  });

  it('does not throw where the language does not', async () => {
    const guest = await create();
    const fn = new Function('return [typeof missing, (() => typeof missing)()]') as () => string[];
    assert.deepEqual(await guest.call(fn), ['undefined', 'undefined']);
  });

  it('is not what is used before its declaration', async () => {
    const message = await explained('late; let late = 1;');
    assert.match(message, /^Cannot access 'late' before initialization$/);
  });

  it('is not what other code in the guest misses', async () => {
    const guest = await create();
    await guest.exec('function fails() { return other_missing; }');
    const error = await rejection(guest.call(new Function('return fails()') as () => void));
    assert.equal(error.message, 'other_missing is not defined');
  });

  for (const [what, code, advice] of [
    ['an import as TypeScript writes it', 'return (0, lib_1.foo)(1)', /^lib_1 .* import/],
    ['an import as esbuild writes it', 'return import_lib.foo(1)', /^import_lib .* import/],
    [
      'an import as Vite writes it',
      'return (0, __vite_ssr_import_0__.foo)(1)',
      /^__vite_ssr_import_0__ .* import/,
    ],
    [
      'an import as webpack writes it',
      'return (0,_lib__WEBPACK_IMPORTED_MODULE_0__.foo)(1)',
      /^_lib__WEBPACK_IMPORTED_MODULE_0__ .* import/,
    ],
    [
      'a counter of Istanbul',
      'cov_1a2b3c().f[0]++; return 1',
      /^cov_1a2b3c .*coverage.*istanbul ignore/,
    ],
    ['what Node has', 'return process.pid', /^process .*Node API/],
    ['what CommonJS has', 'return require("fs")', /^require .*Node API/],
  ] as const) {
    it(`is known for what it is: ${what}`, async () => {
      assert.match(await explained(code), advice);
    });
  }

  it('is there when it was provided', async () => {
    const guest = await create({ globals: { missing: 6 } });
    const fn = new Function('return missing * 7') as () => number;
    assert.equal(await guest.call(fn), 42);
  });

  it('may be a module of the same folder', async () => {
    const guest = await create();
    const { even } = await guest.import<{ even(n: number): boolean }>(fixture('cycle/even.mjs'));
    assert.equal(await even(4), true);
  });
});
