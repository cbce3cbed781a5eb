/**
 * What CPython's tests of interpreters expect, said again for Isolane. Here: whether one is running.
 *
 * By design there are four states where CPython has a yes or no, and asking one that is closed is no error.
 */
import assert from 'node:assert/strict';
import { channel } from 'isolane';
import { interpreters } from '../../support/interpreters.js';
import { until } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

describe('CPython on the running state', () => {
  const create = interpreters();

  it('one runs while its code does, and not before or after', async () => {
    const guest = await create();
    assert.equal(guest.state, 'idle');
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const call = guest.call((flag) => {
      while (Atomics.load(flag, 0) === 0);
    }, flag);
    await until(() => guest.state === 'running', 'it runs');
    Atomics.store(flag, 0, 1);
    await call;
    await until(() => guest.state === 'idle', 'it is idle again');
  });

  it('one that has finished does not run, and what it did is there', async () => {
    const guest = await create();
    const [tx, rx] = channel<string>();
    await guest.provide({ tx });
    await guest.exec('tx.sendSync("x")');
    await until(() => guest.state === 'idle', 'it is idle');
    assert.equal(rx.receiveSync(), 'x');
  });

  it('one that asks about itself runs', async () => {
    const guest = await create();
    const seen = await guest.call(() => {
      const { current } = isolane.Interpreter;
      return isolane.Interpreter.list().find(({ id }) => id === current.id)?.state;
    });
    assert.equal(seen, 'running');
  });

  it('an interpreter sees what another does', async () => {
    const [one, two] = [await create(), await create()];
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const call = one.call((flag) => {
      while (Atomics.load(flag, 0) === 0);
    }, flag);
    await until(() => one.state === 'running', 'it runs');
    const seen = await two.call(
      (id) => isolane.Interpreter.list().find((each) => each.id === id)?.state,
      one.id,
    );
    Atomics.store(flag, 0, 1);
    await call;
    assert.equal(seen, 'running');
  });

  it('one that is closed says so', async () => {
    const guest = await create();
    await guest.close();
    assert.equal(guest.state, 'closed');
  });

  it('one that only has something in its background does not run', async () => {
    const guest = await create();
    await guest.exec(
      'var fired = 0; setTimeout(() => { fired = 1; }, 1e9); void new Promise(() => {});',
    );
    await until(() => guest.state === 'idle', 'it is idle');
    assert.equal(await guest.evaluate('fired'), 0);
  });

  it('one that waits for a message is blocked', async () => {
    // Finer than CPython, where it would be running.
    const guest = await create();
    const [tx, rx] = channel<number>();
    const call = guest.call((rx) => rx.receiveSync(), rx);
    await until(() => guest.state === 'blocked', 'it is blocked');
    tx.sendSync(7);
    assert.equal(await call, 7);
  });
});
