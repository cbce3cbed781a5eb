import assert from 'node:assert/strict';
import {
  type Caller,
  channel,
  ExecutionTimeoutError,
  type Interpreter,
  InterpreterClosedError,
  LockTimeoutError,
  move,
  shareable,
} from 'isolane';
import { withInterpreter } from '../support/interpreters.js';
import { keep } from '../support/keep.js';

declare const isolane: typeof import('isolane');

/** Long enough for anything that ends, short for what does not. */
const SHORT = 60;

const timedOut = { name: 'ExecutionTimeoutError', code: 'ERR_ISOLANE_EXECUTION_TIMEOUT' };

async function assertUsable(interpreter: Interpreter): Promise<void> {
  assert.equal(await interpreter.call((a, b) => a + b, 20, 22), 42);
  assert.equal(
    interpreter.callSync((a, b) => a + b, 20, 22),
    42,
  );
}

describe('a call that takes longer than its timeout', () => {
  const endless: Record<string, () => unknown> = {
    'a loop': () => {
      for (;;);
    },
    'a loop after an await': async () => {
      await Promise.resolve();
      for (;;);
    },
    'a loop after a timer': async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (;;);
    },
    'a loop in a callback of a timer': () =>
      new Promise(() => {
        setTimeout(() => {
          for (;;);
        }, 1);
      }),
    'a flood of microtasks': async () => {
      for (;;) await null;
    },
    'a promise that never settles': () => new Promise(() => {}),
    'timers that start each other': () =>
      new Promise(() => {
        const again = (): void => void setTimeout(again, 0);
        again();
      }),
    'a catastrophic regular expression': () => /^(a+)+$/.test(`${'a'.repeat(40)}b`),
    'a comparison that never ends': () =>
      [3, 2, 1].sort(() => {
        for (;;);
      }),
    'a getter that never ends': () =>
      JSON.stringify({
        get value() {
          for (;;);
        },
      }),
    'what ignores exceptions': () => {
      for (;;) {
        try {
          for (;;);
        } finally {
        }
      }
    },
  };

  for (const [name, code] of Object.entries(endless)) {
    it(`is stopped, and the interpreter goes on: ${name}`, () =>
      withInterpreter(async (interpreter) => {
        await interpreter.exec('globalThis.kept = 1');
        const call = interpreter.with({ timeout: SHORT }).call(code);
        await assert.rejects(call, timedOut);
        await assertUsable(interpreter);
        assert.equal(await interpreter.evaluate('kept'), 1);
      }));
  }

  it('rejects with an ExecutionTimeoutError that names the limit, and has the stack of the call', () =>
    withInterpreter(async (interpreter) => {
      const error = await interpreter
        .with({ timeout: 30 })
        .call(() => {
          for (;;);
        })
        .catch((error: unknown) => error);
      assert.ok(error instanceof ExecutionTimeoutError);
      assert.match(error.message, /took longer than 30 ms/);
      assert.match(error.stack ?? '', /call-limits\.test/);
    }));

  it('does not run at all if its turn has not come by then', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>();
      const first = interpreter.call((rx) => rx.receiveSync(), rx);
      const second = interpreter.with({ timeout: SHORT }).exec('globalThis.ran = true');
      await assert.rejects(second, timedOut);
      tx.sendSync(1);
      assert.equal(await first, 1);
      assert.equal(await interpreter.evaluate('typeof ran'), 'undefined');
    }));

  it('leaves calls alone that run beside it', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>();
      const beside = interpreter.call(
        async (rx) => (await rx.receive()) + (await rx.receive()),
        rx,
      );
      await tx.send(1);
      const endless = interpreter.with({ timeout: SHORT }).call(() => {
        for (;;);
      });
      await assert.rejects(endless, timedOut);
      await tx.send(2);
      assert.equal(await beside, 3);
    }));

  it('gives up what it waits for: a blocking receive takes no message with it', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>();
      const call = interpreter.with({ timeout: SHORT }).call((rx) => rx.receiveSync(), rx);
      await assert.rejects(call, timedOut);
      await assertUsable(interpreter);
      tx.sendSync(7);
      assert.equal(rx.tryReceive(), 7);
    }));

  it('gives up what it waits for: a loop of asynchronous receives takes no message after', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>();
      const call = interpreter.with({ timeout: SHORT }).call(async (rx) => {
        for (;;) {
          try {
            for await (const _ of rx);
          } catch {}
        }
      }, rx);
      tx.sendSync(1);
      await assert.rejects(call, timedOut);
      tx.sendSync(2);
      await assertUsable(interpreter);
      assert.equal(rx.tryReceive(), 2);
    }));

  it('gives up what it waits for: a pending send has not happened', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>(1);
      tx.sendSync(1);
      const call = interpreter.with({ timeout: SHORT }).call((tx) => tx.send(2), tx);
      await assert.rejects(call, timedOut);
      assert.equal(rx.receiveSync(), 1);
      assert.equal(rx.tryReceive('nothing'), 'nothing');
    }));

  it('stops its timers', () =>
    withInterpreter(async (interpreter) => {
      const call = interpreter.with({ timeout: SHORT }).call(() => {
        Object.assign(globalThis, { ticks: 0 });
        return new Promise(() => {
          setInterval(() => {
            (globalThis as unknown as { ticks: number }).ticks++;
          }, 1);
        });
      });
      await assert.rejects(call, timedOut);
      const ticks = await interpreter.evaluate('ticks');
      await interpreter.call(() => new Promise((resolve) => setTimeout(resolve, 30)));
      assert.equal(await interpreter.evaluate('ticks'), ticks);
    }));

  it('stops the calls that it made to others', () =>
    withInterpreter(async (interpreter) => {
      await interpreter.evaluate(
        '(async () => { globalThis.inner = await isolane.Interpreter.create() })()',
      );
      const call = interpreter.with({ timeout: 200 }).evaluate('inner.call(() => { for (;;); })');
      await assert.rejects(call, timedOut);
      assert.equal(await interpreter.evaluate('inner.call(() => 5)'), 5);
      const sync = interpreter.with({ timeout: 200 }).exec('inner.callSync(() => { for (;;); })');
      await assert.rejects(sync, timedOut);
      assert.equal(await interpreter.evaluate('inner.callSync(() => 6)'), 6);
    }));

  it('leaves timers alone that a call set which is done', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<string>();
      await interpreter.with({ timeout: 1000 }).call((tx) => {
        setTimeout(() => tx.sendSync('later'), 20);
      }, tx);
      assert.equal(await rx.receive(), 'later');
    }));

  it('can be an exec, an evaluate, an import, or a call of an imported function', () =>
    withInterpreter(async (interpreter) => {
      const limited = interpreter.with({ timeout: SHORT });
      await assert.rejects(limited.exec('for (;;);'), timedOut);
      await assert.rejects(limited.evaluate('new Promise(() => {})'), timedOut);
      await assert.rejects(limited.import('data:text/javascript,for(;;);'), timedOut);
      const remote = await interpreter
        .with({ timeout: 2000 })
        .import<{ loop(): void }>('data:text/javascript,export function loop() { for (;;); }');
      await assert.rejects(remote.loop(), timedOut);
      await assertUsable(interpreter);
    }));

  it('is stopped on the caller’s thread too: callSync', () =>
    withInterpreter(async (interpreter) => {
      const limited = interpreter.with({ timeout: SHORT });
      const loop = (): void => {
        for (;;);
      };
      assert.throws(() => limited.callSync(loop), timedOut);
      assert.throws(() => interpreter.with({ cpuTimeout: SHORT }).callSync(loop), /CPU time/);
      const [, rx] = keep(channel<number>());
      assert.throws(() => limited.callSync((rx) => rx.receiveSync(), rx), timedOut);
      await assertUsable(interpreter);
    }));

  it('which is done in time has its result', () =>
    withInterpreter(async (interpreter) => {
      const limited = interpreter.with({ timeout: 60_000, cpuTimeout: 60_000 });
      assert.equal(await limited.call((n: number) => n + 1, 1), 2);
      assert.equal(
        limited.callSync((n: number) => n + 1, 1),
        2,
      );
      assert.equal(await limited.evaluate('1 + 2'), 3);
    }));

  it('of zero milliseconds is stopped at once', () =>
    withInterpreter(async (interpreter) => {
      await assert.rejects(
        interpreter.with({ timeout: 0 }).call(() => new Promise(() => {})),
        timedOut,
      );
    }));

  it('ends the interpreter if nothing can stop it, and rejects all the same', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>();
      // A loop inside the engine, which never looks whether it should stop. It has to have begun by then, on a busy machine, too.
      const stuck = interpreter
        .with({ timeout: 500 })
        .call((_tx) => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1), tx);
      tx.close();
      await assert.rejects(stuck, timedOut);
      // Its endpoints are given up with it.
      await assert.rejects(rx.receive(), { name: 'ChannelClosedError' });
      await assert.rejects(
        interpreter.call(() => 1),
        InterpreterClosedError,
      );
      assert.equal(interpreter.state, 'closed');
    })).timeout(20_000);
});

