import assert from 'node:assert/strict';
import { channel, Interpreter } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { rejection, until } from '../support/wait.js';

/** Keeps the engine in one operation that never looks whether it should stop, for about so many milliseconds. */
function occupy(ms: number): void {
  const numbers = (length: number): Float64Array =>
    new Float64Array(length).map((_, i) => (i * 7919) % 10_000_019);
  const start = performance.now();
  numbers(1e5).sort();
  const took = performance.now() - start;
  numbers(Math.round((1e5 * ms) / took)).sort();
}

describe('a call that does not stop in time', function () {
  this.timeout(60_000);

  const create = interpreters();

  it('leaves an interpreter alone that has stopped after all', async () => {
    let survived = 0;
    for (const ms of [300, 500, 600, 700]) {
      const guest = await Interpreter.create();
      const error = await rejection(guest.with({ timeout: 100 }).call(occupy, ms));
      assert.equal(error.name, 'ExecutionTimeoutError');
      // It was slow, and is given up as it should be.
      if ((await guest.call(() => 1).catch(() => 0)) === 0) continue;
      survived++;
      await guest.call(() => {
        for (let i = 0; i < 1e6; i++) Reflect.set(globalThis, `key${i % 1000}`, { i });
      });
      await guest.close();
      assert.equal((await guest.closed).cause, 'closed');
    }
    assert.ok(survived > 0);
  });

  it('is not what a neighbour is blamed for that takes long', async () => {
    const guest = await create();
    await guest.exec(`globalThis.occupy = ${occupy}`);
    const occupied = guest.call(
      () =>
        new Promise((resolve) => {
          setTimeout(() => {
            occupy(2500);
            resolve('done');
          }, 20);
        }),
    );
    const error = await rejection(guest.with({ timeout: 300 }).call(() => new Promise(() => {})));
    assert.equal(error.name, 'ExecutionTimeoutError');
    assert.equal(await occupied, 'done');
    assert.equal(await guest.call(() => 'still there'), 'still there');
  });

  it('is told of though a neighbour runs on', async () => {
    const guest = await create();
    const over = new Int32Array(new SharedArrayBuffer(4));
    const waiting = rejection(guest.with({ timeout: 50 }).call(() => new Promise(() => {})));
    const controller = new AbortController();
    const aborted = rejection(
      guest.with({ signal: controller.signal }).call(() => new Promise(() => {})),
    );
    const busy = guest.call((over) => {
      while (Atomics.load(over, 0) === 0);
      return 'over';
    }, over);
    controller.abort();
    // Both come while the neighbour runs, which ends only after them.
    assert.equal((await waiting).name, 'ExecutionTimeoutError');
    assert.equal((await aborted).name, 'AbortError');
    Atomics.store(over, 0, 1);
    assert.equal(await busy, 'over');
  });

  it('stops no time-outs of others when its interpreter is given up that a child had called', async () => {
    const { lines } = await runScript(`
      const parent = await Interpreter.create();
      const other = await Interpreter.create();
      await parent.call(async () => {
        const child = await isolane.Interpreter.create();
        child.call((id) => {
          const parent = isolane.Interpreter.list().find((each) => each.id === id);
          parent.callSync(() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1));
        }, isolane.Interpreter.current.id).catch(() => {});
      });
      while (parent.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 1));
      await parent.terminate();
      const error = await other.with({ timeout: 50 }).call(() => { for (;;); }).catch((error) => error);
      console.log(error.name);
      process.exit(0);`);
    assert.deepEqual(lines, ['ExecutionTimeoutError']);
  });

  it('costs nothing while what runs later is blocked', async () => {
    const guest = await create();
    await rejection(
      guest.with({ timeout: 10 }).call(() => {
        for (;;);
      }),
    );
    const [tx, rx] = channel();
    const blocked = guest.call((rx) => rx.receiveSync(), rx).catch(() => {});
    await until(() => guest.state === 'blocked', 'it is blocked');
    const before = guest.cpuTime();
    await new Promise((resolve) => setTimeout(resolve, 600));
    // It was woken fifty times a second, at some 25 microseconds each.
    assert.ok(guest.cpuTime() - before < 0.3, `${guest.cpuTime() - before} ms`);
    await guest.terminate();
    await blocked;
    tx.close();
  });
});
