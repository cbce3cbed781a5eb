import assert from 'node:assert/strict';
import { Interpreter } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';

describe('the promise closed', function () {
  this.timeout(90_000);

  const create = interpreters();

  it('says that an interpreter was closed', async () => {
    const guest = await create();
    const { closed } = guest;
    assert.equal(guest.closed, closed);
    await guest.close();
    assert.deepEqual(await closed, { cause: 'closed', reason: undefined });
  });

  it('says that it was terminated, and why', async () => {
    const guest = await create();
    const { closed } = guest;
    await guest.terminate({ because: 'enough' });
    assert.deepEqual(await closed, { cause: 'terminated', reason: { because: 'enough' } });
  });

  it('says that it used too much memory', async () => {
    const guest = await create({ memoryLimit: 16 * 1024 * 1024 });
    const { closed } = guest;
    guest
      .exec('const all = []; for (;;) all.push(new Array(1000).fill(all.length))')
      .catch(() => {});
    assert.equal((await closed).cause, 'memory-limit');
  });

  it('comes with calls that say where they were made', async () => {
    const guest = await create();
    const call = guest.call(() => new Promise(() => {})).catch((error: Error) => error);
    await guest.terminate();
    const error = (await call) as Error;
    assert.match(error.stack?.split('\n')[1] ?? '', /closed\.test/);
  });

  it('can be asked for after the end', async () => {
    const guest = await create();
    await guest.terminate('over');
    assert.deepEqual(await guest.closed, { cause: 'terminated', reason: 'over' });
  });

  it('is kept by who has never written to the interpreter, too', async () => {
    const outer = await create();
    const inner = await outer.call(async () => {
      const made = await isolane.Interpreter.create({ name: 'inner' });
      return made.id;
    });
    const seen = Interpreter.list().find(({ id }) => id === inner);
    assert.ok(seen !== undefined);
    const { closed } = seen;
    await outer.terminate();
    assert.equal((await closed).cause, 'terminated');
  });

  it('works in a guest, for an interpreter that ends itself', async () => {
    const outer = await create();
    const cause = await outer.call(async () => {
      const inner = await isolane.Interpreter.create();
      const { closed } = inner;
      inner
        .call(() =>
          isolane.Interpreter.list()
            .find(({ id }) => id === isolane.Interpreter.current.id)
            ?.terminate('itself'),
        )
        .catch(() => {});
      return (await closed).reason;
    });
    assert.equal(cause, 'itself');
  });

  it('does not keep Node alive', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      guest.closed.then(() => console.log('never'));
      console.log('waiting');`);
    assert.deepEqual(lines, ['waiting']);
  });
});

declare const isolane: typeof import('isolane');
