import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { assertSame } from './same.js';

/** Runs in both worlds: the order in which callbacks come. */
function order(): Promise<unknown[]> {
  return new Promise((resolve) => {
    const log: unknown[] = [];
    setTimeout((...all: unknown[]) => log.push(all), 20, 'late', 2);
    setTimeout(() => {
      log.push('soon');
      queueMicrotask(() => log.push('microtask of soon'));
      void Promise.resolve().then(() => log.push('promise of soon'));
    }, 1);
    setTimeout(() => log.push('soon, too'), 1);
    clearTimeout(setTimeout(() => log.push('never'), 5));
    clearImmediate(setImmediate(() => log.push('never')));
    queueMicrotask(() => log.push('microtask'));
    void Promise.resolve().then(() => log.push('promise'));
    log.push('now');
    setTimeout(() => resolve(log), 60);
  });
}

describe('timers in a guest', () => {
  const create = interpreters();

  it('fire in the order of Node, with their arguments', async () => {
    const guest = await create();
    assert.deepEqual(await guest.call(order), await order());
  });

  it('let immediates run in order, each with its microtasks', async () => {
    const guest = await create();
    const run = () =>
      new Promise((resolve) => {
        const log: string[] = [];
        setImmediate((word: string) => {
          log.push(word);
          queueMicrotask(() => log.push('its microtask'));
        }, 'first');
        setImmediate(() => log.push('second'));
        setImmediate(() => resolve(log));
      });
    assert.deepEqual(await guest.call(run), await run());
  });

  it('repeat until they are stopped', async () => {
    const guest = await create();
    const count = await guest.call(
      () =>
        new Promise((resolve) => {
          let count = 0;
          const timer = setInterval(() => {
            if (++count === 5) {
              clearInterval(timer);
              setTimeout(() => resolve(count), 20);
            }
          }, 1);
        }),
    );
    assert.equal(count, 5);
  });

  it('never fire early', async () => {
    const guest = await create();
    const early = await guest.call(async () => {
      let early = 0;
      for (const ms of [1, 2.5, 10, 17]) {
        const start = performance.now();
        await new Promise((resolve) => setTimeout(resolve, ms));
        if (performance.now() - start < Math.floor(ms)) early++;
      }
      return early;
    });
    assert.equal(early, 0);
  });

  it('take and refuse what those of Node do', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        'setTimeout()',
        "setInterval('code')",
        'setImmediate()',
        'queueMicrotask(5)',
        'queueMicrotask()',
      ],
      { codes: true },
    );
    await assertSame(guest, [
      'clearTimeout()',
      "clearTimeout('nothing')",
      'clearInterval({})',
      'clearImmediate(null)',
      'new Promise((resolve) => setTimeout(resolve, NaN, 1))',
      "new Promise((resolve) => setTimeout(resolve, '2', 2))",
      'new Promise((resolve) => setTimeout(resolve, -5, 3))',
      'new Promise((resolve) => setTimeout(resolve, undefined, 5))',
      '((timer) => { clearTimeout(+timer); return typeof +timer; })(setTimeout(() => {}, 1e6))',
      '((timer) => [timer.hasRef(), timer.unref() === timer, timer.ref() === timer, clearTimeout(timer)].slice(1, 3))(setTimeout(() => {}, 1e6))',
    ]);
  });
});
