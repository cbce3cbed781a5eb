import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { ExecutionTimeoutError, Interpreter } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, until } from '../support/wait.js';

/** Made, but not yet there: its thread has only just been asked for. */
function starting(options: Parameters<typeof Interpreter.create>[0] = {}): {
  guest: Interpreter;
  made: Promise<Interpreter>;
} {
  const before = new Set(Interpreter.list());
  const made = Interpreter.create(options);
  const guest = Interpreter.list().find((each) => !before.has(each)) as Interpreter;
  return { guest, made };
}

/** Calls a function, given as its text, in the interpreter with that id, from wherever it is itself called. */
function callSyncInto(id: number, text: string): unknown {
  const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
  const code = new Function(`return ${text}`)() as () => unknown;
  return Interpreter.list()
    .find((each) => each.id === id)
    ?.callSync(code);
}

describe('callSync on an interpreter that is still starting', () => {
  it('waits until it is there, and then runs', async () => {
    for (let round = 0; round < 10; round++) {
      const { guest, made } = starting({ name: `round ${round}` });
      assert.equal(
        guest.callSync((n) => n + 1, round),
        round + 1,
      );
      assert.equal(await made, guest);
      await guest.terminate();
    }
  });

  it('comes before the globals that it is given', async () => {
    const { guest, made } = starting({ globals: { given: 1 } });
    assert.equal(
      guest.callSync(() => typeof Reflect.get(globalThis, 'given')),
      'undefined',
    );
    await made;
    assert.equal(
      guest.callSync(() => Reflect.get(globalThis, 'given')),
      1,
    );
    await guest.terminate();
  });
});

describe('callSync in code that Node itself stops', function () {
  this.timeout(60_000);

  const create = interpreters();
  const endless = () => {
    for (;;);
  };
  const blocked = () => {
    const { channel } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
    return channel()[1].receiveSync();
  };

  for (const [what, code] of [
    ['a loop', endless],
    ['a receive', blocked],
  ] as const) {
    it(`is stopped with a script under a time-out, and the interpreter goes on: ${what}`, async () => {
      const guest = await create();
      for (let round = 0; round < 3; round++) {
        assert.throws(
          () => runInNewContext('guest.callSync(code)', { guest, code }, { timeout: 20 }),
          {
            code: 'ERR_SCRIPT_EXECUTION_TIMEOUT',
          },
        );
        assert.equal(
          guest.callSync((n) => n + 1, round),
          round + 1,
        );
        assert.equal(await guest.call((n) => n + 1, round), round + 1);
      }
    });

    it(`is stopped with a call to a Node runtime that is in it, and both go on: ${what}`, async () => {
      const [node, guest] = [await create({ runtime: 'node' }), await create()];
      const call = node.with({ timeout: 200 }).call(callSyncInto, guest.id, String(code));
      const error = await rejection(call);
      assert.ok(error instanceof ExecutionTimeoutError, String(error));
      assert.equal(await guest.call(() => 'goes on'), 'goes on');
      assert.equal(await node.call(() => 'goes on'), 'goes on');
    });

    it(`ends with a Node runtime that is in it: ${what}`, async () => {
      const [node, guest] = [await create({ runtime: 'node' }), await create()];
      const call = node.call(callSyncInto, guest.id, String(code));
      const failed = rejection(call);
      await until(() => guest.lock.held && guest.state !== 'idle', 'it is in there');
      await node.terminate('enough');
      assert.equal((await failed).name, 'InterpreterClosedError');
      assert.equal(await guest.call(() => 'goes on'), 'goes on');
    });
  }
});

describe('callSync by an interpreter of itself', () => {
  const create = interpreters();

  it('is an error with a code, also by way of another', async () => {
    const [guest, other] = [await create(), await create()];
    // Calls itself by way of the first that it is given, which calls the next.
    const callInTurn = (ids: number[], self: string): unknown => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
      const [first, ...rest] = ids;
      const next = Interpreter.list().find(({ id }) => id === first);
      const callInTurn = new Function(`return ${self}`)() as (...args: unknown[]) => unknown;
      try {
        return next?.callSync(callInTurn, rest, self);
      } catch (error) {
        const { name, code } = error as Error & { code?: string };
        return [name, code];
      }
    };
    for (const ids of [[guest.id], [other.id, guest.id]]) {
      assert.deepEqual(await guest.call(callInTurn, ids, String(callInTurn)), [
        'RangeError',
        'ERR_ISOLANE_CALLS_ITSELF',
      ]);
    }
  });
});
