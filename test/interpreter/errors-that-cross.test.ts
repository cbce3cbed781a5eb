import assert from 'node:assert/strict';
import { InterpreterClosedError, type IsolaneError } from 'isolane';
import { interpreters, withInterpreter } from '../support/interpreters.js';
import { fixture } from '../support/modules.js';
import { rejection, thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

type Loose = Error & Record<string, unknown>;

describe('an error that crosses', () => {
  const create = interpreters();

  /** What is thrown here by code that throws there. */
  const crossing = async (code: string): Promise<Loose> =>
    (await rejection((await create()).exec(code))) as Loose;

  for (const [name, code] of [
    ['CompileError', 'new WebAssembly.Module(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]))'],
    [
      'LinkError',
      'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0, 1,4,1,96,0,0, 2,7,1,1,97,1,98,0,0])), { a: { b: 1 } })',
    ],
    [
      'RuntimeError',
      'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0, 1,4,1,96,0,0, 3,2,1,0, 7,5,1,1,102,0,0, 10,5,1,3,0,0,11]))).exports.f()',
    ],
  ] as const) {
    it(`is of its class: WebAssembly.${name}`, async () => {
      const error = await crossing(code);
      const Class = (globalThis as unknown as { WebAssembly: Record<string, ErrorConstructor> })
        .WebAssembly[name];
      assert.equal(error.constructor, Class);
      assert.equal(error.name, name);
      assert.ok(error.message.length > 0);
    });
  }

  it('is of its class: SuppressedError, with both of its errors', async function () {
    if (!('SuppressedError' in globalThis)) this.skip();
    const error = await crossing(
      'throw new SuppressedError(new TypeError("later"), new RangeError("first"), "both")',
    );
    assert.equal(error.name, 'SuppressedError');
    assert.equal(error.constructor.name, 'SuppressedError');
    assert.ok(error['error'] instanceof TypeError);
    assert.ok(error['suppressed'] instanceof RangeError);
    assert.deepEqual(Object.keys(error), []);
  });

  it('is of its class: DOMException, where the guest has that', async function () {
    const guest = await create();
    if (!(await guest.evaluate('typeof DOMException === "function"'))) this.skip();
    const error = await rejection(
      guest.exec('throw new DOMException("too big", "DataCloneError")'),
    );
    assert.ok(error instanceof DOMException);
    assert.deepEqual([error.name, error.message, error.code], ['DataCloneError', 'too big', 25]);
  });

  it('keeps what is its own as it was, and in its order', async () => {
    const error = await crossing(`
      class HttpError extends TypeError { status = 404; name = 'HttpError'; headers = new Map([['a', 1]]); }
      throw Object.assign(new HttpError('not found'), { code: 'E_HTTP', ['__proto__x']: 1, length: 3 });
    `);
    assert.ok(error instanceof TypeError);
    assert.deepEqual(
      { ...error },
      {
        status: 404,
        name: 'HttpError',
        headers: new Map([['a', 1]]),
        code: 'E_HTTP',
        __proto__x: 1,
        length: 3,
      },
    );
    assert.deepEqual(Object.keys(error), Object.keys({ ...error }));
    assert.equal(String(error), 'HttpError: not found');
  });

  it('keeps errors that are its properties whole', async () => {
    const error = await crossing(`
      const inner = Object.assign(new RangeError('inner', { cause: 'why' }), { code: 'E_IN' });
      throw Object.assign(new Error('outer'), { original: inner, same: inner });
    `);
    const inner = error['original'] as Loose;
    assert.ok(inner instanceof RangeError);
    assert.deepEqual([inner['code'], inner.cause], ['E_IN', 'why']);
    assert.equal(error['same'], inner);
  });

  it('does not take over a property that would change its prototype', async () => {
    const error = await crossing(`
      const error = new Error('e');
      Object.defineProperty(error, '__proto__', { value: { evil: true }, enumerable: true });
      throw error;
    `);
    assert.equal(Object.getPrototypeOf(error), Error.prototype);
    assert.equal(error['evil'], undefined);
  });

  it('leaves out what cannot travel or be read, and symbols', async () => {
    const error = await crossing(`
      const error = new Error('e');
      Object.defineProperty(error, 'bad', { enumerable: true, get() { throw 1; } });
      throw Object.assign(error, { fn() {}, sym: Symbol('s'), weak: new WeakMap(), [Symbol('k')]: 1, nested: { fn() {} }, fine: 1 });
    `);
    assert.deepEqual({ ...error }, { fine: 1 });
    assert.deepEqual(Object.getOwnPropertySymbols(error), []);
  });

  it('may have a cause that cannot travel, which is told', async () => {
    const error = await crossing('throw new Error("e", { cause: function reason() {} })');
    assert.equal((error.cause as IsolaneError).code, 'ERR_ISOLANE_THROWN_VALUE');
    assert.match((error.cause as Error).message, /type function \(reason\)/);
  });

  it('may have ten thousand causes', async () => {
    const error = await crossing(`
      let error = new Error('0');
      for (let i = 1; i < 10_000; i++) error = new Error(String(i), { cause: error });
      throw error;
    `);
    let depth = 0;
    for (let at: unknown = error; at instanceof Error; at = at.cause) depth++;
    assert.equal(depth, 10_000);
  });

  it('may contain itself among its own errors', async () => {
    const error = (await crossing(`
      const all = new AggregateError([new TypeError('one'), 'two', () => {}], 'all');
      all.errors.push(all);
      throw all;
    `)) as unknown as AggregateError;
    assert.equal(error.errors.length, 4);
    assert.ok(error.errors[0] instanceof TypeError);
    assert.equal(error.errors[1], 'two');
    assert.equal(error.errors[2].code, 'ERR_ISOLANE_THROWN_VALUE');
    assert.equal(error.errors[3], error);
  });

  it('may have a message of ten million characters', async () => {
    const error = await crossing('throw new Error("x".repeat(1e7))');
    assert.equal(error.message.length, 1e7);
  });

  it('names what was thrown if that cannot travel', async () => {
    for (const [code, shown] of [
      ['Symbol("what")', /type symbol \(Symbol\(what\)\)/],
      ['function named() {}', /type function \(named\)/],
      ['() => {}', /type function\.$/],
      ['new WeakMap()', /type object \(\[object WeakMap\]\)/],
    ] as const) {
      assert.match((await crossing(`throw ${code}`)).message, shown);
    }
  });
});

describe('the stack of an error that crosses', () => {
  const create = interpreters();

  const lines = (error: Error): string[] => String(error.stack).split('\n');

  it('is a text whatever the guest has made of it', async () => {
    const guest = await create();
    for (const [change, expected] of [
      ['error.stack = undefined', /^Error: e\n {4}at \[/],
      ['error.stack = 5', /^Error: e\n {4}at \[/],
      ['delete error.stack', /^(Error: e\n)/],
      ['error.stack = "mine"', /^mine\n {4}at \[/],
    ] as const) {
      const error = await rejection(
        guest.exec(`{ const error = new Error('e'); ${change}; throw error; }`),
      );
      assert.match(String(error.stack), expected, change);
    }
  });

  it('is a text when Error.prepareStackTrace gives lists of frames, or throws', async () => {
    const guest = await create();
    await guest.exec('Error.prepareStackTrace = (error, frames) => frames');
    const listed = await rejection(
      guest.call(function thrower() {
        throw new TypeError('listed');
      }),
    );
    assert.match(String(listed.stack), /^TypeError: listed\n {4}at thrower \(.*errors-that-cross/);
    assert.match(String(listed.stack), /\[interpreter.*\n.*errors-that-cross/);
    assert.doesNotMatch(String(listed.stack), /isolane:guest/);
    await guest.exec('Error.prepareStackTrace = () => { throw new Error("no stack for you"); }');
    const broken = await rejection(guest.exec('throw new TypeError("without")'));
    assert.equal(broken.message, 'without');
    assert.ok(broken instanceof TypeError);
    await guest.exec('Error.prepareStackTrace = (error) => "custom " + error.message');
    const custom = await rejection(guest.exec('throw new TypeError("text")'));
    assert.match(String(custom.stack), /^custom text\n {4}at \[interpreter/);
  });

  it('is a text when this side gives lists of frames', async () => {
    const guest = await create();
    const before = Error.prepareStackTrace;
    let error: Error;
    try {
      Error.prepareStackTrace = (_error, frames) => frames;
      error = await rejection(guest.exec('throw new Error("e")'));
      assert.equal(typeof error.stack, 'string');
    } finally {
      if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
      else Error.prepareStackTrace = before;
    }
    assert.match(String(error.stack), /\[interpreter \d+\]\n {4}at .*errors-that-cross/);
  });

  it('has as many frames as the guest wants', async () => {
    const guest = await create();
    await guest.exec(
      'Error.stackTraceLimit = 30; function dive(n) { if (n === 0) throw new Error("deep"); dive(n - 1); }',
    );
    const deep = await rejection(guest.exec('dive(25)'));
    assert.equal(lines(deep).filter((line) => /at dive/.test(line)).length, 26);
    await guest.exec('Error.stackTraceLimit = 0');
    const bare = await rejection(guest.exec('dive(5)'));
    assert.match(String(bare.stack), /^Error: deep\n {4}at \[interpreter/);
  });

  it('has no frames of our own, and both sides, however the call was made', async () => {
    const guest = await create({ name: 'place' });
    await guest.exec(
      'function fail() { throw new Error("there"); }\nasync function failLater() { await null; fail(); }',
    );
    const remote = await guest.import<{ fails(why: string): never }>(fixture('exports.mjs'));
    const errors = {
      call: await rejection(guest.call(new Function('fail()') as () => void)),
      'async call': await rejection(guest.call(new Function('return failLater()') as () => void)),
      callSync: thrown(() => guest.callSync(new Function('fail()') as () => void)),
      exec: await rejection(guest.exec('fail()')),
      evaluate: await rejection(guest.evaluate('failLater()')),
      remote: await rejection(remote.fails('there')),
      with: await rejection(
        guest.with({ timeout: 60_000 }).call(new Function('fail()') as () => void),
      ),
    };
    for (const [how, error] of Object.entries(errors)) {
      const stack = lines(error);
      const hop = stack.indexOf(`    at [interpreter ${guest.id} (place)]`);
      assert.ok(hop > 1, `${how}: ${error.stack}`);
      assert.match(String(stack[1]), /at (fail|fails) \(/, how);
      assert.match(String(stack[hop + 1]), /errors-that-cross\.test\.js/, `${how}: ${error.stack}`);
      for (const line of stack) {
        assert.doesNotMatch(
          line,
          /isolane:guest|dist.(interpreter|binding)/,
          `${how}: ${error.stack}`,
        );
      }
    }
  });

  it('shows every hop through interpreters in interpreters', async () => {
    const guest = await create({ name: 'A' });
    const error = await rejection(
      guest.call(async function inA() {
        const b = await isolane.Interpreter.create({ name: 'B' });
        await b.call(async function inB() {
          const c = await isolane.Interpreter.create({ name: 'C' });
          return c.callSync(function inC() {
            throw new Error('from C');
          });
        });
      }),
    );
    const stack = String(error.stack);
    assert.match(
      stack,
      /^Error: from C\n.*at inC .*\(C\).*at inB.*\(B\).*at (async )?inA.*\(A\).*errors-that-cross/s,
    );
    assert.doesNotMatch(stack, /isolane:guest/);
  });

  it('says where in a script it was thrown, by the name that was given', async () => {
    const guest = await create();
    const plain = await rejection(guest.exec('\n  throw new Error("here")'));
    assert.match(String(lines(plain)[1]), /isolane:exec:2:9/);
    const named = await rejection(
      guest.exec('\n  throw new Error("here")', { filename: '/some/script.js' }),
    );
    assert.match(String(lines(named)[1]), /\/some\/script\.js:2:9/);
    const evaluated = await rejection(guest.evaluate('missing + 1', { filename: 'formula' }));
    assert.match(String(lines(evaluated)[1]), /formula:1:\d+/);
    const syntax = await rejection(guest.exec('let = 1 +', { filename: 'broken.js' }));
    assert.match(syntax.message, /broken\.js:1:\d+/);
    assert.equal(
      await guest.evaluate(
        `import('./graph/settings.json', { with: { type: 'json' } }).then((m) => m.default.name)`,
        {
          filename: fixture('script.js'),
        },
      ),
      'a small graph',
    );
    for (const filename of [5, null]) {
      await assert.rejects(guest.exec('1', { filename: filename as unknown as string }), TypeError);
    }
  });
});

describe('a message that cannot be read on the other side', () => {
  const create = interpreters();

  const nested = (depth: number): object => {
    let value = {};
    for (let i = 0; i < depth; i++) value = { value };
    return value;
  };

  it('fails the call that it was for, and no other', async () => {
    // What fits on this thread's stack is too deep for that of the guest.
    const guest = await create({ stackSize: 256 * 1024 });
    const depth = 1500;
    for (const error of [
      await rejection(guest.call((value) => typeof value, nested(depth))),
      await rejection(guest.provide({ value: nested(depth) })),
    ]) {
      assert.ok(error instanceof RangeError);
      assert.match(String(error.stack), /\[interpreter \d+\].*errors-that-cross/s);
    }
    assert.equal(await guest.call((value) => typeof value, nested(3)), 'object');
  });

  it('fails when it is an answer, too', async () => {
    const guest = await create({ stackSize: 64 * 1024 * 1024 });
    const make = (depth: number) => {
      let value = {};
      for (let i = 0; i < depth; i++) value = { value };
      return value;
    };
    assert.ok((await rejection(guest.call(make, 30_000))) instanceof RangeError);
    assert.throws(() => guest.callSync(make, 30_000), RangeError);
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it('is not what a closed interpreter answers', async () => {
    const guest = await create();
    await guest.close();
    await assert.rejects(
      guest.call(() => 1),
      InterpreterClosedError,
    );
  });

  it('is read once, whatever its getters do the second time', () =>
    withInterpreter(async (interpreter) => {
      const throws = (): never => {
        let reads = 0;
        const fickle = {
          get value() {
            if (reads++ > 0) throw new Error('read twice');
            return reads;
          },
        };
        throw Object.assign(new Error('once'), { fickle });
      };
      const expected = { message: 'once', fickle: { value: 1 } };
      await assert.rejects(interpreter.call(throws), expected);
      await assert.rejects(interpreter.with({ timeout: 60_000 }).call(throws), expected);
      assert.throws(() => interpreter.callSync(throws), expected);
      await interpreter.close();
    }));
});
