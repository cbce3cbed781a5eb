/**
 * The themes of isolated-vm's tests, said again for Isolane. Here: disposal in every state, re-entry, deadlocks, Workers.
 *
 * By design a guest cannot call functions of Node: it sends messages. So re-entry goes from interpreter to interpreter.
 */
import assert from 'node:assert/strict';
import { channel, Interpreter, InterpreterClosedError } from 'isolane';
import { collectUntil } from '../../support/garbage.js';
import { interpreters } from '../../support/interpreters.js';
import { runScript } from '../../support/run-script.js';
import { rejection, thrown, until } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

describe('isolated-vm on disposal', function () {
  this.timeout(90_000);
  const create = interpreters();

  it('busy-dispose, dispose-while-running: what runs is stopped, and its call rejected', async () => {
    const guest = await create();
    const call = guest.call(() => {
      for (;;);
    });
    await until(() => guest.state === 'running', 'it runs');
    await guest.terminate('enough');
    const error = await rejection(call);
    assert.ok(error instanceof InterpreterClosedError);
    assert.equal(error.reason, 'enough');
  });

  it('dispose-race: terminated many times, from everywhere, while calls arrive', async () => {
    for (let i = 0; i < 20; i++) {
      const guest = await create();
      const calls = Array.from({ length: 20 }, () =>
        guest.call(() => 'answered').catch((error: Error) => error.name),
      );
      await Promise.all([guest.terminate(), guest.close(), guest.terminate()]);
      for (const answer of await Promise.all(calls)) {
        assert.ok(['answered', 'InterpreterClosedError'].includes(answer), answer);
      }
    }
  });

  it('disposed-isolate-context: what is left of one that has ended says so, and does not crash', async () => {
    const guest = await create();
    const remote = await guest.import<{ f(): number }>(
      'data:text/javascript,export const f = () => 1;',
    );
    assert.equal(await remote.f(), 1);
    await guest.terminate();
    assert.ok((await rejection(remote.f())) instanceof InterpreterClosedError);
    assert.ok(thrown(() => guest.callSync(() => 1)) instanceof InterpreterClosedError);
    assert.equal(guest.state, 'closed');
  });

  it('self-async-dispose: one that ends itself in the middle of a call', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call(() => {
        const { current } = isolane.Interpreter;
        const itself = isolane.Interpreter.list().find(({ id }) => id === current.id);
        void itself?.terminate('by itself');
        for (;;);
      }),
    );
    assert.ok(error instanceof InterpreterClosedError);
    await until(() => guest.state === 'closed', 'it has ended');
  });

  it('context-spam, cleanup-race: made and ended again and again, several at a time', async () => {
    const before = Interpreter.list().length;
    for (let i = 0; i < 25; i++) {
      const made = await Promise.all([create(), create(), create(), create()]);
      await Promise.all(made.map((each, i) => (i % 2 === 0 ? each.close() : each.terminate())));
    }
    assert.equal(Interpreter.list().length, before);
  });

  it('orphaned-isolate-gc: one that nobody holds any more goes on, and can be found again', async () => {
    // isolated-vm disposes of an isolate that is collected. Here an interpreter lives until it is ended, as a thread does.
    const { id, token } = await (async () => {
      const made = await create({ name: 'orphan' });
      return { id: made.id, token: new WeakRef({}) };
    })();
    await collectUntil(() => token.deref() === undefined, 'garbage is collected');
    const found = Interpreter.list().find((each) => each.id === id) as Interpreter;
    assert.equal(await found.call(() => isolane.Interpreter.current.name), 'orphan');
  });

  it('wasm-async-lifecycle: one that compiles WebAssembly in the background ends at any moment', async () => {
    for (let i = 0; i < 5; i++) {
      const guest = await create();
      const call = guest.call(() => {
        const functions = 2000;
        const leb = (n: number) => [(n & 127) | 128, n >> 7];
        const section = (id: number, bytes: number[]) => [
          id,
          (bytes.length & 127) | 128,
          ((bytes.length >> 7) & 127) | 128,
          bytes.length >> 14,
          ...bytes,
        ];
        const bytes = new Uint8Array([
          ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127],
          ...section(3, [...leb(functions), ...new Array<number>(functions).fill(0)]),
          ...section(10, [
            ...leb(functions),
            ...Array.from({ length: functions }, () => [4, 0, 65, 42, 11]).flat(),
          ]),
        ]);
        return WebAssembly.compile(bytes).then(() => 'compiled');
      });
      const ended = call.catch((error: Error) => error.name);
      if (i % 2 === 0) assert.equal(await ended, 'compiled');
      await guest.terminate();
      assert.ok(['compiled', 'InterpreterClosedError'].includes(await ended));
    }
  });
});

