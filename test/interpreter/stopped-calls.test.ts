import assert from 'node:assert/strict';
import { channel, type Interpreter, IsolaneError } from 'isolane';
import { withInterpreter } from '../support/interpreters.js';
import { rejection } from '../support/wait.js';

const timedOut = { name: 'ExecutionTimeoutError' };

function assertInterrupted(error: Error): void {
  assert.ok(error instanceof IsolaneError);
  assert.equal(error.code, 'ERR_ISOLANE_INTERRUPTED');
}

/** Long enough for a call to get where it is to be stopped. */
const SHORT = 60;

/** Has `gate`, a promise that `openGate()` fulfils. */
const GATE = 'globalThis.gate = new Promise((resolve) => { globalThis.openGate = resolve; })';

declare const gate: Promise<void>;
declare function openGate(): void;

/** Fulfils `gate`, and is stopped in a microtask, so that the engine drops what waited for the gate. */
async function dropWhatAwaitsGate(interpreter: Interpreter): Promise<void> {
  const call = interpreter.with({ timeout: SHORT }).call(() => {
    void Promise.resolve().then(() => {
      for (;;);
    });
    openGate();
    return new Promise(() => {});
  });
  await assert.rejects(call, timedOut);
}

describe('a call that is stopped', () => {
  const callbacks: Record<string, () => unknown> = {
    'a timer': () =>
      new Promise(() => {
        setTimeout(() => {
          for (;;);
        }, 1);
      }),
    'an interval': () =>
      new Promise(() => {
        setInterval(() => {
          for (;;);
        }, 1);
      }),
    'an immediate': () =>
      new Promise(() => {
        setImmediate(() => {
          for (;;);
        });
      }),
  };
  for (const [what, code] of Object.entries(callbacks)) {
    it(`in the callback of ${what} leaves the timers of others as they are`, () =>
      withInterpreter(async (interpreter) => {
        const [tx, rx] = channel<string>();
        await interpreter.call((tx) => {
          setInterval(() => tx.trySend('tick'), 5);
        }, tx);
        const beside = interpreter.call(
          () => new Promise((resolve) => setTimeout(() => resolve('done'), 2 * 60)),
        );
        await assert.rejects(interpreter.with({ timeout: SHORT }).call(code), timedOut);
        assert.equal(await beside, 'done');
        while (rx.tryReceive() !== undefined);
        assert.equal(await rx.receive(), 'tick');
      }));
  }

  it('while it sets timers leaves those of others in order, each to fire once', async () => {
    for (let round = 0; round < 8; round++) {
      await withInterpreter(async (interpreter) => {
        const [tx, rx] = channel<number>();
        await interpreter.call((tx) => {
          for (let i = 0; i < 50; i++) setTimeout(() => tx.sendSync(i), 100 + 2 * i);
          setTimeout(() => tx.close(), 300);
        }, tx);
        tx.close();
        const call = interpreter.with({ timeout: 3 + round }).call(() => {
          for (let delay = 100_000; ; delay--) setTimeout(() => {}, delay);
        });
        await assert.rejects(call, timedOut);
        const fired: number[] = [];
        for await (const i of rx) fired.push(i);
        assert.deepEqual(
          fired,
          Array.from({ length: 50 }, (_, i) => i),
        );
      });
    }
  }).timeout(60_000);

  it('near its beginning or its end does not keep the interpreter from closing', async () => {
    for (let round = 0; round < 3; round++) {
      await withInterpreter(async (interpreter) => {
        const busy = (ms: number): number => {
          const start = performance.now();
          while (performance.now() - start < ms);
          return ms;
        };
        for (let i = 0; i < 40; i++) {
          const options = { timeout: 2 };
          await interpreter
            .with(options)
            .call(busy, 1.5 + i / 80)
            .catch((error: Error) => assert.equal(error.name, timedOut.name));
          await interpreter
            .with({ timeout: (i % 20) / 50 })
            .call(async (ms: number) => ms, 1)
            .catch((error: Error) => assert.equal(error.name, timedOut.name));
        }
        await interpreter.close();
        assert.equal(interpreter.state, 'closed');
      });
    }
  }).timeout(60_000);

  it('while a receive of its own waits in a queue behind others’ leaves those to go on', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>();
      await interpreter.call((rx) => {
        Object.assign(globalThis, { rx });
      }, rx);
      const beside = interpreter.evaluate('rx.receive()');
      const call = interpreter.with({ timeout: SHORT }).exec('rx.receiveSync()');
      await assert.rejects(call, timedOut);
      await tx.send(1);
      assert.equal(await beside, 1);
    }));

  it('while a send of its own waits in a queue behind others’ leaves those to go on', () =>
    withInterpreter(async (interpreter) => {
      const [tx, rx] = channel<number>(1);
      await interpreter.call((tx) => {
        Object.assign(globalThis, { tx });
        tx.sendSync(1);
      }, tx);
      const beside = interpreter.evaluate('tx.send(2)');
      const call = interpreter.with({ timeout: SHORT }).exec('tx.sendSync(3)');
      await assert.rejects(call, timedOut);
      assert.deepEqual([await rx.receive(), await rx.receive()], [1, 2]);
      await beside;
      assert.equal(rx.tryReceive('nothing'), 'nothing');
    }));

  it('in the reading of a rejected promise’s reason is no different', () =>
    withInterpreter(
      async (interpreter) => {
        const reasons: Record<string, string> = {
          'a getter': '{ get message() { for (;;); } }',
          'a Proxy': 'new Proxy({}, { getPrototypeOf() { for (;;); } })',
          'an own stack': 'Object.defineProperty(new Error(), "stack", { get() { for (;;); } })',
        };
        for (const [name, reason] of Object.entries(reasons)) {
          const call = interpreter
            .with({ timeout: SHORT })
            .evaluate(`(Promise.reject(${reason}), new Promise(() => {}))`);
          await assert.rejects(call, timedOut, name);
          assert.equal(await interpreter.evaluate('1 + 1'), 2);
        }
      },
      { onError: () => {} },
    ));
});

