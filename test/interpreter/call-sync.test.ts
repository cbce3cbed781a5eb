import assert from 'node:assert/strict';
import { Interpreter } from 'isolane';

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
