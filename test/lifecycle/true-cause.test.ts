import assert from 'node:assert/strict';
import {
  type HeapUsage,
  Interpreter,
  InterpreterClosedError,
  type IsolaneError,
  MemoryLimitError,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

/** Keeps this thread from hearing of it, until the interpreter has ended. */
function untilEnded({ id }: Interpreter): void {
  const latest = performance.now() + 30_000;
  while (Interpreter.list().some((one) => one.id === id)) {
    assert.ok(performance.now() < latest, 'it ends');
  }
}

/** Has an interpreter terminated by another while this thread hears nothing. */
function terminateFrom(other: Interpreter, victim: Interpreter): void {
  other.callSync((id) => {
    const found = isolane.Interpreter.list().find((one) => one.id === id);
    void found?.terminate('for a reason');
  }, victim.id);
  untilEnded(victim);
}

/** All that may notice first that an interpreter has ended, and fail for it. */
const operations: [what: string, (guest: Interpreter) => unknown][] = [
  ['call', (guest) => guest.call(() => 1)],
  ['call under limits', (guest) => guest.with({ timeout: 10_000 }).call(() => 1)],
  ['callSync', async (guest) => guest.callSync(() => 1)],
  ['callSync under limits', async (guest) => guest.with({ timeout: 10_000 }).callSync(() => 1)],
  ['exec', (guest) => guest.exec('1')],
  ['evaluate', (guest) => guest.evaluate('1')],
  ['import', (guest) => guest.import('data:text/javascript,')],
  ['provide', (guest) => guest.provide({ a: 1 })],
  ['memory', (guest): Promise<HeapUsage> => guest.memory()],
  ['startCpuProfile', (guest) => guest.startCpuProfile()],
  ['heapSnapshot', (guest) => guest.heapSnapshot().next()],
];

describe('the end of an interpreter has its true cause, whoever notices it first:', function () {
  this.timeout(90_000);

  const create = interpreters();

  for (const [what, operate] of operations) {
    it(`${what}, after termination`, async () => {
      const [guest, other] = await Promise.all([create(), create()]);
      const pending = rejection(guest.call(() => new Promise(() => {})));
      terminateFrom(other, guest);
      const error = (await rejection(operate(guest) as Promise<unknown>)) as InterpreterClosedError;
      assert.ok(error instanceof InterpreterClosedError, String(error));
      assert.equal(error.reason, 'for a reason');
      assert.equal(((await pending) as InterpreterClosedError).reason, 'for a reason');
      assert.deepEqual(await guest.closed, { cause: 'terminated', reason: 'for a reason' });
    });

    it(`${what}, after the memory limit`, async () => {
      const guest = await create({ memoryLimit: 32 * 1024 * 1024 });
      const greedy = rejection(
        guest.call(() => {
          for (const all: unknown[] = []; ; ) all.push(new Array(1000).fill(all.length));
        }),
      );
      untilEnded(guest);
      const error = await rejection(operate(guest) as Promise<unknown>);
      assert.ok(error instanceof MemoryLimitError, String(error));
      assert.ok((await greedy) instanceof MemoryLimitError);
      assert.equal((await guest.closed).cause, 'memory-limit');
    });

    it(`${what}, by who has only listed it`, async () => {
      const outer = await create();
      const id = await outer.call(async () => (await isolane.Interpreter.create()).id);
      const seen = Interpreter.list().find((one) => one.id === id) as Interpreter;
      terminateFrom(outer, seen);
      const error = (await rejection(operate(seen) as Promise<unknown>)) as InterpreterClosedError;
      assert.ok(error instanceof InterpreterClosedError, String(error));
      assert.equal(error.reason, 'for a reason');
      assert.deepEqual(await seen.closed, { cause: 'terminated', reason: 'for a reason' });
    });
  }

  for (const [what, end] of [
    ['close', (guest) => guest.close()],
    ['terminate', (guest) => guest.terminate('too late')],
  ] as [string, (guest: Interpreter) => Promise<void>][]) {
    it(`${what}, which then has nothing to do`, async () => {
      const [guest, other] = await Promise.all([create(), create()]);
      const pending = rejection(guest.call(() => new Promise(() => {})));
      terminateFrom(other, guest);
      await end(guest);
      assert.equal(((await pending) as InterpreterClosedError).reason, 'for a reason');
      assert.deepEqual(await guest.closed, { cause: 'terminated', reason: 'for a reason' });
    });
  }

  for (const [what, options] of [
    ['callSync', {}],
    ['callSync under limits', { timeout: 60_000 }],
  ] as const) {
    it(`${what} that goes past the memory limit itself`, async () => {
      const guest = await create({ memoryLimit: 32 * 1024 * 1024 });
      const error = thrown(() =>
        guest.with(options).callSync(() => {
          // With a function of ours, where the engine looks whether to stop: this thread cannot be given up if it never does.
          for (const all: unknown[] = []; ; ) all.push(Array.from({ length: 1000 }, (_, n) => [n]));
        }),
      ) as IsolaneError;
      assert.ok(error instanceof MemoryLimitError, String(error));
      assert.equal(error.code, 'ERR_ISOLANE_MEMORY_LIMIT');
      assert.ok(thrown(() => guest.callSync(() => 1)) instanceof MemoryLimitError);
      assert.ok((await rejection(guest.call(() => 1))) instanceof MemoryLimitError);
      assert.equal((await guest.closed).cause, 'memory-limit');
    });
  }

  it('a call to a Node runtime, also by who has only listed it', async () => {
    const [outer, other] = await Promise.all([create({ runtime: 'node' }), create()]);
    const id = await outer.call(async () => {
      const { Interpreter } = isolane;
      return (await Interpreter.create({ runtime: 'node' })).id;
    });
    const seen = Interpreter.list().find((one) => one.id === id) as Interpreter;
    for (const guest of [seen, outer]) {
      terminateFrom(other, guest);
      const error = (await rejection(guest.call(() => 1))) as InterpreterClosedError;
      assert.equal(error.reason, 'for a reason');
      assert.deepEqual(await guest.closed, { cause: 'terminated', reason: 'for a reason' });
    }
  });

  it('an answer that was given before is not lost for that', async () => {
    const [guest, other] = await Promise.all([create(), create()]);
    const answered = guest.call(() => {
      Object.assign(globalThis, { answered: true });
      return 'the answer';
    });
    while (!guest.callSync(() => 'answered' in globalThis));
    terminateFrom(other, guest);
    const refused = rejection(guest.call(() => 1));
    assert.equal(await answered, 'the answer');
    assert.equal(((await refused) as InterpreterClosedError).reason, 'for a reason');
  });
});

describe('the reason of a termination', () => {
  const create = interpreters();

  it('that is an error arrives as one, with all that is its own', async () => {
    const guest = await create();
    const pending = rejection(guest.call(() => new Promise(() => {})));
    const reason = Object.assign(new RangeError('why', { cause: new TypeError('deeper') }), {
      code: 'ERR_OWN',
      details: { list: [1, 2] },
    });
    await guest.terminate(reason);
    const error = (await pending) as InterpreterClosedError;
    assert.match(error.message, /: why$/);
    const given = error.reason as typeof reason;
    assert.ok(given instanceof RangeError);
    assert.deepEqual(
      [given.message, given.code, given.details],
      ['why', 'ERR_OWN', { list: [1, 2] }],
    );
    assert.ok(given.cause instanceof TypeError);
    assert.equal((await guest.closed).reason, given);
  });

  it('that cannot travel arrives as its text', async () => {
    for (const [reason, text] of [
      [Symbol('why'), 'Symbol(why)'],
      [Object.assign(() => {}, { toString: () => 'a function' }), 'a function'],
      [{ f() {}, toString: () => 'an object' }, 'an object'],
      [Object.assign(Object.create(null), { f() {} }), '[object Object]'],
    ]) {
      const guest = await create();
      await guest.terminate(reason);
      assert.equal((await guest.closed).reason, text);
    }
  });

  it('that is data arrives as it was, whatever it looks like', async () => {
    for (const reason of [0, '', null, 5n, [1, [2]], { error: [] }, { value: { error: 1 } }]) {
      const guest = await create();
      await guest.terminate(reason);
      assert.deepEqual((await guest.closed).reason, reason);
    }
  });

  it('that has no text is none in messages', async () => {
    const guest = await create();
    const pending = rejection(guest.call(() => new Promise(() => {})));
    await guest.terminate({ toString: 1, valueOf: 1 });
    assert.match((await pending).message, /has ended: \[object Object\]$/);
  });

  it('of a Node runtime is its own uncaught error, with all that is its own', async () => {
    const guest = await create({ runtime: 'node', onError: () => {} });
    await guest.exec(
      "setImmediate(() => { throw Object.assign(new RangeError('thrown there'), { code: 'ERR_OWN' }); })",
    );
    const { cause, reason } = await guest.closed;
    assert.equal(cause, 'terminated');
    assert.ok(reason instanceof RangeError);
    assert.equal((reason as RangeError & { code: string }).code, 'ERR_OWN');
  });
});
