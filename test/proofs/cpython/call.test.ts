/**
 * What CPython's tests of interpreters expect, said again for Isolane. Here: call, with every kind of callable.
 *
 * CPython sends a function that needs nothing around it as code, and others by pickle, which finds them again by the name of
 * their module. In Isolane the source travels alone, and what a function needs from around it is an argument, a global made
 * by provide(), or in a module, whose functions import() makes callable. There is no counterpart to call_in_thread(): call()
 * always runs on the interpreter's own thread, and callSync() on the caller's.
 */
import assert from 'node:assert/strict';
import { type Interpreter, IsolaneError, NotShareableError } from 'isolane';
import { interpreters } from '../../support/interpreters.js';
import { temporaryModules } from '../../support/modules.js';
import { rejection, thrown } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

const outside = 42;

// biome-ignore lint/suspicious/noExplicitAny: any function at all.
type Callable = (...args: any[]) => unknown;

/** A call answers the same in its asynchronous and its synchronous form. */
async function both(guest: Interpreter, fn: Callable, ...args: unknown[]): Promise<unknown> {
  const answer = await guest.call(fn, ...args);
  assert.deepEqual(guest.callSync(fn, ...args), answer);
  return answer;
}

class Spam {
  constructor(readonly value: unknown) {}
  static noop(): void {}
  static of(...values: unknown[]): unknown {
    return { values };
  }
  run(...args: unknown[]): unknown {
    return { args };
  }
  get self(): Spam {
    return this;
  }
}