describe('isolated-vm on re-entry', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('isolate-in-isolate: an interpreter makes one, calls it, and ends it', async () => {
    const guest = await create();
    const answer = await guest.call(async () => {
      const inner = await isolane.Interpreter.create();
      const answer = inner.callSync((n) => n * 2, 21);
      await inner.close();
      return answer;
    });
    assert.equal(answer, 42);
  });

  it('recursive-sync: one that calls itself through another is told so, and both go on', async () => {
    const [one, two] = [await create(), await create()];
    await one.provide({ two: two.id });
    const name = one.callSync(
      (two, one) => {
        const find = (id: number) =>
          isolane.Interpreter.list().find((each) => each.id === id) as Interpreter;
        try {
          return find(two).callSync((one) => {
            const back = isolane.Interpreter.list().find((each) => each.id === one);
            return String(back?.callSync(() => 'inside myself'));
          }, one);
        } catch (error) {
          return (error as Error).name;
        }
      },
      two.id,
      one.id,
    );
    assert.equal(name, 'RangeError');
    assert.equal(
      one.callSync(() => 1),
      1,
    );
    assert.equal(
      two.callSync(() => 2),
      2,
    );
  });

  it('sync-allowed-in-same-isolate: synchronous calls down a chain of interpreters', async () => {
    const guests = [await create(), await create(), await create()];
    const ids = guests.map(({ id }) => id);
    const down = (ids: number[]): number[] => {
      // The source of this very function travels on.
      const [next, ...rest] = ids;
      if (next === undefined) return [isolane.Interpreter.current.id];
      const source = Reflect.get(globalThis, 'down') as string;
      const guest = isolane.Interpreter.list().find(({ id }) => id === next);
      const seen = guest?.callSync(
        (source: string, rest: number[]) => {
          Reflect.set(globalThis, 'down', source);
          return (new Function(`return (${source})`)() as (ids: number[]) => number[])(rest);
        },
        source,
        rest,
      );
      return [isolane.Interpreter.current.id, ...(seen ?? [])];
    };
    const [first, ...rest] = guests;
    await first?.provide({ down: String(down) });
    assert.deepEqual(
      first?.callSync(
        down,
        rest.map(({ id }) => id),
      ),
      ids,
    );
  });

  it('deadlock: of two that call each other at the same time, one is told so and the other goes on', async () => {
    // isolated-vm refuses synchronous calls between threads of its own.
    const [one, two] = [await create(), await create()];
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const call = (from: Interpreter, to: Interpreter, mine: number) =>
      from.call(
        (id, flags, mine) => {
          const other = isolane.Interpreter.list().find((each) => each.id === id);
          Atomics.store(flags, mine, 1);
          while (Atomics.load(flags, 1 - mine) === 0);
          return other?.callSync(() => 'had it');
        },
        to.id,
        flags,
        mine,
      );
    const calls = [call(one, two, 0), call(two, one, 1)].map((each) =>
      each.catch((error: Error) => error.name),
    );
    assert.deepEqual((await Promise.all(calls)).sort(), ['DeadlockError', 'had it']);
    assert.equal(await one.call(() => 'goes on'), 'goes on');
  });

  it('async-rentry: messages go to and fro while a call is under way', async () => {
    const guest = await create();
    const [there, back] = [channel<number>(), channel<number>()];
    const call = guest.call(
      async (rx, tx) => {
        let sum = 0;
        for await (const n of rx) {
          sum += n;
          await tx.send(n * 2);
        }
        return sum;
      },
      there.receiver,
      back.sender,
    );
    for (let i = 1; i <= 100; i++) {
      await there.sender.send(i);
      assert.equal(await back.receiver.receive(), i * 2);
    }
    there.close();
    assert.equal(await call, 5050);
  });

  it('async-rentry-deadlock: a synchronous call here answers what an asynchronous one there waits for', async () => {
    const guest = await create();
    await guest.exec('var answer; const asked = new Promise((resolve) => { answer = resolve; });');
    const call = guest.evaluate('asked');
    guest.callSync(() => {
      (Reflect.get(globalThis, 'answer') as (value: string) => void)('answered');
    });
    assert.equal(await call, 'answered');
  });
});

describe('isolated-vm on Workers', function () {
  this.timeout(90_000);

  it('workers-threads, uv-awaken-from-non-default: interpreters of several Workers at a time', async () => {
    const { lines } = await runScript(`
      const text = \`
        const { Interpreter } = require('isolane');
        const { parentPort } = require('node:worker_threads');
        (async () => {
          const guest = await Interpreter.create();
          let sum = 0;
          for (let i = 0; i < 50; i++) sum += await guest.call((i) => i, i);
          await guest.close();
          parentPort.postMessage(sum);
        })();\`;
      const workers = Array.from({ length: 3 }, () => new Worker(text, { eval: true, execArgv: [] }));
      const sums = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
      await Promise.all(workers.map((worker) => worker.terminate()));
      console.log(sums.join());`);
    assert.deepEqual(lines, ['1225,1225,1225']);
  });

  it('worker-reload, worker-terminate: a Worker that goes takes its interpreters, and the next starts afresh', async () => {
    const { lines } = await runScript(`
      const text = \`
        const { Interpreter } = require('isolane');
        const { parentPort } = require('node:worker_threads');
        (async () => {
          const guest = await Interpreter.create();
          guest.call(() => { for (;;); }).catch(() => {});
          parentPort.postMessage(guest.id);
        })();\`;
      for (let i = 0; i < 4; i++) {
        const worker = new Worker(text, { eval: true, execArgv: [] });
        const [id] = await once(worker, 'message');
        await worker.terminate();
        console.log(Interpreter.list().some((each) => each.id === id));
      }`);
    assert.deepEqual(lines, Array(4).fill('false'));
  });
});
