import assert from 'node:assert/strict';
import type { ConsoleLine } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { until } from '../support/wait.js';

describe('the console of a guest', function () {
  this.timeout(90_000);

  const create = interpreters();

  it('prints on stdout and stderr as Node does', async () => {
    const { stdout, stderr } = await runScript(`
      const print = (console) => {
        console.log('text', 1, -0, 5n, true, null, undefined);
        console.log({ a: 1, nested: { deep: { deeper: { deepest: 1 } } } }, [1, 'two'], new Map([[1, { a: 2 }]]), new Set(['x']));
        console.log('%s is %d years and %j', 'Ann', 42, { a: 1 });
        console.log(new Date(0), /a+/g, Symbol('s'), () => {}, function named() {}, class Point {});
        console.log(new Uint8Array(3), new ArrayBuffer(2));
        console.log();
        console.log('two\\nlines');
        console.info('info'); console.debug('debug');
        console.warn('warn'); console.error('error');
        console.group('group'); console.log('indented\\ntwice'); console.groupEnd(); console.log('back');
        console.table([{ a: 1, b: 2 }, { a: 3, b: 4 }]);
        console.count(); console.count('x'); console.count();
        console.assert(true, 'not shown'); console.assert(false, 'shown');
        console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
      };
      print(console);
      console.log('---'); console.error('---');
      const guest = await Interpreter.create();
      await guest.exec('(' + print + ')(console)');`);
    const [here, there] = stdout.split('---\n');
    assert.equal(there, here);
    const [errorsHere, errorsThere] = stderr.split('---\n');
    assert.equal(errorsThere, errorsHere);
  });

  it('prints whole lines, in order, from several guests at once', async () => {
    const { lines } = await runScript(`
      const guests = await Promise.all([0, 1, 2].map(() => Interpreter.create()));
      await Promise.all(guests.map((guest, g) => guest.call((g) => {
        for (let i = 0; i < 1000; i++) console.log(g + ':' + i + ':' + 'x'.repeat(i % 100) + ':end');
      }, g)));`);
    assert.equal(lines.length, 3000);
    const next = new Map<string, number>();
    for (const line of lines) {
      const [, guest = '', i] =
        /^(\d):(\d+):x*:end$/.exec(line) ?? assert.fail(`not whole: ${line}`);
      assert.equal(Number(i), next.get(guest) ?? 0);
      next.set(guest, Number(i) + 1);
    }
  });

  it('prints before the result of the call arrives', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      for (let i = 0; i < 50; i++) console.log('result', await guest.call((i) => { console.log('line', i); return i; }, i));`);
    const expected = Array.from({ length: 50 }, (_, i) => [`line ${i}`, `result ${i}`]).flat();
    assert.deepEqual(lines, expected);
  });

  it('prints during a callSync, too', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      guest.callSync(() => { console.log('in the call'); });
      await guest.close();`);
    assert.deepEqual(lines, ['in the call']);
  });

  // No more lines than a socket takes from a writer whose reader is slow: Node queues the others, and process.exit() drops
  // its own queue.
  it('prints the last line before process.exit()', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      await guest.exec("for (let i = 0; i < 100; i++) console.log('line', i)");
      guest.call(() => { for (;;); }).catch(() => {});
      process.exit();`);
    assert.equal(lines.length, 100);
    assert.equal(lines.at(-1), 'line 99');
  });

  it('prints the last line before the process ends by itself', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      guest.exec("for (let i = 0; i < 100; i++) console.log('line', i)");`);
    assert.equal(lines.at(-1), 'line 99');
  });

  it('prints the last line before a guest ends', async () => {
    const { lines } = await runScript(`
      const one = await Interpreter.create();
      await one.exec("console.log('before close')");
      await one.close();
      const two = await Interpreter.create();
      await two.exec("console.log('before terminate')");
      await two.terminate();`);
    assert.deepEqual(lines, ['before close', 'before terminate']);
  });

  it('of a nested interpreter prints as well', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      await guest.call(async () => {
        const inner = await isolane.Interpreter.create();
        await inner.exec("console.log('from inside')");
        await inner.close();
      });`);
    assert.deepEqual(lines, ['from inside']);
  });

  it('prints errors with their stack and cause', async () => {
    const { stderr } = await runScript(`
      const guest = await Interpreter.create();
      await guest.exec("console.error(new RangeError('shown', { cause: new Error('the cause') }))");`);
    assert.match(stderr, /RangeError: shown\n\s+at /);
    assert.match(stderr, /\[cause\]: Error: the cause/);
  });

  it('prints anything at all without harm', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      await guest.exec(\`
        console.log(new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } }));
        console.log({ get a() { throw new Error('getter'); } });
        const loop = { name: 'loop' }; loop.self = loop; console.log(loop);
        console.log(Promise.resolve(1), new WeakMap(), globalThis === undefined);
        console.log(isolane.channel());
        console.log(Object.create(null), new (class Point { x = 1 })());
        console.log('the end');
      \`);`);
    assert.equal(lines.at(-1), 'the end');
    assert.ok(lines.some((line) => line.includes('Circular')));
    assert.ok(lines.some((line) => line.includes('Point { x: 1 }')));
  });

  it('can be ignored', async () => {
    const { stdout, stderr } = await runScript(`
      const guest = await Interpreter.create({ console: 'ignore' });
      await guest.exec("console.log('no'); console.error('no')");`);
    assert.equal(stdout + stderr, '');
  });

  it('can go to a function, line by line', async () => {
    const seen: ConsoleLine[] = [];
    const guest = await create({ console: (line) => seen.push(line) });
    await guest.exec("console.log('a', { b: 1 }); console.warn('%d%%', 50); console.error('c')");
    assert.deepEqual(
      seen.map(({ level, text }) => [level, text]),
      [
        ['log', 'a { b: 1 }'],
        ['warn', '50%'],
        ['error', 'c'],
      ],
    );
    assert.deepEqual(seen[0]?.args, ['a', { b: 1 }]);
    assert.equal(seen[0]?.interpreter, guest.id);
  });

  it('that goes to a function takes nested interpreters along', async () => {
    const seen: ConsoleLine[] = [];
    const guest = await create({ console: (line) => seen.push(line) });
    await guest.call(async () => {
      const inner = await isolane.Interpreter.create();
      await inner.exec("console.log('from inside')");
      await inner.close();
    });
    await until(() => seen.length > 0, 'the line arrives');
    assert.equal(seen[0]?.text, 'from inside');
  });
});