describe('CPython on calling functions', () => {
  const create = interpreters();
  const write = temporaryModules();

  describe('that need nothing around them', () => {
    it('without arguments or result', async () => {
      assert.equal(await both(await create(), () => {}), undefined);
    });

    it('that give simple values, and structures', async () => {
      const guest = await create();
      assert.deepEqual(await both(guest, () => [1, null]), [1, null]);
      assert.deepEqual(await both(guest, () => ({ list: [1, 2, 3] })), { list: [1, 2, 3] });
    });

    it('that give a function, which cannot travel back', async () => {
      // CPython can send functions as results if they need nothing; a result of Isolane is data, or an endpoint.
      const guest = await create();
      for (const error of [
        await rejection(guest.call(() => (x: number) => x)),
        thrown(() => guest.callSync(() => (x: number) => x)),
      ]) {
        assert.ok(error instanceof NotShareableError);
        assert.equal(error.path, '$');
      }
    });

    for (const [what, value] of [
      ['nothing', undefined],
      ['null', null],
      ['a number', 10],
      ['a large integer', 2n ** 1000n],
      ['text', 'spam!'],
      ['bytes', new Uint8Array([1, 2, 3])],
      ['a view of bytes', new DataView(new ArrayBuffer(4))],
      ['a list', [1, 2, 'spam!']],
      ['a record', { a: 1, b: 2 }],
      ['a Map', new Map([['a', new Set([1])]])],
      ['a date', new Date(0)],
      ['an error', new RangeError('uh-oh!')],
    ] as const) {
      it(`gets back what it was given: ${what}`, async () => {
        assert.deepEqual(await both(await create(), (value) => value, value), value);
      });
    }

    for (const [what, value] of [
      ['a function', Math.max],
      ['a class', Spam],
      ['a symbol', Symbol('spam')],
      ['a promise', Promise.resolve()],
      ['a WeakMap', new WeakMap()],
    ] as const) {
      it(`cannot be given ${what}`, async () => {
        const guest = await create();
        const error = await rejection(guest.call((value) => typeof value, value as unknown));
        assert.ok(error instanceof NotShareableError);
        assert.match(error.path, /^arguments\[0\]/);
      });
    }

    it('with every kind of parameter', async () => {
      const guest = await create();
      const full = (
        a: number,
        [b]: number[],
        { c, ...d }: Record<string, number>,
        ...e: string[]
      ) => [a, b, c, d, e];
      assert.deepEqual(await both(guest, full, 1, [2], { c: 3, g: 7, h: 8 }, '?', '!'), [
        1,
        2,
        3,
        { g: 7, h: 8 },
        ['?', '!'],
      ]);
    });

    it('with defaults, which are computed there', async () => {
      const guest = await create();
      const fn = (a = -1, b = a - 1, { c = -3 } = {}, d = isolane.Interpreter.current.id) => [
        a,
        b,
        c,
        d,
      ];
      assert.deepEqual(await both(guest, fn), [-1, -2, -3, guest.id]);
      assert.deepEqual(await both(guest, fn, 1, 2, { c: 3 }, 4), [1, 2, 3, 4]);
    });

    it('that change what they were given change a copy', async () => {
      const guest = await create();
      const given = { list: [1] };
      const changed = await both(
        guest,
        (given: { list: number[] }) => {
          given.list.push(2);
          return given;
        },
        given,
      );
      assert.deepEqual(changed, { list: [1, 2] });
      assert.deepEqual(given, { list: [1] });
    });
  });

  describe('of every form', () => {
    const forms: [string, Callable, unknown[], unknown][] = [
      ['an arrow function', (x: number) => x + 1, [1], 2],
      [
        'an arrow function with a body',
        (x: number) => {
          return x + 1;
        },
        [1],
        2,
      ],
      ['a function', (x: number) => x + 1, [1], 2],
      [
        'a function that calls itself by its name',
        function f(n: number): number {
          return n < 2 ? 1 : n * f(n - 1);
        },
        [5],
        120,
      ],
      ['a static method', Spam.of, [1, 2], { values: [1, 2] }],
      ['a static method that does nothing', Spam.noop, [], undefined],
      ['a method', new Spam(1).run, [1, 2], { args: [1, 2] }],
      [
        'a method of an object',
        {
          run(x: number) {
            return x * 2;
          },
        }.run,
        [4],
        8,
      ],
      ['a method with a computed name', { ['a name']: (x: number) => x * 2 }['a name'], [4], 8],
      ['what new Function makes', new Function('a', 'b', 'return a ** b') as Callable, [2, 5], 32],
    ];
    for (const [what, fn, args, expected] of forms) {
      it(what, async () => {
        assert.deepEqual(await both(await create(), fn, ...args), expected);
      });
    }

    it('an async function, of which callSync says that it is one', async () => {
      const guest = await create();
      const fn = async (x: number) => {
        await null;
        return x + 1;
      };
      assert.equal(await guest.call(fn, 1), 2);
      const error = thrown(() => guest.callSync(fn, 1)) as IsolaneError;
      assert.equal(error.code, 'ERR_ISOLANE_ASYNC_RESULT');
    });

    for (const [what, fn] of [
      ['a class', Spam],
      ['a built-in class', Map],
      ['a built-in function', parseInt],
      ['a built-in method', [].push],
      ['a bound function', ((x: number) => x).bind(undefined)],
    ] as const) {
      it(`${what} is refused, and the error says what to do`, async () => {
        // CPython calls classes, callable objects and built-ins, which it finds by name in the other interpreter.
        const guest = await create();
        const error = await rejection(guest.call(fn as unknown as Callable, 1));
        assert.ok(error instanceof IsolaneError);
        assert.match(error.message, /arrow function|module/);
        assert.equal(await guest.call(() => 'unharmed'), 'unharmed');
      });
    }

    it('built-ins are called by an arrow function around them', async () => {
      const guest = await create();
      assert.equal(await both(guest, (text: string) => Number.parseInt(text, 10), '42'), 42);
      assert.deepEqual(
        await both(guest, (pairs: [string, number][]) => new Map(pairs), [['a', 1]]),
        new Map([['a', 1]]),
      );
    });

    for (const wrong of [undefined, null, 42, '() => 1', {}]) {
      it(`${wrong === null ? 'null' : typeof wrong} is no function`, async () => {
        const guest = await create();
        assert.ok((await rejection(guest.call(wrong as unknown as Callable))) instanceof TypeError);
      });
    }
  });

  describe('that need something around them', () => {
    it('a variable outside is missed, by name', async () => {
      // CPython refuses closures before it sends them; here the error comes from where the variable is missed.
      const guest = await create();
      const error = await rejection(guest.call(() => outside));
      assert.ok(error instanceof ReferenceError);
      assert.match(error.message, /outside/);
      assert.match(error.message, /provide/);
    });

    it('a global that was provided is found', async () => {
      const guest = await create();
      await guest.provide({ outside: 7 });
      assert.equal(await guest.call(() => outside), 7);
    });

    it('a global that is set stays, for calls and scripts alike', async () => {
      const guest = await create();
      const set = (name: string, value: unknown) => {
        Reflect.set(globalThis, name, value);
      };
      const get = (name: string) => Reflect.get(globalThis, name) as unknown;
      assert.equal(await guest.call(get, 'spam'), undefined);
      await guest.exec('spam = true');
      assert.equal(await guest.call(get, 'spam'), true);
      await guest.call(set, 'spam', 42);
      assert.equal(await guest.evaluate('spam'), 42);
      assert.equal('spam' in globalThis, false);
    });

    it('eval there sees the globals there', async () => {
      const guest = await create();
      await guest.exec('var spam = 42; let eggs = 1;');
      // biome-ignore lint/security/noGlobalEval: this is about it.
      const evaluate = (code: string) => globalThis.eval(code) as unknown;
      assert.equal(await both(guest, evaluate, 'spam + eggs'), 43);
      assert.ok((await rejection(guest.call(evaluate, 'ham'))) instanceof ReferenceError);
    });

    it('a module keeps its state there, and this one here keeps its own', async () => {
      const guest = await create();
      const path = write({
        'count.mjs':
          'export let count = 0; export const inc = (x = 1) => { count += x; }; export const get = () => count;',
      });
      const there = await guest.import<{ inc(x?: number): void; get(): number }>(path);
      const here = (await import(path)) as { count: number };
      assert.equal(await there.get(), 0);
      await there.inc();
      await there.inc(3);
      assert.equal(await there.get(), 4);
      assert.equal(here.count, 0);
      assert.equal(await guest.evaluate('typeof count'), 'undefined');
    });

    it('a function knows in which interpreter it runs', async () => {
      const guest = await create();
      assert.equal(await both(guest, () => isolane.Interpreter.current.id), guest.id);
    });
  });

  describe('that give what cannot travel', () => {
    for (const [what, fn] of [
      ['a closure', (value: unknown) => () => value],
      ['an object with a method', (value: unknown) => ({ get: () => value })],
      ['the global scope', () => globalThis],
    ] as const) {
      it(`${what} is refused, and the interpreter goes on`, async () => {
        const guest = await create();
        assert.ok((await rejection(guest.call(fn as Callable, 42))) instanceof NotShareableError);
        assert.equal(await guest.call(() => 1), 1);
      });
    }

    it('an object of a class of its own arrives as plain data', async () => {
      // As structured clone has it. CPython makes an object of the same class, if it finds that by name.
      const guest = await create();
      const arrived = await guest.call(() => {
        class Eggs {
          value = 1;
        }
        return new Eggs();
      });
      assert.deepEqual({ ...arrived }, { value: 1 });
      assert.equal(Object.getPrototypeOf(arrived), Object.prototype);
    });
  });
});
