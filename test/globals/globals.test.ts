import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';

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
        'ReadableStream',
        'WritableStream',
        'TransformStream',
        'CountQueuingStrategy',
        'ByteLengthQueuingStrategy',
        'performance',
        'URL',
        'URLSearchParams',
        'AbortController',
        'AbortSignal',
        'Event',
        'EventTarget',
        'CustomEvent',
        'DOMException',
        'atob',
        'btoa',
        'crypto',
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

  it('are there before they are read, and not among the enumerable ones', async () => {
    const guest = await create();
    const seen = await guest.call(() => {
      const { enumerable, writable, configurable, value } = Object.getOwnPropertyDescriptor(
        globalThis,
        'EventTarget',
      ) as PropertyDescriptor;
      return [
        'URL' in globalThis,
        Object.hasOwn(globalThis, 'URL'),
        typeof AbortSignal,
        Object.keys(globalThis).length,
        { enumerable, writable, configurable },
        value === EventTarget,
      ];
    });
    const descriptor = { enumerable: false, writable: true, configurable: true };
    assert.deepEqual(seen, [true, true, 'function', 0, descriptor, true]);
  });

  it('can be assigned, declared, defined and deleted before they are read', async () => {
    const guest = await create();
    await guest.exec(`
      URL = 'assigned';
      var atob = 'a variable';
      function btoa() { return 'a function'; }
      Object.defineProperty(globalThis, 'Event', { get: () => 'defined', configurable: true });
      delete globalThis.crypto;
      const DOMException = 'a constant';
    `);
    assert.deepEqual(
      await guest.evaluate('[URL, atob, btoa(), Event, typeof crypto, DOMException]'),
      ['assigned', 'a variable', 'a function', 'defined', 'undefined', 'a constant'],
    );
    assert.deepEqual(
      await guest.evaluate('[new URLSearchParams("a=b").get("a"), typeof EventTarget]'),
      ['b', 'function'],
    );
    await guest.exec('crypto = 1');
    assert.equal(await guest.evaluate('crypto'), 1);
  });

  it('can be assigned and deleted after they were read', async () => {
    const guest = await create();
    await guest.exec('URL; crypto; URL = 1; delete globalThis.crypto');
    assert.deepEqual(await guest.evaluate('[URL, typeof crypto]'), [1, 'undefined']);
  });

  it('are whole though the guest has replaced others of them', async () => {
    const guest = await create();
    await guest.exec(`
      for (const name of ['TextEncoder', 'TextDecoder', 'DOMException', 'performance', 'setTimeout', 'queueMicrotask']) {
        globalThis[name] = undefined;
      }
    `);
    const seen = await guest.call(async () => {
      const signal = AbortSignal.timeout(1);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      const invalid = (() => {
        try {
          return btoa('\u0100');
        } catch (error) {
          return (error as Error).name;
        }
      })();
      return [new URL('http://b\u00fccher.de/\u00e9').href, (signal.reason as Error).name, invalid];
    });
    const expected = ['http://xn--bcher-kva.de/%C3%A9', 'TimeoutError', 'InvalidCharacterError'];
    assert.deepEqual(seen, expected);
  });

  it('take a time-out of a blocking operation from no clock that the guest has replaced', async () => {
    const guest = await create();
    await guest.exec('performance = { now: () => NaN }');
    const name = await guest.call(() => {
      const [tx, rx] = isolane.channel();
      try {
        rx.receiveSync({ timeout: 5 });
      } catch (error) {
        return (error as Error).name;
      }
      return tx.id; // not to be collected before
    });
    assert.equal(name, 'TimeoutError');
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

declare const isolane: typeof import('isolane');
