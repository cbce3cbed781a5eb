import assert from 'node:assert/strict';
import { InterpreterClosedError, type IsolaneError, move } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, thrown } from '../support/wait.js';

const somethingHere = 5;

describe('call', () => {
  const create = interpreters();

  it('runs a function there, with arguments, and gives its result', async () => {
    const guest = await create();
    assert.equal(await guest.call((a, b) => a + b, 20, 22), 42);
    assert.equal(await guest.call(() => {}), undefined);
    assert.deepEqual(await guest.call((...all: unknown[]) => all, 1, 'two', null, undefined), [
      1,
      'two',
      null,
      undefined,
    ]);
  });

  it('takes functions of every form', async () => {
    const guest = await create();
    const object = {
      method(n: number) {
        return n + 1;
      },
      async 'async method'(n: number) {
        return n + 2;
      },
      ['computed']: (n: number) => n + 3,
    };
    class Helper {
      readonly field = 1;

      static double(n: number) {
        return n * 2;
      }
    }
    assert.equal(await guest.call(object.method, 1), 2);
    assert.equal(await guest.call(object['async method'], 1), 3);
    assert.equal(await guest.call(object.computed, 1), 4);
    assert.equal(await guest.call(Helper.double, 4), 8);
    assert.equal(await guest.call((n) => n, 'arrow'), 'arrow');
    assert.equal(
      await guest.call(function named(n: number): number {
        return n <= 1 ? 1 : n * named(n - 1);
      }, 5),
      120,
    );
    assert.equal(
      await guest.call(
        (n: number = 3, { deep: [first = 4] = [] }: { deep?: number[] } = {}) => n * first,
      ),
      12,
    );
    assert.equal(
      // biome-ignore lint/complexity/useArrowFunction: this is about them.
      await guest.call(async function (n) {
        return n;
      }, 6),
      6,
    );
    assert.equal(
      await guest.call(new Function('a', 'return a + 1 // a comment') as (a: number) => number, 1),
      2,
    );
  });

  it('awaits what a function promises', async () => {
    const guest = await create();
    assert.equal(
      await guest.call(async (n) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return n * 2;
      }, 21),
      42,
    );
    const thenable = await guest.call(() => ({
      // biome-ignore lint/suspicious/noThenProperty: this is about thenables.
      then: (resolve: (value: string) => void) => resolve('thenable'),
    }));
    assert.equal(thenable, 'thenable');
  });

  it('copies what it passes', async () => {
    const guest = await create();
    const value = { list: [1] };
    const there = await guest.call((value) => {
      value.list.push(2);
      return value;
    }, value);
    assert.deepEqual(value, { list: [1] });
    assert.deepEqual(there, { list: [1, 2] });
  });

  it('runs in strict mode, without a this', async () => {
    const guest = await create();
    assert.equal(
      await guest.call(function (this: unknown) {
        return typeof this;
      }),
      'undefined',
    );
  });

  it('interleaves asynchronous functions', async () => {
    const guest = await create();
    const log = await guest.call(() => {
      Object.assign(globalThis, { log: [] });
    });
    assert.equal(log, undefined);
    const step = async (name: string) => {
      const { log } = globalThis as unknown as { log: string[] };
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, name === 'a' ? 30 : 5));
      log.push(`${name} ends`);
    };
    await Promise.all([guest.call(step, 'a'), guest.call(step, 'b')]);
    assert.deepEqual(await guest.evaluate('log'), ['a begins', 'b begins', 'b ends', 'a ends']);
  });

  it('keeps the order of calls', async () => {
    const guest = await create();
    await guest.exec('var order = []');
    const calls = Array.from({ length: 100 }, (_, i) =>
      guest.call((i) => {
        (globalThis as unknown as { order: number[] }).order.push(i);
      }, i),
    );
    await Promise.all(calls);
    assert.deepEqual(
      await guest.evaluate('order'),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it('answers thousands in parallel, in several interpreters', async () => {
    const guests = await Promise.all([create(), create(), create()]);
    const calls = Array.from({ length: 3000 }, (_, i) =>
      (guests[i % 3] as (typeof guests)[0]).call((i) => ({ square: i * i }), i),
    );
    const answers = await Promise.all(calls);
    assert.ok(answers.every(({ square }, i) => square === i * i));
  });

  it('runs at the same time in different interpreters', async () => {
    const [one, two] = await Promise.all([create(), create()]);
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const meet = (flags: Int32Array, mine: number) => {
      Atomics.store(flags, mine, 1);
      // Neither would ever end if they took turns.
      while (Atomics.load(flags, 1 - mine) === 0);
      return true;
    };
    assert.deepEqual(await Promise.all([one.call(meet, flags, 0), two.call(meet, flags, 1)]), [
      true,
      true,
    ]);
  });

  it('does not keep what it passed', async () => {
    const guest = await create();
    for (let i = 0; i < 50; i++) {
      const bytes = new Uint8Array(4_000_000);
      await guest.call((bytes) => bytes.length, move(bytes));
    }
  });

  describe('refuses', () => {
    for (const [what, fn, code] of [
      ['a native function', Math.max, 'ERR_ISOLANE_NATIVE_FUNCTION'],
      ['a native method', Array.prototype.map, 'ERR_ISOLANE_NATIVE_FUNCTION'],
      ['a bound function', ((n: number) => n).bind(null), 'ERR_ISOLANE_NATIVE_FUNCTION'],
      ['a class', class Named {}, 'ERR_ISOLANE_CLASS'],
    ] as const) {
      it(`${what}, and says why`, async () => {
        const guest = await create();
        const error = (await rejection(guest.call(fn as () => unknown))) as IsolaneError;
        assert.equal(error.name, 'IsolaneError');
        assert.equal(error.code, code);
        assert.ok(error.message.length > 40, error.message);
        assert.equal(
          (thrown(() => guest.callSync(fn as () => unknown)) as IsolaneError).code,
          code,
        );
      });
    }

    it('a bound function by its own name, if it has one', async () => {
      const guest = await create();
      for (const [fn, begin] of [
        [((n: number) => n).bind(null), 'This function is bound, '],
        [function named() {}.bind(null).bind(null), 'The function named is bound, '],
      ] as const) {
        const error = await rejection(guest.call(fn as () => unknown));
        assert.ok(error.message.startsWith(begin), error.message);
      }
    });

    for (const what of [undefined, null, 'a => a', 5, {}]) {
      it(`${what === null ? 'null' : typeof what} in the place of a function`, async () => {
        const guest = await create();
        const error = await rejection(guest.call(what as unknown as () => unknown));
        assert.equal(error.name, 'TypeError');
        assert.match(error.message, /function is needed/);
      });
    }
  });

  it('names the variable that a function left at home, and what to do', async () => {
    const guest = await create({ name: 'away' });
    for (const error of [
      await rejection(guest.call(() => somethingHere + 1)),
      await rejection(guest.call(async () => somethingHere + 1)),
      thrown(() => guest.callSync(() => somethingHere + 1)),
    ]) {
      assert.ok(error instanceof ReferenceError);
      assert.match(error.message, /somethingHere is not defined in interpreter \d+ \(away\)/);
      assert.match(error.message, /provide/);
    }
  });

  it('goes on after an exception', async () => {
    const guest = await create();
    for (let i = 0; i < 100; i++) {
      const error = await rejection(
        guest.call((i) => {
          throw new Error(`number ${i}`);
        }, i),
      );
      assert.equal(error.message, `number ${i}`);
    }
    assert.equal(await guest.call(() => 'fine'), 'fine');
  });

  it('ends with a RangeError in recursion without end', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call(() => {
        const dive = (): number => dive() + 1;
        return dive();
      }),
    );
    assert.ok(error instanceof RangeError);
    assert.equal(await guest.call(() => 'fine'), 'fine');
  });
});

