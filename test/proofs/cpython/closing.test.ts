/**
 * What CPython's tests of interpreters expect, said again for Isolane. Here: closing.
 *
 * By design close() may be called any number of times, and while something runs: it waits for that. In CPython both are
 * errors. terminate(), which ends what runs, has no counterpart there.
 */
import assert from 'node:assert/strict';
import { Interpreter, InterpreterClosedError } from 'isolane';
import { interpreters } from '../../support/interpreters.js';
import { runScript } from '../../support/run-script.js';
import { rejection, thrown, until } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

const ids = () => Interpreter.list().map(({ id }) => id);

describe('CPython on closing interpreters', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('one of several goes, the others stay', async () => {
    const before = ids();
    const [first, second, third] = [await create(), await create(), await create()];
    await second.close();
    assert.deepEqual(ids(), [...before, first.id, third.id]);
    assert.equal(await first.call(() => 1), 1);
    assert.equal(await third.call(() => 3), 3);
  });

  it('all of them can go', async () => {
    const before = ids();
    const made = await Promise.all([create(), create(), create()]);
    for (const each of made) await each.close();
    assert.deepEqual(ids(), before);
  });

  it('main cannot be closed', () => {
    // CPython refuses to. Here there is nothing that could be asked to: main is an id and a name.
    assert.equal('close' in Interpreter.main, false);
    assert.equal('terminate' in Interpreter.main, false);
  });

  it('one that is closed can be closed again, and nothing happens', async () => {
    const guest = await create();
    await guest.close();
    assert.equal(await guest.close(), undefined);
    assert.equal(await guest.terminate(), undefined);
  });

  it('one that closes itself ends after what it does', async () => {
    // CPython refuses this, since the code that runs would lose the ground under its feet. Here close() lets it finish.
    const guest = await create();
    const answer = await guest.call(() => {
      const { current } = isolane.Interpreter;
      const itself = isolane.Interpreter.list().find(({ id }) => id === current.id);
      void itself?.close().catch(() => {});
      return 'still answered';
    });
    assert.equal(answer, 'still answered');
    await until(() => guest.state === 'closed', 'it has ended');
  });

  it('an interpreter may close its sibling, and one of its own', async () => {
    const [one, two] = [await create(), await create()];
    const before = ids();
    await one.call(async (id) => {
      const sibling = isolane.Interpreter.list().find((each) => each.id === id);
      await sibling?.close();
      const own = await isolane.Interpreter.create();
      await own.close();
    }, two.id);
    assert.deepEqual(
      ids(),
      before.filter((id) => id !== two.id),
    );
    assert.equal(two.state, 'closed');
  });

  it('another thread may close it', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      const worker = new Worker(\`
        const { Interpreter } = require('isolane');
        const { workerData } = require('node:worker_threads');
        Interpreter.list().find(({ id }) => id === workerData).close().then(() => process.exit());\`,
        { eval: true, workerData: guest.id, execArgv: [] });
      await once(worker, 'exit');
      while (guest.state !== 'closed') await sleep(2);
      console.log(guest.state, Interpreter.list().length);`);
    assert.deepEqual(lines, ['closed 0']);
  });

  it('one that runs is closed when that is done', async () => {
    const guest = await create();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const running = guest.call((flag) => {
      while (Atomics.load(flag, 0) === 0);
      return 'done';
    }, flag);
    await until(() => guest.state === 'running', 'it runs');
    const closed = guest.close();
    const refused = await rejection(guest.call(() => 1));
    assert.ok(refused instanceof InterpreterClosedError);
    assert.equal(guest.state, 'running');
    Atomics.store(flag, 0, 1);
    assert.equal(await running, 'done');
    await closed;
    assert.equal(guest.state, 'closed');
  });

  it('what goes on in its background ends with it', async () => {
    // CPython joins the threads that the interpreter started. A guest has timers instead, which hold nothing up.
    const guest = await create();
    await guest.exec('setInterval(() => {}, 1); setTimeout(() => {}, 1e9);');
    await guest.close();
    assert.equal(guest.state, 'closed');
  });

  it('everything that is asked of a closed one is refused', async () => {
    const guest = await create();
    await guest.close();
    for (const asked of [
      guest.call(() => 1),
      guest.exec('1'),
      guest.evaluate('1'),
      guest.import('isolane'),
      guest.provide({ a: 1 }),
    ]) {
      assert.ok((await rejection(asked)) instanceof InterpreterClosedError);
    }
    assert.ok(thrown(() => guest.callSync(() => 1)) instanceof InterpreterClosedError);
  });
});