describe('a call that uses more CPU time than it may', () => {
  it('is stopped', () =>
    withInterpreter(async (interpreter) => {
      const call = interpreter.with({ cpuTimeout: SHORT }).call(() => {
        for (;;);
      });
      await assert.rejects(call, (error: Error) => {
        assert.ok(error instanceof ExecutionTimeoutError);
        assert.match(error.message, /used more than 60 ms of CPU time/);
        return true;
      });
      await assertUsable(interpreter);
    }));

  it('does not use any while it waits', () =>
    withInterpreter(async (interpreter) => {
      const call = interpreter
        .with({ cpuTimeout: 100 })
        .call(() => new Promise((resolve) => setTimeout(() => resolve('done'), 300)));
      assert.equal(await call, 'done');
    }));
});

describe('a limit also holds where arguments and results are made instances of their classes', () => {
  /** Its instances are never decoded where this is sent. */
  class Endless {
    [shareable.encode](): unknown {
      return 0;
    }
    static [shareable.decode](): Endless {
      return new Endless();
    }
  }

  const define = (): void => {
    class Endless {
      [isolane.shareable.encode](): unknown {
        return 0;
      }
      static [isolane.shareable.decode](): Endless {
        for (;;);
      }
    }
    isolane.shareable.register(Endless);
    Object.assign(globalThis, { Endless });
  };

  const calls: Record<string, (to: Caller) => Promise<unknown>> = {
    'an argument': (to) => to.call((value) => typeof value, new Endless()),
    'an argument of an argument': (to) => to.call((value) => typeof value, [{ at: new Endless() }]),
    'the result of a call to another': (to) =>
      to.call(async () => {
        const inner = await isolane.Interpreter.create();
        await inner.exec(
          'class Endless { [isolane.shareable.encode]() { return 0; } static [isolane.shareable.decode]() {} }',
        );
        return typeof (await inner.evaluate('new Endless()'));
      }),
  };

  for (const [what, call] of Object.entries(calls)) {
    for (const limit of ['timeout', 'cpuTimeout'] as const) {
      it(`${what}, ${limit}`, () =>
        withInterpreter(async (interpreter) => {
          await interpreter.call(define);
          const late = call(interpreter.with({ [limit]: 2 * SHORT }));
          await assert.rejects(late, ExecutionTimeoutError);
          await assertUsable(interpreter);
        }));
    }
  }

  it('in a Node runtime too', () =>
    withInterpreter(
      async (interpreter) => {
        await interpreter.call(define);
        const late = interpreter
          .with({ timeout: SHORT })
          .call((value) => typeof value, new Endless());
        await assert.rejects(late, ExecutionTimeoutError);
        assert.equal(await interpreter.call(() => 'alive'), 'alive');
      },
      { runtime: 'node' },
    ));
});