describe('a call that loses its continuation, because another one is stopped in a microtask', () => {
  it('rejects, and the interpreter goes on and closes', () =>
    withInterpreter(async (interpreter) => {
      await interpreter.exec(GATE);
      const lost = rejection(
        interpreter.call(async () => {
          await gate;
        }),
      );
      const lostWithLimits = rejection(
        interpreter.with({ timeout: 60_000 }).call(async () => {
          await gate;
        }),
      );
      await dropWhatAwaitsGate(interpreter);
      assertInterrupted(await lost);
      assertInterrupted(await lostWithLimits);
      assert.equal(await interpreter.call(() => 1), 1);
      await interpreter.close();
    }));

  it('rejects also when it waits for something else beside that', () =>
    withInterpreter(async (interpreter) => {
      await interpreter.exec(GATE);
      const [tx, rx] = channel<string>();
      const lost = rejection(
        interpreter.call((rx) => Promise.all([gate.then(() => 'never'), rx.receive()]), rx),
      );
      await dropWhatAwaitsGate(interpreter);
      await tx.send('there');
      assertInterrupted(await lost);
    }));

  it('rejects when the interpreter closes, if the promise it returned is known elsewhere', () =>
    withInterpreter(async (interpreter) => {
      await interpreter.exec(GATE);
      const lost = rejection(
        interpreter.call(() => {
          const kept = (async () => {
            await gate;
          })();
          Object.assign(globalThis, { kept });
          return kept;
        }),
      );
      await dropWhatAwaitsGate(interpreter);
      await interpreter.close();
      assertInterrupted(await lost);
    }));

  it('is the only one that does: others wait on for timers, channels, and calls elsewhere', () =>
    withInterpreter(async (interpreter) => {
      await interpreter.exec(GATE);
      const [tx, rx] = channel<string>();
      const beside = [
        interpreter.call(() => new Promise((resolve) => setTimeout(() => resolve('timer'), 400))),
        interpreter.call((rx) => rx.receive(), rx),
        interpreter.evaluate(
          `(async () => {
            const inner = await isolane.Interpreter.create();
            return inner.call(() => new Promise((resolve) => setTimeout(() => resolve('call'), 400)));
          })()`,
        ),
      ];
      await dropWhatAwaitsGate(interpreter);
      await tx.send('message');
      assert.deepEqual(await Promise.all(beside), ['timer', 'message', 'call']);
      await interpreter.close();
    }));

  it('does not lose it to what a stopped call left in microtasks: that runs apart', () =>
    withInterpreter(async (interpreter) => {
      const leaves = interpreter.with({ timeout: SHORT }).call(() => {
        void Promise.resolve().then(() => {
          for (;;);
        });
        for (;;);
      });
      const next = interpreter.call(async () => {
        await null;
        return 'next';
      });
      await assert.rejects(leaves, timedOut);
      assert.equal(await next, 'next');
    }));

  it('in microtasks that it left is not taken for what runs next', () =>
    withInterpreter(async (interpreter) => {
      const call = interpreter.with({ timeout: SHORT }).call(() => {
        const leave = () => {
          void Promise.resolve().then(() => {
            leave();
            for (;;);
          });
        };
        leave();
        for (;;);
      });
      await assert.rejects(call, timedOut);
      // Longer than what was stopped is looked for again.
      const next = '(() => { for (const end = Date.now() + 200; Date.now() < end;); return 7; })()';
      assert.equal(await interpreter.evaluate(next), 7);
    }));
});
