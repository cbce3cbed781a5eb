import assert from 'node:assert/strict';
import {
  channel,
  ExecutionTimeoutError,
  type Interpreter,
  InterpreterClosedError,
  NotShareableError,
} from 'isolane';
import { collectUntil } from '../support/garbage.js';
import { interpreters } from '../support/interpreters.js';
import { fixture } from '../support/modules.js';
import { rejection, until } from '../support/wait.js';

type Module = typeof import('../fixtures/exports.mjs');

const url = fixture('exports.mjs');

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}

describe('a remote', () => {
  const create = interpreters();

  it('has what its module exports, as far as that can be used from elsewhere', async () => {
    const remote = await (await create()).import<Module>(url);
    assert.deepEqual(
      Object.keys(remote).sort(),
      [
        'asynchronous',
        'circular',
        'count',
        'counter',
        'data',
        'default',
        'echo',
        'endless',
        'entries',
        'fails',
        'handlers',
        'live',
        'lines',
        'makeCount',
        'nested',
        'next',
        'odd',
        'promised',
        'rejected',
        'stream',
        'yieldsFunctions',
      ].sort(),
    );
    assert.ok(Object.isFrozen(remote));
  });

  it('has functions and asynchronous functions', async () => {
    const remote = await (await create()).import<Module>(url);
    assert.equal(await remote.next(), 2);
    assert.equal(await remote.asynchronous(20), 21);
    assert.equal(remote.next.name, 'next');
    const promise = remote.asynchronous(1);
    assert.ok(promise instanceof Promise);
    assert.equal(promise.then(() => {}).constructor, Promise);
    await promise;
  });

  it('has copies of constants, as they were at the import', async () => {
    const guest = await create();
    const remote = await guest.import<Module>(url);
    assert.equal(remote.live, 1);
    await remote.next();
    assert.equal(remote.live, 1);
    assert.equal((await guest.import<Module>(url)).live, 2);
    assert.deepEqual(remote.data, {
      list: [1, { two: 2 }],
      map: new Map([['a', new Date(0)]]),
      bytes: new Uint8Array([1, 2]),
    });
    assert.notEqual(remote.data, (await guest.import<Module>(url)).data);
  });

  it('has objects with functions, at any depth, in lists and in circles', async () => {
    const remote = await (await create()).import<Module>(url);
    assert.equal(await remote.nested.a.b.c.d.e(1), 'deep 1');
    assert.equal(remote.nested.a.plain, 'value');
    assert.equal(await remote.handlers[0](5), 6);
    assert.equal(remote.handlers[1], 'not a function');
    assert.equal(await remote.circular.self.self.isItself(), true);
    assert.equal(remote.circular.self, remote.circular);
  });

  it('has instances of classes, with methods and the values of getters', async () => {
    const remote = await (await create()).import<Module>(url);
    assert.equal(remote.counter.start, 10);
    assert.equal(remote.counter.current, 10);
    assert.deepEqual([await remote.counter.add(5), await remote.counter.add(1)], [15, 16]);
    assert.equal(await remote.counter.inherited(), 'from above');
  });

  it('has default exports, and functions on functions', async () => {
    const remote = await (await create()).import<Module>(url);
    assert.equal(await remote.default(1), 2);
    assert.equal(await remote.default.twice(4), 8);
    assert.equal(remote.default.version, '1.0');
  });

  it('has promises for what is promised', async () => {
    const remote = await (await create()).import<Module>(url);
    assert.ok(remote.promised instanceof Promise);
    assert.deepEqual(await remote.promised, { later: true });
    assert.equal(remote.promised, remote.promised);
    const error = await rejection(remote.rejected);
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'rejected there');
  });

  it('leaves out classes, symbols and then', async () => {
    const remote: object = await (await create()).import<Module>(url);
    for (const name of ['Class', 'symbol', 'weak', 'then']) assert.equal(name in remote, false);
  });

  it('keeps names that objects have themselves', async () => {
    const remote = await (await create()).import<Module>(url);
    assert.equal(await remote.odd.constructor(), 'constructor');
    assert.equal(await remote.odd.toString(), 'toString');
    assert.equal(await Reflect.get(remote.odd, '__proto__')(), '__proto__');
  });

  it('of a function that fails has the place of its call in the stack', async () => {
    const guest = await create({ name: 'failing' });
    const remote = await guest.import<Module>(url);
    const error = await rejection(remote.fails('why'));
    assert.ok(error instanceof TypeError);
    const frames = String(error.stack).split('\n').slice(1);
    assert.match(String(frames[0]), /at fails \(.*exports\.mjs:\d+:\d+\)/);
    const hop = frames.findIndex((frame) => /\[interpreter \d+ \(failing\)\]/.test(frame));
    assert.match(String(frames[hop + 1]), /remote\.test\.js/);
    assert.doesNotMatch(String(error.stack), /isolane:guest|dist[\\/]interpreter/);
  });
});

