import assert from 'node:assert/strict';
import { Interpreter } from 'isolane';
import { collectUntil } from '../support/garbage.js';
import { interpreters } from '../support/interpreters.js';

declare const isolane: typeof import('isolane');

describe('interpreters that were only listed', () => {
  const create = interpreters();

  it('are forgotten when nobody has them any more, after their end too', async () => {
    const outer = await create();
    const seen: WeakRef<object>[] = [];
    for (let i = 0; i < 20; i++) {
      const id = await outer.call(async () => {
        const inner = await isolane.Interpreter.create();
        Object.assign(globalThis, { inner });
        return inner.id;
      });
      // In a function of its own, since the engine may keep what an expression had for as long as the function runs.
      (() => {
        const one = Interpreter.list().find((each) => each.id === id) as Interpreter;
        assert.equal(one.state, 'idle');
        // With what it has to write to it.
        seen.push(new WeakRef(one), new WeakRef(Reflect.get(one, 'peer') as object));
      })();
      await outer.call(() => (Reflect.get(globalThis, 'inner') as Interpreter).close());
    }
    await collectUntil(
      () => seen.every((ref) => ref.deref() === undefined),
      'what was listed is collected',
    );
  });

  it('are the same objects as long as somebody has them', async () => {
    const outer = await create();
    const id = await outer.call(async () => (await isolane.Interpreter.create()).id);
    const first = Interpreter.list().find((one) => one.id === id);
    assert.equal(
      Interpreter.list().find((one) => one.id === id),
      first,
    );
  });

  it('answer, and are told of, as those that were made here', async () => {
    const outer = await create();
    const id = await outer.call(async () => (await isolane.Interpreter.create()).id);
    const listed = () => Interpreter.list().find((one) => one.id === id) as Interpreter;
    assert.equal(await listed().call(() => 6 * 7), 42);
    assert.equal(
      listed().callSync(() => 6 * 7),
      42,
    );
    const { closed } = listed();
    await outer.terminate();
    assert.equal((await closed).cause, 'terminated');
  });
});
