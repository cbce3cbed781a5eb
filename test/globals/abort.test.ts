import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { interpreters } from '../support/interpreters.js';
import { rejection, until } from '../support/wait.js';
import { assertSame } from './same.js';

const say = '(r) => r && [r.constructor.name, r.name, r.code, r.message]';

describe('AbortSignal in a guest', () => {
  const create = interpreters();

  it('aborts as that of Node does', async () => {
    const guest = await create();
    await assertSame(guest, [
      `((c) => { c.abort(); return [c.signal.aborted, (${say})(c.signal.reason)]; })(new AbortController())`,
      "((c) => { c.abort('why'); c.abort('again'); return [c.signal.aborted, c.signal.reason]; })(new AbortController())",
      '((c) => { c.abort(null); return [c.signal.aborted, c.signal.reason]; })(new AbortController())',
      '((c) => [c.signal.aborted, c.signal.reason, c.signal === c.signal, c.signal.onabort])(new AbortController())',
      `((s) => [s.aborted, (${say})(s.reason)])(AbortSignal.abort())`,
      "((s) => [s.aborted, s.reason])(AbortSignal.abort('why'))",
      'AbortSignal.abort().throwIfAborted()',
      "AbortSignal.abort(new RangeError('mine')).throwIfAborted()",
      'new AbortController().signal.throwIfAborted()',
      `((c, log) => {
        c.signal.addEventListener('abort', (e) => log.push(1, e.type, e.target === c.signal, e.isTrusted));
        c.signal.onabort = function (e) { log.push('handler', this === c.signal, e.type); };
        c.signal.addEventListener('abort', () => log.push(2));
        c.abort(); c.abort(); return log;
      })(new AbortController(), [])`,
      `((c, log) => {
        c.signal.onabort = () => log.push('first'); c.signal.addEventListener('abort', () => log.push('listener'));
        c.signal.onabort = () => log.push('second'); c.abort(); return log;
      })(new AbortController(), [])`,
      `((c, log) => { c.signal.onabort = () => log.push(1); c.signal.onabort = null; c.abort(); return log; })(new AbortController(), [])`,
      "((c, log) => { c.signal.addEventListener('abort', () => log.push(c.signal.reason)); c.signal.dispatchEvent(new Event('abort')); return [log, c.signal.aborted]; })(new AbortController(), [])",
      'Object.prototype.toString.call(new AbortController())',
      'Object.prototype.toString.call(AbortSignal.abort())',
      '[AbortController.name, AbortSignal.name, AbortSignal.abort() instanceof EventTarget]',
    ]);
  });

  it('takes and refuses what that of Node does', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        'new AbortSignal()',
        'AbortSignal.any()',
        'AbortSignal.any([5])',
        'AbortSignal.any(5)',
        'AbortSignal.timeout()',
        'AbortSignal.timeout(-1)',
        "AbortSignal.timeout('5')",
        'AbortSignal.timeout(1.5)',
        'AbortSignal.timeout(2 ** 32)',
        'AbortSignal.timeout(NaN)',
      ],
      { codes: true },
    );
    await assertSame(guest, [
      'AbortController()',
      'AbortSignal.prototype.aborted',
      'AbortController.prototype.signal',
      'AbortController.prototype.abort.call({})',
    ]);
  });

  it('times out with a TimeoutError', async () => {
    const guest = await create();
    await assertSame(guest, [
      `new Promise((resolve) => { const s = AbortSignal.timeout(2); s.onabort = () => resolve([s.aborted, (${say})(s.reason)]); })`,
      'AbortSignal.timeout(1e6).aborted',
    ]);
  });

  it('follows any of several', async () => {
    const guest = await create();
    await assertSame(guest, [
      "((a, b) => { const s = AbortSignal.any([a.signal, b.signal]); const before = s.aborted; b.abort('b'); return [before, s.aborted, s.reason]; })(new AbortController(), new AbortController())",
      "AbortSignal.any([AbortSignal.abort('x'), AbortSignal.abort('y')]).reason",
      'AbortSignal.any([]).aborted',
      "((c) => { const s = AbortSignal.any([AbortSignal.any([c.signal]), AbortSignal.any([c.signal])]); c.abort('deep'); return s.reason; })(new AbortController())",
      "((c, log) => { const s = AbortSignal.any([c.signal]); s.addEventListener('abort', () => log.push('any')); c.signal.addEventListener('abort', () => log.push('source')); c.abort(); return log; })(new AbortController(), [])",
      'new Promise((resolve) => { AbortSignal.any([new AbortController().signal, AbortSignal.timeout(2)]).onabort = (e) => resolve(e.target.reason.name); })',
      '((c) => { const s = AbortSignal.any([c.signal, c.signal]); c.abort(1); return s.reason; })(new AbortController())',
    ]);
  });

  it('tells all that follow it before anybody is called', async () => {
    const guest = await create();
    const seen = await guest.call(() => {
      const [controller, other] = [new AbortController(), new AbortController()];
      const follower = AbortSignal.any([controller.signal, other.signal]);
      const seen: unknown[] = [];
      controller.signal.addEventListener('abort', () => seen.push(follower.aborted));
      controller.abort('first');
      other.abort('second');
      return [...seen, follower.reason];
    });
    assert.deepEqual(seen, [true, 'first']);
  });

  it('ends what channels wait for, with its reason', async () => {
    const guest = await create();
    const outcomes = await guest.call(async () => {
      const [tx, rx] = isolane.channel<number>(0);
      const controller = new AbortController();
      const { signal } = controller;
      const pending = [
        rx.receive({ signal }).catch((error: Error) => error.name),
        isolane
          .channel<number>()[1]
          .receive({ signal: AbortSignal.timeout(2) })
          .catch((error: Error) => error.name),
      ];
      controller.abort();
      const early = await tx
        .send(1, { signal: AbortSignal.abort('before') })
        .catch((reason) => reason);
      return [await Promise.all(pending), early, tx.trySend(2)];
    });
    assert.deepEqual(outcomes, [['AbortError', 'TimeoutError'], 'before', false]);
  });

  it('has its reasons arrive as DOMExceptions', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call(async () => {
        const [tx, rx] = isolane.channel();
        await rx.receive({ signal: AbortSignal.timeout(1) });
        return tx.id; // not to be collected before
      }),
    );
    assert.ok(error instanceof DOMException);
    assert.deepEqual([error.name, error.code], ['TimeoutError', 23]);
  });

  it('is not gathered by what it follows', async () => {
    setFlagsFromString('--expose-gc');
    const guest = await create().finally(() => setFlagsFromString('--no-expose-gc'));
    await guest.exec(`
      globalThis.controller = new AbortController();
      globalThis.gone = 0;
      globalThis.registry = new FinalizationRegistry(() => gone++);
      for (let i = 0; i < 100; i++) {
        registry.register(AbortSignal.any([controller.signal]));
        registry.register(AbortSignal.timeout(1e6));
      }
      globalThis.log = [];
      AbortSignal.any([controller.signal]).addEventListener('abort', () => log.push('listened to'));
    `);
    const gone = async () => (await guest.evaluate('(gc(), gone)')) as number;
    await until(async () => (await gone()) === 200, 'all that nobody listens to is collected');
    assert.deepEqual(await guest.evaluate('(controller.abort(), log)'), ['listened to']);
  });
});

declare const isolane: typeof import('isolane');