describe('a generator of a remote', () => {
  const create = interpreters();
  let guest: Interpreter;
  let remote: Awaited<ReturnType<typeof guest.import<Module>>>;
  const log = () => guest.evaluate('globalThis.log') as Promise<string[]>;

  beforeEach(async () => {
    guest = await create();
    await guest.exec('globalThis.log = []');
    remote = await guest.import<Module>(url);
  });

  it('is iterated without being awaited, or after', async () => {
    assert.deepEqual(await collect(remote.count(3)), [0, 1, 2]);
    assert.deepEqual(await collect(await remote.count(3)), [0, 1, 2]);
    assert.deepEqual(await collect(remote.entries({ a: 1, b: 2 })), [
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('may come from a function that is none, now or later, and from any async iterable', async () => {
    assert.deepEqual(await collect(remote.makeCount(2)), [0, 1]);
    assert.deepEqual(await collect(remote.lines('a\nb')), ['a', 'b']);
    assert.deepEqual(await collect(remote.stream()), ['from', 'an', 'iterable']);
  });

  it('makes nothing before it is asked for', async () => {
    const generator = remote.endless();
    for (let i = 0; i < 3; i++) assert.equal((await generator.next()).value, i);
    assert.deepEqual(await log(), ['made 0', 'made 1', 'made 2']);
    await generator.return(undefined);
  });

  it('gets what next, return and throw are given, and gives what it returns', async () => {
    const generator = remote.echo();
    assert.deepEqual(await generator.next('ignored'), { done: false, value: 'ready' });
    assert.deepEqual(await generator.next('one'), { done: false, value: 'got one' });
    assert.deepEqual(await generator.throw(new RangeError('two')), {
      done: false,
      value: 'caught RangeError two',
    });
    assert.deepEqual(await generator.next('end'), { done: true, value: 'over' });
    assert.deepEqual(await generator.next(), { done: true, value: undefined });
    assert.deepEqual(await generator.return('late' as never), { done: true, value: 'late' });
    const error = new Error('late');
    assert.equal(await rejection(generator.throw(error)), error);
  });

  it('takes steps that were asked for at once in their order', async () => {
    const generator = remote.count(3);
    const steps = [generator.next(), generator.next(), generator.next(), generator.next()];
    assert.deepEqual(
      (await Promise.all(steps)).map(({ value }) => value),
      [0, 1, 2, undefined],
    );
  });

  it('takes a return in its place among them, also one whose value is still to come', async () => {
    const guest = await create();
    const made = async () =>
      (await guest.call(async function* () {
        for (let n = 0; ; n++) yield n;
      })) as AsyncGenerator<number, string>;
    const done = (value: unknown) => ({ done: true, value });
    for (const value of ['early', Promise.resolve('early')]) {
      const numbers = await made();
      const steps = [
        numbers.next(),
        numbers.next(),
        numbers.return(value as string),
        numbers.next(),
        numbers.return('again'),
      ];
      assert.deepEqual(await Promise.all(steps), [
        { done: false, value: 0 },
        { done: false, value: 1 },
        done('early'),
        done(undefined),
        done('again'),
      ]);
    }
  });

  it('throws, as generators do, what a value to return rejects with', async () => {
    const guest = await create();
    const numbers = await guest.call(async function* () {
      try {
        yield 1;
      } catch (error) {
        yield (error as Error).message;
      }
      return 'over';
    });
    await numbers.next();
    const rejected = numbers.return(Promise.reject(new Error('not to be had')) as never);
    const after = numbers.next();
    assert.deepEqual(await rejected, { done: false, value: 'not to be had' });
    assert.deepEqual(await after, { done: true, value: 'over' });
  });

  it('runs its finally blocks when a loop is left early', async () => {
    for await (const i of remote.endless()) if (i === 1) break;
    assert.deepEqual(await log(), ['made 0', 'made 1', 'finally']);
    await guest.exec('log.length = 0');
    const error = await rejection(
      (async () => {
        for await (const _ of remote.endless()) throw new Error('left');
      })(),
    );
    assert.equal(error.message, 'left');
    assert.deepEqual(await log(), ['made 0', 'finally']);
  });

  it('rejects with what it throws, and is over then', async () => {
    const generator = remote.count(-1);
    const error = await rejection(generator.next());
    assert.ok(error instanceof RangeError);
    assert.match(String(error.stack), /count.*exports\.mjs.*\[interpreter.*remote\.test/s);
    assert.deepEqual(await generator.next(), { done: true, value: undefined });
  });

  it('ends when it yields what cannot travel, with its place', async () => {
    const generator = remote.yieldsFunctions();
    const error = await rejection(generator.next());
    assert.ok(error instanceof NotShareableError);
    assert.equal(error.path, '$.callback');
    assert.deepEqual(await generator.next(), { done: true, value: undefined });
    await until(async () => (await log()).includes('cleaned up'), 'its finally block ran');
  });

  it('may be open a thousand times', async () => {
    const generators = Array.from({ length: 1000 }, () => remote.count(2));
    for (let step = 0; step < 3; step++) {
      const results = await Promise.all(generators.map((each) => each.next()));
      const value = step < 2 ? step : undefined;
      assert.ok(results.every((result) => result.value === value && result.done === step > 1));
    }
  });

  it('rejects when the interpreter has ended', async () => {
    const generator = remote.endless();
    await generator.next();
    const never = remote.fails;
    await guest.terminate('over');
    const error = await rejection(generator.next());
    assert.ok(error instanceof InterpreterClosedError);
    assert.equal(error.reason, 'over');
    assert.deepEqual(await generator.next(), { done: true, value: undefined });
    await assert.rejects(never('x'), InterpreterClosedError);
  });

  it('is let go when nobody has it any more', async () => {
    await (async () => {
      for (let i = 0; i < 20; i++) await remote.endless().next();
    })();
    await guest.exec('log.length = 0');
    let cleaned: string[] = [];
    const watch = setInterval(() => {
      void log().then((lines) => {
        cleaned = lines;
      });
    }, 5);
    try {
      await collectUntil(() => cleaned.length >= 10, 'most generators ran their finally blocks');
    } finally {
      clearInterval(watch);
    }
    assert.ok(cleaned.every((line) => line === 'finally'));
  });

  it('stops at the limit of the call it came from, in every step', async () => {
    const limited = guest.with({ timeout: 300 });
    const generator = await limited.call(function* () {
      yield 'quick';
      for (;;);
    });
    assert.deepEqual(await generator.next(), { done: false, value: 'quick' });
    assert.ok((await rejection(generator.next())) instanceof ExecutionTimeoutError);
    assert.deepEqual(await collect(remote.count(2)), [0, 1]);
  });

  it('hands over what it moves', async () => {
    const generator = await guest.call(function* () {
      const bytes = new Uint8Array(1000).fill(7);
      yield isolane.move(bytes);
      yield new Uint8Array(bytes.length);
    });
    const steps = [await generator.next(), await generator.next()];
    assert.deepEqual(
      steps.map(({ value }) => [value?.length, value?.[0]]),
      [
        [1000, 7],
        [0, undefined],
      ],
    );
  });

  it('is refused by callSync, and says so', async () => {
    assert.throws(() => guest.callSync(function* () {}), {
      name: 'IsolaneError',
      code: 'ERR_ISOLANE_GENERATOR',
      message: /use call\(\)/,
    });
  });

  it('is not what other results are', async () => {
    for (const make of [
      '[1, 2]',
      'new Map([[1, 2]])',
      'new Set([1])',
      'new Uint8Array(3)',
      '"text"',
    ]) {
      const there = await guest.evaluate(make);
      assert.deepEqual(there, Function(`return ${make}`)());
    }
    const [, rx] = channel<number>();
    assert.equal(await guest.call((rx) => rx, rx).then((same) => same.constructor), rx.constructor);
    const error = await rejection(
      (remote.asynchronous(1) as unknown as AsyncGenerator<unknown>).next(),
    );
    assert.match(error.message, /not an iterator/);
  });

  it('steps through an interpreter inside an interpreter', async () => {
    const generator = await guest.call(async (url) => {
      const inner = await isolane.Interpreter.create();
      const remote = await inner.import<Module>(url);
      return remote.count(3);
    }, url);
    assert.deepEqual(await collect(generator), [0, 1, 2]);
  });
});

declare const isolane: typeof import('isolane');
