import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { assertSame } from './same.js';

/** An expression that has a target `t`, a log `log` and some statements, and is the log. */
function logging(statements: string): string {
  return `((t, log) => { ${statements}; return log; })(new EventTarget(), [])`;
}

describe('events in a guest', () => {
  const create = interpreters();

  it('are dispatched in the order of Node', async () => {
    const guest = await create();
    await assertSame(guest, [
      logging(`
        t.addEventListener('a', () => log.push(1));
        t.addEventListener('a', () => log.push('capture'), true);
        t.addEventListener('a', () => log.push(2));
        t.addEventListener('b', () => log.push('other'));
        log.push(t.dispatchEvent(new Event('a')))`),
      logging(`
        const f = () => log.push('f');
        t.addEventListener('a', f); t.addEventListener('a', f); t.addEventListener('a', f, { once: true });
        t.addEventListener('a', f, true); t.addEventListener('a', f, { capture: true });
        t.dispatchEvent(new Event('a')); log.push('|'); t.removeEventListener('a', f, true);
        t.dispatchEvent(new Event('a'))`),
      logging(`
        t.addEventListener('a', () => log.push('once'), { once: true });
        t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event('a'))`),
      logging(`
        t.addEventListener('a', () => { log.push('outer'); t.dispatchEvent(new Event('a')); }, { once: true });
        t.addEventListener('a', () => log.push('inner'));
        t.dispatchEvent(new Event('a'))`),
      logging(`
        t.addEventListener('a', (e) => { log.push(1); e.stopImmediatePropagation(); });
        t.addEventListener('a', () => log.push(2));
        t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event('a'))`),
      logging(`
        t.addEventListener('a', (e) => { log.push(1); e.stopPropagation(); log.push(e.cancelBubble); });
        t.addEventListener('a', () => log.push(2));
        t.dispatchEvent(new Event('a'))`),
      logging(`
        const second = () => log.push(2);
        t.addEventListener('a', () => { log.push(1); t.removeEventListener('a', second); });
        t.addEventListener('a', second); t.addEventListener('a', () => log.push(3));
        t.dispatchEvent(new Event('a'))`),
      logging(`
        const listener = { handleEvent(e) { log.push(this === listener, e.type); } };
        t.addEventListener('a', listener); t.dispatchEvent(new Event('a'));
        listener.handleEvent = () => log.push('replaced'); t.dispatchEvent(new Event('a'))`),
      logging(`
        t.addEventListener('a', function (e) { log.push(this === t, e.target === t, e.currentTarget === t, e.eventPhase); });
        const e = new Event('a'); t.dispatchEvent(e);
        log.push(e.target === t, e.currentTarget, e.eventPhase, e.composedPath().length)`),
      logging(`
        t.addEventListener('a', (e) => { e.preventDefault(); log.push(e.defaultPrevented, e.returnValue); });
        log.push(t.dispatchEvent(new Event('a')), t.dispatchEvent(new Event('a', { cancelable: true })))`),
      logging(`
        const c = new AbortController();
        t.addEventListener('a', () => log.push('signal'), { signal: c.signal });
        t.dispatchEvent(new Event('a')); c.abort(); t.dispatchEvent(new Event('a'));
        t.addEventListener('a', () => log.push('aborted'), { signal: c.signal }); t.dispatchEvent(new Event('a'))`),
      logging(`
        const c = new AbortController();
        t.addEventListener('a', () => { log.push(1); c.abort(); }); t.addEventListener('a', () => log.push(2), { signal: c.signal });
        t.dispatchEvent(new Event('a'))`),
      logging("t.addEventListener('1', () => log.push('number')); t.dispatchEvent(new Event(1))"),
      logging(`
        class Mine extends EventTarget { constructor() { super(); this.name = 'mine'; } }
        const m = new Mine(); m.addEventListener('a', (e) => log.push(e.target.name)); m.dispatchEvent(new Event('a'))`),
      logging(`
        class Told extends Event { constructor(word) { super('told'); this.word = word; } }
        t.addEventListener('told', (e) => log.push(e.word, e instanceof Event)); t.dispatchEvent(new Told('x'))`),
      logging(
        "t.addEventListener('a', (e) => log.push(e.detail)); t.dispatchEvent(new CustomEvent('a', { detail: { x: 1 } })); t.dispatchEvent(new CustomEvent('a'))",
      ),
      logging(
        "const e = new Event('a', { cancelable: true }); e.preventDefault(); log.push(e.defaultPrevented); e.initEvent('b', true, true); log.push(e.type, e.bubbles)",
      ),
      logging(
        "const e = new Event('a'); e.returnValue = false; e.cancelBubble = true; log.push(e.returnValue, e.cancelBubble, e.isTrusted)",
      ),
    ]);
  });

  it('take and refuse what those of Node do', async () => {
    const guest = await create();
    await assertSame(
      guest,
      [
        'new EventTarget().dispatchEvent({})',
        'new EventTarget().dispatchEvent()',
        "new EventTarget().addEventListener('a', 5)",
        "new EventTarget().addEventListener('a', 'x')",
        "new EventTarget().addEventListener('a')",
        "new EventTarget().removeEventListener('a')",
        "new EventTarget().addEventListener('a', () => {}, { signal: {} })",
        'new Event()',
        "new Event('x', 5)",
        'new CustomEvent()',
        'EventTarget.prototype.dispatchEvent.call({}, new Event("x"))',
        "EventTarget.prototype.addEventListener.call({}, 'x', () => {})",
        'Event.prototype.type',
      ],
      { codes: true },
    );
    await assertSame(guest, [
      "new Event(Symbol('x'))",
      "Event('x')",
      'EventTarget()',
      "((e) => [e.type, e.bubbles, e.cancelable, e.composed, e.defaultPrevented, e.eventPhase, e.target])(new Event('x'))",
      "((e) => [e.bubbles, e.cancelable, e.composed])(new Event('x', { bubbles: 1, cancelable: 'y', composed: true }))",
      "new Event('x', null).type",
      "typeof new Event('x').timeStamp",
      "Object.prototype.toString.call(new Event('x'))",
      'Object.prototype.toString.call(new EventTarget())',
      '[Event.NONE, Event.CAPTURING_PHASE, Event.AT_TARGET, Event.BUBBLING_PHASE]',
      '[Event.name, EventTarget.name, CustomEvent.name, Event.length, EventTarget.length, CustomEvent.length]',
      'Object.getPrototypeOf(CustomEvent) === Event',
      'Object.keys(EventTarget.prototype)',
    ]);
  });

  it('follow the standard where Node does not', async () => {
    const guest = await create();
    const log = await guest.call(() => {
      const log: string[] = [];
      const target = new EventTarget();
      target.addEventListener('added', () => {
        log.push('first');
        target.addEventListener('added', () => log.push('for the next event'), { once: true });
      });
      target.addEventListener('added', () => log.push('second'));
      target.dispatchEvent(new Event('added'));
      const both = () => log.push('both');
      target.addEventListener('removed', both);
      target.addEventListener('removed', both, true);
      target.removeEventListener('removed', both, true);
      target.removeEventListener('removed', both);
      target.dispatchEvent(new Event('removed'));
      target.dispatchEvent(new Event('added'));
      return log;
    });
    assert.deepEqual(log, ['first', 'second', 'first', 'second', 'for the next event']);
  });

  it('cannot be prevented by a passive listener', async () => {
    const guest = await create();
    const prevented = await guest.call(() => {
      const target = new EventTarget();
      target.addEventListener('a', (event) => event.preventDefault(), { passive: true });
      return !target.dispatchEvent(new Event('a', { cancelable: true }));
    });
    assert.equal(prevented, false);
  });

  it('are not dispatched while they are, and say so', async () => {
    const seen: unknown[] = [];
    const guest = await create({
      onError: (error) => seen.push((error as NodeJS.ErrnoException).code),
    });
    const calls = await guest.call(() => {
      const target = new EventTarget();
      const event = new Event('a');
      let calls = 0;
      target.addEventListener('a', () => {
        calls++;
        target.dispatchEvent(event);
      });
      target.dispatchEvent(event);
      return calls;
    });
    assert.equal(calls, 1);
    await guest.close();
    assert.deepEqual(seen, ['ERR_EVENT_RECURSION']);
  });

  it('reach the other listeners when one throws, and the exception is reported', async () => {
    const seen: unknown[] = [];
    const guest = await create({ onError: (error, info) => seen.push([error, info]) });
    const log = await guest.call(() => {
      const target = new EventTarget();
      const log: string[] = [];
      target.addEventListener('a', () => {
        throw new RangeError('in a listener');
      });
      target.addEventListener('a', {
        handleEvent: () => Promise.reject(new TypeError('later')),
      } as never);
      target.addEventListener('a', () => log.push('reached'));
      log.push(String(target.dispatchEvent(new Event('a'))));
      return log;
    });
    assert.deepEqual(log, ['reached', 'true']);
    await guest.close();
    const kinds = seen.map((each) => {
      const [error, { kind, interpreter }] = each as [Error, { kind: string; interpreter: number }];
      return [error.name, error.message, kind, interpreter === guest.id];
    });
    assert.deepEqual(kinds, [
      ['RangeError', 'in a listener', 'uncaughtException', true],
      ['TypeError', 'later', 'unhandledRejection', true],
    ]);
  });
});
