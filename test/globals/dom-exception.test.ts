import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { rejection } from '../support/wait.js';
import { assertSame } from './same.js';

describe('DOMException in a guest', () => {
  const create = interpreters();

  it('is like that of Node', async () => {
    const guest = await create();
    await assertSame(guest, [
      ...[
        '',
        "'m'",
        "'m', 'AbortError'",
        "'m', 'DataCloneError'",
        "'m', 'Unheard'",
        '5, null',
        'undefined, undefined',
        "'m', { name: 'TimeoutError', cause: 5 }",
      ].map(
        (args) =>
          `((e) => [e.name, e.message, e.code, e.cause, 'cause' in e, String(e)])(new DOMException(${args}))`,
      ),
      "((e) => [e instanceof Error, e instanceof DOMException, Object.prototype.toString.call(e), Object.keys(e)])(new DOMException('m'))",
      "new DOMException('m', 'AbortError').stack.split('\\n')[0]",
      'Object.getOwnPropertyNames(DOMException.prototype).filter((name) => /[a-z]/.test(name)).sort()',
      'Object.keys(DOMException).map((name) => [name, DOMException[name], DOMException.prototype[name]])',
      'DOMException()',
      'DOMException.prototype.code',
      'DOMException.name',
      "(() => { class Mine extends DOMException {} const e = new Mine('m', 'AbortError'); return [e.name, e.code, e instanceof Mine]; })()",
    ]);
  });

  it('arrives as itself when it is thrown, both ways', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call(() => {
        throw new DOMException('thrown there', {
          name: 'DataCloneError',
          cause: new RangeError('why'),
        });
      }),
    );
    assert.ok(error instanceof DOMException);
    assert.deepEqual(
      [error.name, error.code, error.message],
      ['DataCloneError', 25, 'thrown there'],
    );
    assert.ok(error.cause instanceof RangeError);
    assert.match(error.stack ?? '', /^DataCloneError: thrown there\n/);

    const seen = await guest.call(async () => {
      const inner = await isolane.Interpreter.create();
      const error = await inner
        .call(() => AbortSignal.abort().throwIfAborted())
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      await inner.close();
      return [
        error instanceof DOMException,
        (error as DOMException).name,
        (error as DOMException).code,
      ];
    });
    assert.deepEqual(seen, [true, 'AbortError', 20]);
  });

  it('is not loaded for other errors to cross', async () => {
    const guest = await create();
    await rejection(
      guest.call(() => {
        class Mine extends TypeError {}
        throw new Mine('not one');
      }),
    );
    // A class that is not loaded yet is made from what is there when it is.
    const tag = await guest.call(() => {
      globalThis.Error = class Other extends Error {} as ErrorConstructor;
      return Object.getPrototypeOf(DOMException.prototype) === Error.prototype;
    });
    assert.equal(tag, true);
  });
});

describe('structuredClone in a guest', () => {
  const create = interpreters();

  it('copies what that of Node does, and hands over', async () => {
    const guest = await create();
    await assertSame(guest, [
      'structuredClone({ a: [1, new Map([[1, new Set(["x"])]]), new Date(0), /x/gi, 5n, undefined, null] })',
      '((loop) => { loop.self = loop; const copy = structuredClone(loop); return [copy.self === copy, copy !== loop]; })({})',
      '((bytes) => [structuredClone(bytes, { transfer: [bytes.buffer] }), bytes.length])(Uint8Array.of(1, 2))',
      '((bytes) => structuredClone(bytes, { transfer: new Set([bytes.buffer]) }))(Uint8Array.of(1, 2))',
      'structuredClone(1, null)',
      'structuredClone(undefined)',
      'structuredClone(new RangeError("x")).message',
      'structuredClone(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }))',
    ]);
  });

  it('throws what that of Node throws', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        'structuredClone(() => {})',
        'structuredClone({ deep: [Symbol()] })',
        'structuredClone(new WeakMap())',
        'structuredClone(Promise.resolve())',
        '((b) => structuredClone(1, { transfer: [b, b] }))(new ArrayBuffer(1))',
        'structuredClone()',
        'structuredClone(1, 5)',
        'structuredClone(1, { transfer: 5 })',
        'structuredClone({ get a() { throw new RangeError("mine"); } })',
      ],
      { codes: true },
    );
    const error = await rejection(guest.evaluate('structuredClone({ on: { click() {} } })'));
    assert.ok(error instanceof DOMException);
    assert.match(error.message, /^\$\.on\.click is a function/);
  });
});

declare const isolane: typeof import('isolane');
