import assert from 'node:assert/strict';
import { channel, type Interpreter, type IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { thrown, until } from '../support/wait.js';

type Isolane = typeof import('isolane');

describe('the lock of an interpreter', () => {
  const create = interpreters();

  it('is free while it is idle', async () => {
    const guest = await create();
    await until(() => !guest.lock.held, 'the lock is free');
    assert.deepEqual(guest.lock, { held: false, waiting: 0, waitedMs: guest.lock.waitedMs });
  });

  it('is held while it runs or blocks, and tells who waits for how long', async () => {
    const guest = await create();
    const other = await create();
    const [tx, rx] = channel<number>();
    const blocked = guest.call((rx) => rx.receiveSync(), rx);
    await until(() => guest.state === 'blocked', 'the guest is blocked');
    assert.equal(guest.lock.held, true);
    assert.equal(guest.lock.waiting, 0);
    const before = guest.lock.waitedMs;

    const answer = other.call((id) => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
      const guest = Interpreter.list().find((each) => each.id === id) as Interpreter;
      return guest.callSync(() => 'had it');
    }, guest.id);
    await until(() => guest.lock.waiting === 1, 'somebody waits for the lock');
    tx.sendSync(1);
    assert.equal(await blocked, 1);
    assert.equal(await answer, 'had it');
    assert.equal(guest.lock.waiting, 0);
    assert.ok(guest.lock.waitedMs > before);
  });

  it('is not to be had of a Node runtime, as nothing else that Node looks after', async () => {
    const guest = await create({ runtime: 'node' });
    const error = thrown(() => guest.lock) as IsolaneError;
    assert.equal(error.code, 'ERR_ISOLANE_NOT_SUPPORTED');
    await guest.close();
    assert.deepEqual(guest.lock, { held: false, waiting: 0, waitedMs: 0 });
  });

  it('is free for ever once the interpreter has ended', async () => {
    const guest = await create();
    await guest.terminate();
    assert.deepEqual(guest.lock, { held: false, waiting: 0, waitedMs: 0 });
  });
});
