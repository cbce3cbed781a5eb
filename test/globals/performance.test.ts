import assert from 'node:assert/strict';
import { interpreters } from '../support/interpreters.js';
import { assertSame } from './same.js';

const show = '(e) => [e.name, e.entryType, e.startTime, e.duration, e.detail, e.constructor.name]';

describe('performance in a guest', () => {
  const create = interpreters();

  it('has a clock of its own that goes on', async () => {
    const before = Date.now();
    const guest = await create();
    const [first, second, origin, wall] = await guest.call(async () => {
      const first = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [first, performance.now(), performance.timeOrigin, Date.now()] as const;
    });
    assert.ok(first >= 0);
    assert.ok(second > first);
    assert.ok(origin > before - 5 && origin <= Date.now());
    // What the clocks of the wall and of the machine differ by in a moment.
    assert.ok(Math.abs(origin + second - wall) < 1000);
    assert.ok(((await guest.evaluate('performance.toJSON().timeOrigin')) as number) === origin);
  });

  it('marks and measures as in Node', async () => {
    const guest = await create();
    await assertSame(guest, [
      `(${show})(performance.mark('a', { startTime: 1, detail: { x: 1 } }))`,
      `(${show})(performance.mark('b', { startTime: 3 }))`,
      `(${show})(performance.measure('m', 'a', 'b'))`,
      `(${show})(performance.measure('m', { start: 'a', duration: 5, detail: 'why' }))`,
      `(${show})(performance.measure('m', { start: 1, end: 4 }))`,
      `(${show})(performance.measure('m', { duration: 2, end: 'b' }))`,
      "performance.getEntriesByType('mark').map((e) => e.name)",
      "performance.getEntriesByName('m').length",
      "performance.getEntriesByName('m', 'mark').length",
      "JSON.stringify(performance.getEntriesByName('a'))",
      "((d) => { const e = performance.mark('c', { startTime: 4, detail: d }); d.x = 2; return e.detail; })({ x: 1 })",
      "(performance.clearMarks('a'), performance.getEntriesByType('mark').map((e) => e.name))",
      '(performance.clearMarks(), performance.clearMeasures(), performance.getEntries().length)',
      "typeof performance.measure('since the start').duration",
      "((e) => e.startTime <= performance.now() && e.duration === 0)(performance.mark('now'))",
      '(performance.clearMarks(), performance.clearMeasures(), performance.getEntries())',
      'Object.prototype.toString.call(performance)',
    ]);
    await assertSame(
      guest,
      [
        "performance.measure('m', 'nope')",
        'performance.mark()',
        "performance.mark('x', { startTime: -1 })",
        'new PerformanceEntry()',
      ],
      { codes: true },
    );
  });
});