describe('what nobody catches in a guest', function () {
  this.timeout(90_000);

  it('is reported, and the guest goes on: a timer that throws', async () => {
    const { stderr, lines } = await runScript(`
      const guest = await Interpreter.create({ name: 'careless' });
      await guest.exec("setTimeout(() => { throw new RangeError('in a timer'); }, 1)");
      await guest.call(() => new Promise((resolve) => setTimeout(resolve, 30)));
      console.log(await guest.call(() => 'goes on'));`);
    assert.match(stderr, /careless[\s\S]*RangeError: in a timer/);
    assert.deepEqual(lines, ['goes on']);
  });

  it('is reported: a rejection without a handler', async () => {
    const { stderr, lines } = await runScript(`
      const guest = await Interpreter.create({ name: 'careless' });
      await guest.exec("Promise.reject(new TypeError('nobody handles it'))");
      await guest.call(() => new Promise((resolve) => setTimeout(resolve, 30)));
      console.log(await guest.call(() => 'goes on'));`);
    assert.match(stderr, /careless[\s\S]*TypeError: nobody handles it/);
    assert.deepEqual(lines, ['goes on']);
  });

  it('is not reported when it is caught in the same turn', async () => {
    const { stderr } = await runScript(`
      const guest = await Interpreter.create();
      await guest.exec("const p = Promise.reject(1); queueMicrotask(() => p.catch(() => {}))");
      await guest.call(async () => { try { await Promise.reject(2); } catch {} });
      await guest.call(() => Promise.reject(3)).catch(() => {});
      await guest.call(() => new Promise((resolve) => setTimeout(resolve, 20)));`);
    assert.equal(stderr, '');
  });

  it('is reported: queueMicrotask that throws', async () => {
    const { stderr, lines } = await runScript(`
      const guest = await Interpreter.create();
      await guest.exec("queueMicrotask(() => { throw new Error('in a microtask'); })");
      await guest.call(() => new Promise((resolve) => setTimeout(resolve, 20)));
      console.log(await guest.call(() => 'goes on'));`);
    assert.match(stderr, /in a microtask/);
    assert.deepEqual(lines, ['goes on']);
  });
});

declare const isolane: typeof import('isolane');
