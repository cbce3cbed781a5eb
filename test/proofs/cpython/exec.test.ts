/**
 * What CPython's tests of interpreters expect, said again for Isolane. Here: exec, and what of it persists; prepare_main, which
 * is provide() here.
 *
 * By design what a script throws arrives as itself, not wrapped in an ExecutionFailed; several scripts may be given at once and
 * run one after the other, where CPython refuses the second; and provide() copies whole structures, cycles included, where
 * CPython takes few kinds of values.
 */
import assert from 'node:assert/strict';
import { channel, Interpreter, NotShareableError } from 'isolane';
import { interpreters } from '../../support/interpreters.js';
import { runScript } from '../../support/run-script.js';
import { rejection } from '../../support/wait.js';

describe('CPython on exec', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('runs a script, whose output can be had', async () => {
    const lines: string[] = [];
    const guest = await create({ console: ({ text }) => lines.push(text) });
    await guest.exec('console.log("it worked!")');
    assert.deepEqual(lines, ['it worked!']);
  });

  it('fails if the script fails, with what it threw', async () => {
    const guest = await create();
    const error = await rejection(guest.exec('throw new RangeError("spam")'));
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'spam');
  });

  it('an exception that nobody catches shows both sides in the end of the process', async () => {
    const { stderr } = await runScript(
      `const guest = await Interpreter.create({ name: 'kitchen' });
      await guest.exec('function ham() { throw new Error("uh-oh!"); }\\nfunction eggs() { ham(); }');
      await guest.exec('eggs()');`,
      { code: 1 },
    );
    assert.match(stderr, /Error: uh-oh!\n\s+at ham /);
    assert.ok(stderr.indexOf('at ham') < stderr.indexOf('at eggs'), stderr);
    assert.ok(stderr.indexOf('at eggs') < stderr.indexOf('(kitchen)'), stderr);
    assert.match(stderr, /\[eval1\]/);
  });

  it('works from another thread', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      const worker = new Worker(\`
        const { Interpreter } = require('isolane');
        const { workerData } = require('node:worker_threads');
        Interpreter.list().find(({ id }) => id === workerData).exec('var from = "a thread"').then(() => process.exit());\`,
        { eval: true, workerData: guest.id, execArgv: [] });
      await once(worker, 'exit');
      console.log(await guest.evaluate('from'));`);
    assert.deepEqual(lines, ['a thread']);
  });

  it('starts no processes: a guest has nothing of Node', async () => {
    // CPython forbids fork() in an interpreter. Here there is nothing to call in the first place.
    const guest = await create();
    assert.deepEqual(
      await guest.evaluate('[typeof process, typeof require, typeof Deno, typeof fetch]'),
      ['undefined', 'undefined', 'undefined', 'undefined'],
    );
  });

  it('takes its turn while another script runs', async () => {
    const guest = await create();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    await guest.provide({ flag });
    const first = guest.exec('while (Atomics.load(flag, 0) === 0); var order = ["first"];');
    const second = guest.exec('order.push("second")');
    Atomics.store(flag, 0, 1);
    await Promise.all([first, second]);
    assert.deepEqual(await guest.evaluate('order'), ['first', 'second']);
  });

  for (const wrong of [10, null, undefined, Buffer.from('1')]) {
    it(`refuses ${wrong instanceof Buffer ? 'bytes' : wrong} as a script`, async () => {
      const guest = await create();
      const error = await rejection(guest.exec(wrong as unknown as string));
      assert.ok(error instanceof TypeError);
    });
  }

  it('what goes on in its background is there for the next script', async () => {
    const guest = await create();
    const [tx, rx] = channel<string>();
    await guest.provide({ tx });
    await guest.exec(
      'var resolve; const task = new Promise((r) => { resolve = r; }).then(() => tx.sendSync("finished")); tx.sendSync("ran");',
    );
    await guest.exec('tx.sendSync("ran")');
    await guest.exec('resolve()');
    await guest.evaluate('task.then(() => 1)');
    assert.deepEqual(
      [rx.receiveSync(), rx.receiveSync(), rx.receiveSync()],
      ['ran', 'ran', 'finished'],
    );
  });

  it('keeps what it declares, and what it changes', async () => {
    const guest = await create();
    await guest.exec('let spam = 1; var eggs = [spam]; function ham() { return ++spam; }');
    await guest.exec('eggs.push(ham())');
    assert.deepEqual(await guest.evaluate('({ spam, eggs })'), { spam: 2, eggs: [1, 2] });
  });

  it('keeps what was done before it failed', async () => {
    const guest = await create();
    await rejection(guest.exec('globalThis.spam = 42; throw new Error("later");'));
    assert.equal(await guest.evaluate('spam'), 42);
  });

  it('does not touch other interpreters, or this one', async () => {
    const [one, two] = [await create(), await create()];
    await one.exec('var spam = 1; Object.prototype.spam = 2;');
    assert.equal(await two.evaluate('typeof spam + typeof {}.spam'), 'undefinedundefined');
    assert.equal('spam' in {}, false);
  });
});

describe('CPython on prepare_main', () => {
  const create = interpreters();

  it('nothing at all is refused', async () => {
    const guest = await create();
    const error = await rejection(
      (guest as { provide(values?: Record<string, unknown>): Promise<void> }).provide(),
    );
    assert.ok(error instanceof TypeError);
  });

  it('values become globals', async () => {
    const guest = await create();
    await guest.provide({ spam: 42, eggs: 'ham' });
    assert.equal(await guest.evaluate('[spam, eggs].join(" ")'), '42 ham');
  });

  it('pairs become globals by way of an object', async () => {
    const guest = await create();
    const pairs: [string, unknown][] = [
      ['spam', 42],
      ['eggs', 'ham'],
    ];
    await guest.provide(Object.fromEntries(pairs));
    assert.deepEqual(await guest.evaluate('[spam, eggs]'), [42, 'ham']);
  });

  it('given together, all of them become globals', async () => {
    const values = { spam: 42, eggs: 'ham' };
    const guest = await create({ globals: values });
    await guest.provide({ ...values, foo: 'bar' });
    assert.deepEqual(await guest.evaluate('[spam, eggs, foo]'), [42, 'ham', 'bar']);
  });

  it('if one cannot travel, none becomes a global', async () => {
    const guest = await create();
    const error = await rejection(guest.provide({ foo: 'bar', spam: () => 'eggs' }));
    assert.ok(error instanceof NotShareableError);
    assert.equal(await guest.evaluate('typeof foo + typeof spam'), 'undefinedundefined');
  });

  it('while a script runs it waits for its turn', async () => {
    const guest = await create();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    await guest.provide({ flag, spam: true });
    const running = guest.exec('while (Atomics.load(flag, 0) === 0); var seen = spam;');
    const provided = guest.provide({ spam: false });
    Atomics.store(flag, 0, 1);
    await Promise.all([running, provided]);
    assert.deepEqual(await guest.evaluate('[seen, spam]'), [true, false]);
  });

  it('is there from the start as the option globals', async () => {
    const before = Interpreter.list().length;
    const guest = await create({ globals: { spam: [1, 2] } });
    assert.deepEqual(await guest.evaluate('spam'), [1, 2]);
    assert.equal(Interpreter.list().length, before + 1);
  });
});