describe('a call with a signal', () => {
  it('is stopped when that aborts, and rejects with the reason', () =>
    withInterpreter(async (interpreter) => {
      const controller = new AbortController();
      const call = interpreter.with({ signal: controller.signal }).call(() => {
        for (;;);
      });
      const reason = new Error('enough');
      setTimeout(() => controller.abort(reason), 20);
      await assert.rejects(call, reason);
      await assertUsable(interpreter);
    }));

  it('does not start if that has aborted', () =>
    withInterpreter(async (interpreter) => {
      const aborted = interpreter.with({ signal: AbortSignal.abort('no') });
      const reason = await aborted.exec('globalThis.ran = true').catch((error: unknown) => error);
      assert.equal(reason, 'no');
      assert.throws(
        () => aborted.callSync(() => 1),
        (error) => error === 'no',
      );
      assert.equal(await interpreter.evaluate('typeof ran'), 'undefined');
    }));

  for (const [how, thenThrow] of [
    ['', false],
    [', and then throws', true],
  ] as const) {
    it(`may abort while the arguments are read${how}`, () =>
      withInterpreter(async (interpreter) => {
        for (let round = 0; round < 50; round++) {
          const controller = new AbortController();
          const bytes = new Uint8Array(8);
          const argument = {
            moved: move(bytes),
            get field() {
              controller.abort('in a getter');
              if (thenThrow) throw new RangeError('in a getter');
              return 1;
            },
          };
          const aborting = interpreter.with({ signal: controller.signal });
          const reason = await aborting
            .call((value) => Object.assign(globalThis, { ran: value }), argument)
            .catch((error: unknown) => error);
          assert.equal(thenThrow ? (reason as Error).message : reason, 'in a getter');
          assert.equal(await interpreter.evaluate('typeof ran'), 'undefined');
          assert.equal(bytes.length, 8, 'they were not handed over');
        }
      }));
  }

  it('that never aborts leaves no listener behind', () =>
    withInterpreter(async (interpreter) => {
      let listeners = 0;
      const signal = {
        aborted: false,
        reason: undefined,
        addEventListener: () => void listeners++,
        removeEventListener: () => void listeners--,
      };
      assert.equal(await interpreter.with({ signal }).call(() => 1), 1);
      assert.equal(listeners, 0);
    }));

  it('that aborts after the result changes nothing', () =>
    withInterpreter(async (interpreter) => {
      const controller = new AbortController();
      const call = interpreter.with({ signal: controller.signal }).call(() => 1);
      assert.equal(await call, 1);
      controller.abort();
      await assertUsable(interpreter);
    }));
});

