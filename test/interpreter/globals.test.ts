import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { rejection } from '../support/wait.js';

describe('the globals of a guest', () => {
  const create = interpreters();

  it('are those that are promised', async () => {
    const guest = await create();
    const missing = await guest.call(
      (names) => names.filter((name) => typeof Reflect.get(globalThis, name) === 'undefined'),
      [
        'console',
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'queueMicrotask',
        'structuredClone',
        'TextEncoder',
        'TextDecoder',
        'performance',
        'WebAssembly',
        'SharedArrayBuffer',
        'Atomics',
        'globalThis',
        'isolane',
      ],
    );
    assert.deepEqual(missing, []);
  });

  it('are nothing of Node', async () => {
    const guest = await create();
    const there = await guest.call(
      (names) => names.filter((name) => typeof Reflect.get(globalThis, name) !== 'undefined'),
      ['process', 'require', 'module', 'Buffer', 'global', '__dirname', 'fetch'],
    );
    assert.deepEqual(there, []);
  });

  it('have timers that fire in order, with arguments', async () => {
    const guest = await create();
    const log = await guest.call(
      () =>
        new Promise((resolve) => {
          const log: unknown[] = [];
          setTimeout((...all: unknown[]) => log.push(all), 20, 'late', 2);
          setTimeout(() => log.push('soon'), 1);
          const never = setTimeout(() => log.push('never'), 5);
          clearTimeout(never);
          setTimeout(() => resolve(log), 60);
          queueMicrotask(() => log.push('microtask'));
          log.push('now');
        }),
    );
    assert.deepEqual(log, ['now', 'microtask', 'soon', ['late', 2]]);
  });

  it('have intervals that can be stopped', async () => {
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

  it('have timers that never fire early', async () => {
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

  it('have structuredClone, with transfer', async () => {
    const guest = await create();
    const seen = await guest.call(() => {
      const bytes = new Uint8Array([1, 2]);
      const loop: Record<string, unknown> = { map: new Map([[1, bytes]]) };
      loop['self'] = loop;
      const copy = structuredClone(loop);
      const moved = structuredClone(bytes, { transfer: [bytes.buffer] });
      return [copy['self'] === copy, copy !== loop, bytes.length, [...moved]];
    });
    assert.deepEqual(seen, [true, true, 0, [1, 2]]);
    const error = await rejection(guest.call(() => structuredClone(() => {})));
    assert.ok(error instanceof Error);
  });

  it('have TextEncoder and TextDecoder for all of Unicode', async () => {
    const guest = await create();
    const texts = ['', 'ascii', 'é中😀', 'a\0b', 'lone \ud83d surrogate', '\ufeffwith a mark'];
    const there = await guest.call(
      (texts) =>
        texts.map((text) => {
          const bytes = new TextEncoder().encode(text);
          return [[...bytes], new TextDecoder().decode(bytes)];
        }),
      texts,
    );
    const here = texts.map((text) => {
      const bytes = new TextEncoder().encode(text);
      return [[...bytes], new TextDecoder().decode(bytes)];
    });
    assert.deepEqual(there, here);
    const error = await rejection(
      guest.call(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff]))),
    );
    assert.ok(error instanceof TypeError);
  });

  it('have a clock that goes on', async () => {
    const guest = await create();
    const [first, second, origin] = await guest.call(async () => {
      const first = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [first, performance.now(), performance.timeOrigin] as const;
    });
    assert.ok(first >= 0);
    assert.ok(second > first);
    assert.ok(Math.abs(origin - Date.now()) < 60_000);
  });

  it('belong to the guest: what it breaks is broken there alone', async () => {
    const guest = await create();
    await guest.exec(`
      for (const name of Reflect.ownKeys(globalThis)) try { globalThis[name] = undefined; } catch {}
    `);
    assert.equal(await guest.evaluate('1 + 1'), 2);
    assert.equal(await (await create()).evaluate('typeof setTimeout'), 'function');
  });
});
