import assert from 'node:assert/strict';
import type { HeapUsage, Interpreter } from 'isolane';
import { guestStates } from '../support/guest-states.js';
import { interpreters } from '../support/interpreters.js';
import { rejection } from '../support/wait.js';

type Isolane = typeof import('isolane');

describe('memory()', function () {
  this.timeout(30_000);
  const create = interpreters();

  for (const [what, enter] of guestStates) {
    it(`answers while the guest ${what}`, async () => {
      const guest = await create();
      const kept = await enter(guest);
      plausible(await guest.memory());
      void kept;
    });
  }

  it('sees what the guest keeps on its heap', async () => {
    const guest = await create();
    const before = await guest.memory();
    await guest.exec('const kept = Array.from({ length: 200_000 }, (_, i) => ({ i }));');
    const after = await guest.memory();
    plausible(after);
    assert.ok(after.heapUsed - before.heapUsed > 200_000 * 12, 'two fields an object at the least');
    assert.ok(after.heapTotal > before.heapTotal);
  });

  it('sees the buffers that the guest keeps outside of its heap', async () => {
    const guest = await create();
    const before = await guest.memory();
    await guest.exec('const kept = new Uint8Array(32 * 1024 * 1024).fill(1);');
    const after = await guest.memory();
    assert.ok(after.external - before.external >= 32 * 1024 * 1024);
    assert.ok(after.heapUsed - before.heapUsed < 8 * 1024 * 1024);
  });

  it('knows the limit', async () => {
    const small = await create({ memoryLimit: 64 * 1024 * 1024 });
    const large = await create({ memoryLimit: 512 * 1024 * 1024 });
    const [a, b] = await Promise.all([small.memory(), large.memory()]);
    assert.ok(a.heapLimit >= 64 * 1024 * 1024, `${a.heapLimit}`);
    assert.ok(b.heapLimit - a.heapLimit >= 256 * 1024 * 1024, `${a.heapLimit} and ${b.heapLimit}`);
  });

  it('answers many at once, of one guest and of several', async () => {
    const guests = await Promise.all(Array.from({ length: 8 }, () => create()));
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (guests[i % 8] as Interpreter).memory()),
    );
    assert.equal(answers.length, 200);
    answers.forEach(plausible);
  });

  it('leaves what was interrupted to go on where it was', async () => {
    const guest = await create();
    const { channel } = await import('isolane');
    const [tx, rx] = channel<number>();
    const sum = guest.call((rx) => {
      let sum = 0;
      for (const n of rx) sum += n;
      return sum;
    }, rx);
    for (let n = 1; n <= 100; n++) {
      plausible(await guest.memory());
      tx.sendSync(n);
    }
    tx.close();
    assert.equal(await sum, 5050);
  });

  it('answers a guest that asks about itself', async () => {
    const guest = await create();
    plausible(
      await guest.call(() => {
        const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
        const self = Interpreter.list().find(({ id }) => id === Interpreter.current.id);
        return (self as Interpreter).memory();
      }),
    );
  });

  it('answers a guest that asks about another, which is busy', async () => {
    const [guest, other] = await Promise.all([create(), create()]);
    const [, enter] = guestStates[1] as (typeof guestStates)[1];
    await enter(other);
    plausible(
      await guest.call((id) => {
        const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
        return (Interpreter.list().find((each) => each.id === id) as Interpreter).memory();
      }, other.id),
    );
  });

  it('rejects when the interpreter has ended', async () => {
    const guest = await create();
    await guest.terminate('over');
    const error = await rejection(guest.memory());
    assert.equal(error.name, 'InterpreterClosedError');
    assert.equal((error as Error & { reason: unknown }).reason, 'over');
  });

  it('answers or rejects while the interpreter ends, and says why', async () => {
    for (let round = 0; round < 20; round++) {
      const guest = await create();
      const asked = Array.from({ length: 10 }, () =>
        guest.memory().then(plausible, (error: Error) => {
          assert.equal(error.name, 'InterpreterClosedError');
          assert.match(error.message, /now$/);
        }),
      );
      const end = guest.terminate('now');
      await Promise.all([...asked, end]);
    }
  });

  it('rejects when the interpreter goes past its limit before it can answer', async () => {
    const guest = await create({ memoryLimit: 16 * 1024 * 1024 });
    const end = rejection(
      guest.exec('const all = []; for (;;) all.push(new Array(1000).fill({}));'),
    );
    let error: Error | undefined;
    while (error === undefined) {
      await guest.memory().then(plausible, (why: Error) => {
        error = why;
      });
    }
    assert.equal(error.name, 'MemoryLimitError');
    assert.equal((await end).name, 'MemoryLimitError');
  });
});

function plausible(usage: HeapUsage): void {
  for (const [name, bytes] of Object.entries(usage)) {
    assert.ok(Number.isSafeInteger(bytes) && bytes >= 0, `${name}: ${bytes}`);
  }
  assert.ok(usage.heapUsed > 100_000, `heapUsed ${usage.heapUsed}`);
  assert.ok(usage.heapUsed <= usage.heapTotal, `${usage.heapUsed} of ${usage.heapTotal}`);
  assert.ok(usage.heapPhysical > 0, `heapPhysical ${usage.heapPhysical}`);
  // Not that it is the more: other threads of the engine change both while they are read.
  assert.ok(usage.peakMalloced > 0);
}
