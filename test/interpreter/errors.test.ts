import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import {
  ChannelClosedError,
  ChannelPoisonedError,
  channel,
  Interpreter,
  IsolaneError,
  NotShareableError,
  TimeoutError,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { rejection, thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

const builtIn = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
] as const;

describe('what a guest throws', () => {
  const create = interpreters();

  for (const Class of builtIn) {
    it(`arrives as itself: ${Class.name}`, async () => {
      const guest = await create();
      const fail = (name: string) => {
        throw new (Reflect.get(globalThis, name) as ErrorConstructor)('what went wrong');
      };
      for (const error of [
        await rejection(guest.call(fail, Class.name)),
        thrown(() => guest.callSync(fail, Class.name)),
        await rejection(guest.exec(`throw new ${Class.name}('what went wrong')`)),
        await rejection(guest.evaluate(`Promise.reject(new ${Class.name}('what went wrong'))`)),
      ]) {
        assert.equal(Object.getPrototypeOf(error), Class.prototype);
        assert.equal(error.name, Class.name);
        assert.equal(error.message, 'what went wrong');
      }
    });
  }

  it('arrives with its own properties', async () => {
    const guest = await create();
    const error = (await rejection(
      guest.call(() => {
        throw Object.assign(new Error('with more'), {
          code: 'E_MORE',
          details: { list: [1, new Date(0)] },
          helper() {},
          errno: -2,
        });
      }),
    )) as Error & Record<string, unknown>;
    assert.equal(error['code'], 'E_MORE');
    assert.equal(error['errno'], -2);
    assert.deepEqual(error['details'], { list: [1, new Date(0)] });
    assert.equal('helper' in error, false);
  });

  it('of a class of its own arrives as the nearest built-in, with its name', async () => {
    const guest = await create();
    const error = (await rejection(
      guest.call(() => {
        class ValidationError extends RangeError {
          override name = 'ValidationError';
          constructor(readonly field: string) {
            super(`${field} is wrong`);
          }
        }
        throw new ValidationError('age');
      }),
    )) as Error & { field: string };
    assert.ok(error instanceof RangeError);
    assert.equal(error.name, 'ValidationError');
    assert.equal(error.message, 'age is wrong');
    assert.equal(error.field, 'age');
    assert.match(String(error), /^ValidationError: age is wrong$/);
  });

  it('arrives with its whole chain of causes', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call(() => {
        const root = new TypeError('root');
        const middle = new RangeError('middle', { cause: root });
        throw new Error('top', { cause: middle });
      }),
    );
    const middle = error.cause as Error;
    const root = middle.cause as Error;
    assert.ok(middle instanceof RangeError);
    assert.ok(root instanceof TypeError);
    assert.deepEqual([error.message, middle.message, root.message], ['top', 'middle', 'root']);
    assert.equal('cause' in root, false);
    assert.equal(Object.keys(error).includes('cause'), false);
  });

  it('arrives with causes that are no errors', async () => {
    const guest = await create();
    for (const cause of [null, 0, '', 'text', { reason: 1 }]) {
      const error = await rejection(
        guest.call((cause) => {
          throw new Error('caused', { cause });
        }, cause),
      );
      assert.ok('cause' in error, `cause ${JSON.stringify(cause)}`);
      assert.deepEqual(error.cause, cause);
    }
  });

  it('arrives though it causes itself', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call(() => {
        const error = new Error('round');
        error.cause = new Error('and round', { cause: error });
        throw error;
      }),
    );
    assert.equal((error.cause as Error).cause, error);
  });

  it('arrives as an AggregateError with all its errors', async () => {
    const guest = await create();
    const error = (await rejection(
      guest.call(() => Promise.any([Promise.reject(new TypeError('one')), Promise.reject('two')])),
    )) as AggregateError;
    assert.ok(error instanceof AggregateError);
    assert.equal(error.errors.length, 2);
    assert.ok(error.errors[0] instanceof TypeError);
    assert.equal(error.errors[0].message, 'one');
    assert.equal(error.errors[1], 'two');
  });

  it('may be anything', async () => {
    const guest = await create();
    for (const value of [
      undefined,
      null,
      0,
      -0,
      '',
      'text',
      true,
      5n,
      { a: [1] },
      [1, 2],
      new Map([[1, 2]]),
    ]) {
      const settled = async (call: Promise<unknown>) =>
        call.then(
          () => assert.fail('fulfilled'),
          (error: unknown) => error,
        );
      const viaCall = await settled(
        guest.call((value) => {
          throw value;
        }, value),
      );
      const viaPromise = await settled(guest.call((value) => Promise.reject(value), value));
      assert.deepEqual(viaCall, value);
      assert.deepEqual(viaPromise, value);
      let viaSync: unknown = 'nothing';
      try {
        guest.callSync((value) => {
          throw value;
        }, value);
      } catch (error) {
        viaSync = error;
      }
      assert.deepEqual(viaSync, value);
    }
  });

  it('may be what cannot travel, which is told', async () => {
    const guest = await create();
    for (const code of ['() => {}', 'Symbol("s")', '({ f() {} })', 'new Proxy({}, {})']) {
      const error = (await rejection(guest.exec(`throw ${code}`))) as IsolaneError;
      assert.ok(error instanceof IsolaneError, code);
      assert.equal(error.code, 'ERR_ISOLANE_THROWN_VALUE');
    }
  });

  it('may be as nasty as it can, and the interpreter goes on', async () => {
    const guest = await create();
    for (const code of [
      'new Error("e", { get cause() { throw 1 } })',
      'Object.defineProperty(new Error("e"), "message", { get() { throw 1 } })',
      'Object.defineProperty(new Error("e"), "stack", { get() { throw 1 } })',
      'Object.defineProperty(new Error("e"), "stack", { value: 5 })',
      'Object.defineProperty(new Error("e"), "name", { value: Symbol("s") })',
      'Object.defineProperty(new Error("e"), "odd", { enumerable: true, get() { throw 1 } })',
      'new Proxy(new Error("e"), { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })',
      'Object.setPrototypeOf(new Error("e"), null)',
      'Object.assign(new AggregateError([]), { errors: 5 })',
      'Object.create(Error.prototype)',
    ]) {
      const outcome = await Promise.race([
        guest.exec(`throw ${code}`).then(
          () => 'fulfilled',
          () => 'rejected',
        ),
        setTimeout(5000, 'never answered', { ref: false }),
      ]);
      assert.equal(outcome, 'rejected', code);
    }
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it("has a stack with the guest's frames, and then the caller's", async () => {
    const guest = await create({ name: 'place' });
    const error = await rejection(
      guest.call(() => {
        function inner(): never {
          throw new Error('deep');
        }
        inner();
      }),
    );
    const stack = String(error.stack);
    assert.match(stack, /^Error: deep\n/);
    assert.match(stack, /at inner /);
    assert.match(stack, /interpreter \d+ \(place\)/);
    assert.match(stack, /errors\.test/);
    assert.ok(stack.indexOf('at inner') < stack.indexOf('errors.test'));
    assert.doesNotMatch(stack, /isolane:guest\//);
  });

  it('arrives as our own classes, with code and details', async () => {
    const guest = await create();
    const [closed, poisoned] = [channel<number>(), channel<number>()];
    closed.close('over');
    poisoned.poison({ bad: true });
    const first = (await rejection(
      guest.call((tx) => tx.sendSync(5), closed.sender),
    )) as ChannelClosedError;
    assert.ok(first instanceof ChannelClosedError);
    assert.deepEqual(
      [first.value, first.reason, first.code],
      [5, 'over', 'ERR_ISOLANE_CHANNEL_CLOSED'],
    );
    const second = (await rejection(
      guest.call((rx) => rx.receiveSync(), poisoned.receiver),
    )) as ChannelPoisonedError;
    assert.ok(second instanceof ChannelPoisonedError);
    assert.deepEqual(second.reason, { bad: true });
    const third = await rejection(
      guest.call((rx) => rx.receiveSync({ timeout: 1 }), keep(channel<number>()).receiver),
    );
    assert.ok(third instanceof TimeoutError);
    assert.ok(third instanceof IsolaneError);
    const fourth = await rejection(guest.call(() => isolane.channel().sender.trySend(() => {})));
    assert.ok(fourth instanceof NotShareableError);
    assert.equal(fourth.path, '$');
  });

  it('crosses two interpreters', async () => {
    const guest = await create({ name: 'outer' });
    const error = await rejection(
      guest.call(async () => {
        const inner = await isolane.Interpreter.create({ name: 'inner' });
        try {
          await inner.call(() => {
            throw Object.assign(new RangeError('from the depth'), { code: 'E_DEEP' });
          });
        } finally {
          await inner.close();
        }
      }),
    );
    assert.ok(error instanceof RangeError);
    assert.equal((error as Error & { code: string }).code, 'E_DEEP');
    assert.match(String(error.stack), /\(inner\)[\s\S]*\(outer\)/);
  });

  it('is the same class for values as for exceptions', async () => {
    const guest = await create();
    const value = await guest.call(() => new RangeError('a value'));
    assert.ok(value instanceof RangeError);
    assert.ok(!(value instanceof TypeError));
  });
});

describe('nested interpreters', () => {
  const create = interpreters();

  it('go deep, and talk over all levels', async () => {
    const guest = await create();
    const [tx, rx] = channel<string>();
    const depth = await guest.call(async (tx) => {
      const one = await isolane.Interpreter.create();
      const depth = await one.call(async (tx) => {
        const two = await isolane.Interpreter.create();
        const depth = await two.call((tx) => {
          tx.sendSync('from three levels down');
          return 3;
        }, tx);
        await two.close();
        return depth;
      }, tx);
      await one.close();
      return depth;
    }, tx);
    assert.equal(depth, 3);
    assert.equal(rx.receiveSync(), 'from three levels down');
  });

  it('end with the one that made them', async () => {
    const guest = await create();
    const ids = await guest.call(async () => {
      const made = [await isolane.Interpreter.create(), await isolane.Interpreter.create()];
      Object.assign(globalThis, { made });
      void made[0]
        ?.call(() => {
          for (;;);
        })
        .catch(() => {});
      return made.map(({ id }) => id);
    });
    await guest.terminate();
    const left = Interpreter.list().filter(({ id }) => ids.includes(id));
    assert.deepEqual(left, []);
  });

  it('know who they are', async () => {
    const guest = await create();
    const seen = await guest.call(async () => {
      const inner = await isolane.Interpreter.create({ name: 'inner' });
      const itself = await inner.call(() => ({ ...isolane.Interpreter.current }));
      await inner.close();
      return [itself.id === inner.id, itself.name];
    });
    assert.deepEqual(seen, [true, 'inner']);
  });
});
