import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import type { Interpreter } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { until } from '../support/wait.js';

type Isolane = typeof import('isolane');

describe('cpuTime()', function () {
  this.timeout(30_000);
  const create = interpreters();

  it('grows with the work, while that runs', async () => {
    const guest = await create();
    const before = guest.cpuTime();
    assert.ok(before > 0, 'its start has cost something');
    const endless = guest.call(() => {
      for (;;);
    });
    endless.catch(() => {});
    await until(() => guest.cpuTime() > before + 20, 'it has used 20 ms more');
  });

  it('does not grow faster than time', async () => {
    const guest = await create();
    const start = performance.now();
    const before = guest.cpuTime();
    await guest.call(() => {
      for (let i = 0; i < 1e7; i++);
    });
    const used = guest.cpuTime() - before;
    const passed = performance.now() - start;
    // The system may count in ticks of up to 10 ms.
    assert.ok(used <= passed + 20, `${used} ms of work in ${passed} ms`);
  });

  it('counts for the interpreter that works, not for the others', async () => {
    const [busy, lazy] = await Promise.all([create(), create()]);
    const before = { busy: busy.cpuTime(), lazy: lazy.cpuTime() };
    busy
      .call(() => {
        for (;;);
      })
      .catch(() => {});
    await until(() => busy.cpuTime() > before.busy + 100, 'the busy one has used 100 ms more');
    assert.ok(lazy.cpuTime() - before.lazy < 50, 'the other has done nothing');
  });

  it('leaves out what another thread runs there under its lock', async () => {
    const guest = await create();
    guest.callSync(() => {});
    const before = guest.cpuTime();
    const used = guest.callSync(() => {
      const { performance } = globalThis;
      const end = performance.now() + 200;
      while (performance.now() < end);
      return 200;
    });
    assert.ok(guest.cpuTime() - before < used / 2);
  });

  it('keeps what it was in all after the end, and after a termination', async () => {
    for (const end of ['close', 'terminate'] as const) {
      const guest = await create();
      await guest.call(() => {
        for (let i = 0; i < 1e6; i++);
      });
      const last = guest.cpuTime();
      await guest[end]();
      const whole = guest.cpuTime();
      assert.ok(whole >= last, `${whole} after ${last}`);
      assert.equal(guest.cpuTime(), whole);
    }
  });

  it('is known to a guest of itself', async () => {
    const guest = await create();
    const [before, after] = await guest.call(() => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
      const self = Interpreter.list().find(({ id }) => id === Interpreter.current.id);
      const before = (self as Interpreter).cpuTime();
      let after = before;
      while (after - before < 5) after = (self as Interpreter).cpuTime();
      return [before, after] as const;
    });
    assert.ok(before > 0 && after >= before + 5);
    assert.ok(guest.cpuTime() >= after);
  });
});
