/**
 * What CPython's tests of interpreters expect, said again for Isolane. Here: exceptions that cross.
 *
 * By design they arrive as themselves: the built-in class, name, message, own properties and causes. CPython raises an
 * ExecutionFailed that tells about them.
 */
import assert from 'node:assert/strict';
import { interpreters } from '../../support/interpreters.js';
import { rejection, thrown } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

describe('CPython on exceptions that cross', () => {
  const create = interpreters();

  for (const Class of [Error, TypeError, RangeError, SyntaxError, URIError] as const) {
    it(`${Class.name} from a function, a script and an expression`, async () => {
      const guest = await create();
      const fail = (name: string) => {
        throw new (Reflect.get(globalThis, name) as ErrorConstructor)('spam');
      };
      for (const error of [
        await rejection(guest.call(fail, Class.name)),
        thrown(() => guest.callSync(fail, Class.name)),
        await rejection(guest.exec(`throw new ${Class.name}('spam')`)),
        await rejection(guest.evaluate(`(() => { throw new ${Class.name}('spam'); })()`)),
      ]) {
        assert.equal(error.constructor, Class);
        assert.equal(error.message, 'spam');
      }
    });
  }

  it('one that is handed in can be thrown there', async () => {
    const guest = await create();
    const given = new RangeError('spam');
    const error = await rejection(
      guest.call((error) => {
        throw error;
      }, given),
    );
    assert.ok(error instanceof RangeError);
    assert.notEqual(error, given);
    assert.equal(error.message, 'spam');
  });

  it('one of a class of its own keeps name and fields', async () => {
    const guest = await create();
    const error = (await rejection(
      guest.call(() => {
        class KitchenError extends Error {
          override name = 'KitchenError';
          dish = 'eggs';
        }
        throw new KitchenError('burnt');
      }),
    )) as Error & { dish: string };
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, error.message, error.dish], ['KitchenError', 'burnt', 'eggs']);
  });

  it('a syntax error says where it is', async () => {
    const guest = await create();
    const error = await rejection(guest.exec('let a = 1;\nlet b = = 2;'));
    assert.ok(error instanceof SyntaxError);
    assert.match(`${error.stack}`, /:2\b/);
  });

  it('the stack has the frames there before those here', async () => {
    const guest = await create({ name: 'kitchen' });
    const error = await rejection(
      guest.call(() => {
        const ham = () => {
          throw new Error('uh-oh!');
        };
        const eggs = () => ham();
        eggs();
      }),
    );
    // Those there are of this file, too: what travels keeps its place.
    const stack = String(error.stack);
    const places = ['at ham', 'at eggs', '(kitchen)'].map((text) => stack.indexOf(text));
    places.push(stack.lastIndexOf('errors.test'));
    assert.ok(
      places.every((place, i) => place > (places[i - 1] ?? 0)),
      stack,
    );
  });

  it('an exception changes nothing else: the next call is answered', async () => {
    const guest = await create();
    await guest.exec('var state = 1');
    for (let i = 0; i < 20; i++) {
      await rejection(
        guest.call(() => {
          throw new Error('again');
        }),
      );
    }
    assert.equal(await guest.evaluate('state'), 1);
  });

  it('one may be caught on its way, in an interpreter between', async () => {
    const guest = await create();
    const told = await guest.call(async () => {
      const inner = await isolane.Interpreter.create();
      try {
        return await inner.call(() => {
          throw new TypeError('from the depth');
        });
      } catch (error) {
        return error instanceof TypeError ? `caught: ${error.message}` : 'of another class';
      } finally {
        await inner.close();
      }
    });
    assert.equal(told, 'caught: from the depth');
  });
});
