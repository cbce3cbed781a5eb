import assert from 'node:assert/strict';
import { Interpreter } from 'isolane';
import { rejection } from '../support/wait.js';

describe('a guest that breaks the built-ins of its language', () => {
  const breaks: Record<string, string> = {
    'a global class': 'delete globalThis.Map',
    'a function of Object': 'Object.defineProperty = null',
    'a method': 'Map.prototype.set = () => { throw new Error("no"); }',
    'the class of errors': 'Error = undefined',
    iteration: 'Array.prototype[Symbol.iterator] = null',
    'all of them': 'for (const key of Reflect.ownKeys(globalThis)) delete globalThis[key]',
  };

  for (const [name, code] of Object.entries(breaks)) {
    it(`${name}: leaves no call without an answer, and harms nobody else`, async () => {
      const guest = await Interpreter.create();
      const neighbour = await Interpreter.create();
      await guest.exec(code).catch(() => {});
      for (let i = 0; i < 2; i++) {
        const error = await rejection(
          guest.call(() => {
            throw null;
          }),
        ).catch((error) => error);
        if (error instanceof Error) assert.ok('code' in error, error.stack);
      }
      try {
        guest.callSync(() => {
          throw null;
        });
        assert.fail('it threw nothing');
      } catch (error) {
        if (error instanceof Error) assert.ok('code' in error, error.stack);
      }
      assert.equal(await neighbour.call(() => 1), 1);
      await guest.close();
      await neighbour.close();
    });
  }

  it('is told what failed when it ends by that', async () => {
    const guest = await Interpreter.create();
    await guest.exec('Object.defineProperty = null');
    const error = await rejection(
      guest.call(() => {
        throw new RangeError('unheard');
      }),
    );
    assert.equal((error as { code?: string }).code, 'ERR_ISOLANE_INTERPRETER_CLOSED');
    assert.match(error.message, /its own code failed: TypeError/);
    assert.equal((await guest.closed).cause, 'terminated');
  });
});