describe('callSync', () => {
  const create = interpreters();

  it('runs under the lock, on this thread, and gives the result', async () => {
    const guest = await create();
    assert.equal(
      guest.callSync((a, b) => a * b, 6, 7),
      42,
    );
    assert.deepEqual(
      guest.callSync((o) => ({ ...o, b: 2 }), { a: 1 }),
      { a: 1, b: 2 },
    );
    assert.equal(
      guest.callSync(() => {}),
      undefined,
    );
  });

  it('sees the same globals as the others', async () => {
    const guest = await create();
    await guest.exec('globalThis.count = 1');
    guest.callSync(() => {
      (globalThis as unknown as { count: number }).count++;
    });
    assert.equal(await guest.evaluate('count'), 2);
  });

  it('hands over what is moved', async () => {
    const guest = await create();
    const bytes = new Uint8Array([1, 2, 3]);
    const there = guest.callSync((bytes) => isolane.move(bytes), move(bytes));
    assert.equal(bytes.length, 0);
    assert.deepEqual(there, new Uint8Array([1, 2, 3]));
  });

  it('throws what the function throws', async () => {
    const guest = await create();
    const error = thrown(() =>
      guest.callSync(() => {
        throw Object.assign(new RangeError('from there'), { code: 'E' });
      }),
    ) as RangeError & { code: string };
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'from there');
    assert.equal(error.code, 'E');
    assert.equal(
      guest.callSync(() => 1),
      1,
    );
  });

  it('refuses a function that promises, and says so', async () => {
    const guest = await create();
    assert.throws(() => guest.callSync(async () => 1), {
      name: 'IsolaneError',
      code: 'ERR_ISOLANE_ASYNC_RESULT',
    });
    assert.equal(
      guest.callSync(() => 2),
      2,
    );
  });

  it('waits while the interpreter is busy', async () => {
    const guest = await create();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const running = guest.call((flag) => {
      Atomics.store(flag, 0, 1);
      const end = Date.now() + 100;
      while (Date.now() < end);
      Atomics.store(flag, 0, 2);
    }, flag);
    while (Atomics.load(flag, 0) === 0);
    assert.equal(
      guest.callSync((flag) => Atomics.load(flag, 0), flag),
      2,
    );
    await running;
  });

  it('works ten thousand times, between other calls', async () => {
    const guest = await create();
    await guest.exec('globalThis.n = 0');
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 10_000; i++) {
      guest.callSync(() => {
        (globalThis as unknown as { n: number }).n++;
      });
      if (i % 500 === 0) calls.push(guest.call(async () => await null));
    }
    await Promise.all(calls);
    assert.equal(await guest.evaluate('n'), 10_000);
  });

  it('lets timers and promises that it starts go on there', async () => {
    const guest = await create();
    guest.callSync(() => {
      Object.assign(globalThis, {
        later: new Promise((resolve) => setTimeout(resolve, 5, 'later')),
      });
    });
    assert.equal(await guest.evaluate('later'), 'later');
  });

  it('runs the microtasks that it starts', async () => {
    const guest = await create();
    guest.callSync(() => {
      void Promise.resolve().then(() => Object.assign(globalThis, { ran: true }));
    });
    assert.equal(await guest.evaluate('typeof ran'), 'boolean');
  });

  it('overflows the stack with a RangeError, and both sides go on', async () => {
    const guest = await create();
    assert.throws(
      () =>
        guest.callSync(() => {
          const dive = (): number => dive() + 1;
          return dive();
        }),
      RangeError,
    );
    assert.equal(
      guest.callSync(() => 'fine'),
      'fine',
    );
    assert.equal(await guest.call(() => 'fine'), 'fine');
  });

  it('works from deep inside the stack of the caller', async () => {
    const guest = await create();
    const dive = (depth: number): number =>
      depth === 0 ? guest.callSync(() => 7) : dive(depth - 1) + 0;
    assert.equal(dive(2000), 7);
  });

  it('may call back into a third interpreter', async () => {
    const guest = await create();
    const result = await guest.call(async () => {
      const inner = await isolane.Interpreter.create();
      try {
        return inner.callSync((n) => n * 2, 21);
      } finally {
        await inner.close();
      }
    });
    assert.equal(result, 42);
  });

  it('after the end throws an InterpreterClosedError', async () => {
    const guest = await create();
    await guest.terminate('over');
    assert.throws(
      () => guest.callSync(() => 1),
      (error) => error instanceof InterpreterClosedError && error.reason === 'over',
    );
  });
});

declare const isolane: typeof import('isolane');