describe('the lock of an interpreter', () => {
  it('that is not had in time is a LockTimeoutError that says what is going on there', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>({ name: 'orders' });
      const blocked = interpreter.call((rx) => rx.receiveSync(), rx);
      while (interpreter.state !== 'blocked') await new Promise(setImmediate);
      assert.throws(
        () => interpreter.with({ timeout: 30 }).callSync(() => 1),
        (error: Error) => {
          assert.ok(error instanceof LockTimeoutError);
          assert.match(
            error.message,
            /within 30 ms: it is blocked in receive from channel \d+ \(orders\)/,
          );
          return true;
        },
      );
      tx.sendSync(1);
      assert.equal(await blocked, 1);
      await assertUsable(interpreter);
    }));
});

describe('with()', () => {
  it('hands over nothing with what has no arguments', () =>
    withInterpreter(async (interpreter) => {
      const bytes = new Uint8Array(8);
      const limited = interpreter.with({ transfer: [bytes.buffer] });
      await limited.exec('1');
      await limited.evaluate('1');
      const module = await limited.import<{ lengthOf(bytes: Uint8Array): number }>(
        'data:text/javascript,export const lengthOf = ({ length }) => length;',
      );
      assert.equal(bytes.length, 8);
      assert.equal(await module.lengthOf(bytes), 8);
      assert.equal(bytes.length, 0);
    }));

  it('hands over what transfer lists', () =>
    withInterpreter(async (interpreter) => {
      const bytes = new Uint8Array([1, 2, 3]);
      const limited = interpreter.with({ transfer: [bytes.buffer] });
      assert.equal(await limited.call((bytes) => bytes.length, bytes), 3);
      assert.equal(bytes.length, 0);
      const more = new Uint8Array([1, 2, 3, 4]);
      const sync = interpreter.with({ transfer: [more.buffer] });
      assert.equal(
        sync.callSync((bytes) => bytes.length, more),
        4,
      );
      assert.equal(more.length, 0);
      assert.equal(
        await interpreter.with({ timeout: 5000 }).call((b) => b.length, move(new Uint8Array(5))),
        5,
      );
    }));

  it('refuses options that are not what they must be', () =>
    withInterpreter(async (interpreter) => {
      const wrong = (options: object, error: object): void =>
        assert.throws(() => interpreter.with(options), error);
      wrong({ timeout: '5' }, { name: 'TypeError', message: /timeout must be a number/ });
      wrong({ timeout: -1 }, { name: 'RangeError', message: /timeout must not be negative/ });
      wrong({ cpuTimeout: Number.NaN }, { name: 'RangeError' });
      wrong({ signal: {} }, { name: 'TypeError', message: /AbortSignal/ });
      wrong({ transfer: 1 }, { name: 'TypeError', message: /option transfer must be an array/ });
      wrong({ transfer: [1] }, { name: 'TypeError', message: /option transfer .* a number/ });
      wrong({ transfer: [null] }, { name: 'TypeError', message: /option transfer .* null/ });
      assert.throws(() => interpreter.with(undefined as never), { name: 'TypeError' });
    }));
});
