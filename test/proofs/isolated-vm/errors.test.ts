/**
 * The themes of isolated-vm's tests, said again for Isolane. Here: errors, promises and what nobody handles.
 */
import assert from 'node:assert/strict';
import { interpreters } from '../../support/interpreters.js';
import { runScript } from '../../support/run-script.js';
import { rejection, thrown, until } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

describe('isolated-vm on errors and promises', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('exception-info: three levels deep, the frames of the stack are in order, asynchronous', async () => {
    const outer = await create({ name: 'one' });
    const error = await rejection(
      outer.call(async function atOne() {
        const inner = await isolane.Interpreter.create({ name: 'two' });
        await inner.call(async function atTwo() {
          const innermost = await isolane.Interpreter.create({ name: 'three' });
          await innermost.call(function atThree() {
            throw new Error('here');
          });
        });
      }),
    );
    inOrder(error, ['at atThree', '(three)', 'atTwo', '(two)', 'atOne', '(one)', 'errors.test']);
  });

  it('exception-info: the same on one thread, all the way down', async () => {
    const outer = await create({ name: 'one' });
    await outer.call(async () => {
      Object.assign(globalThis, { inner: await isolane.Interpreter.create({ name: 'two' }) });
    });
    const error = thrown(() =>
      outer.callSync(function atOne() {
        const { inner } = globalThis as unknown as { inner: import('isolane').Interpreter };
        inner.callSync(function atTwo() {
          throw new Error('here');
        });
      }),
    );
    inOrder(error, ['at atTwo', '(two)', 'atOne', '(one)', 'errors.test']);
  });

  it('exception-info: an error about one that has ended says who asked', async () => {
    const guest = await create();
    await guest.terminate();
    const error = await rejection(guest.evaluate('1'));
    assert.match(String(error.stack), /errors\.test/);
  });

  it('syntax-lines: errors of scripts and of modules say where', async () => {
    const guest = await create();
    for (const error of [
      await rejection(guest.exec('fine();\n**')),
      await rejection(guest.import('data:text/javascript,export let a;%0A**')),
    ]) {
      assert.ok(error instanceof SyntaxError, String(error));
      assert.match(`${error.stack}\n${JSON.stringify(error)}`, /:2\b|"line":2/);
    }
  });

  it('thrown-exception: one that nobody catches ends the process with 1, and no signal', async () => {
    const { stderr } = await runScript(
      `const guest = await Interpreter.create(); await guest.exec('*');`,
      { code: 1 },
    );
    assert.match(stderr, /SyntaxError/);
  });

  it('promise-error: a rejection is the error of the call', async () => {
    const guest = await create();
    const error = await rejection(
      guest.evaluate('Promise.resolve().then(() => { throw new RangeError("hello"); })'),
    );
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'hello');
  });

  it('promise-unhandled-rejection: it is printed there, and no other call has it', async () => {
    const lines: string[] = [];
    const guest = await create({ console: ({ text }) => lines.push(text) });
    await guest.exec('void Promise.reject(new Error("nobody listens"))');
    await until(() => lines.length > 0, 'it is printed');
    assert.match(lines.join('\n'), /nobody listens/);
    assert.equal(await guest.evaluate('1 + 1'), 2);
  });

  it('promise-unhandled-rejection: one that is handled in the same turn is not', async () => {
    const lines: string[] = [];
    const guest = await create({ console: ({ text }) => lines.push(text) });
    await guest.exec('const late = Promise.reject(new Error("handled")); late.catch(() => {});');
    await guest.exec('console.log("the end")');
    await until(() => lines.includes('the end'), 'all is printed');
    assert.deepEqual(lines, ['the end']);
  });

  it('promise-transfer-microtask: what a call promises waits for all that it awaits', async () => {
    const guest = await create();
    const order = await guest.call(async () => {
      const order: string[] = [];
      void Promise.resolve().then(() => order.push('microtask'));
      await new Promise((resolve) => setTimeout(resolve, 1));
      order.push('timer');
      return order;
    });
    assert.deepEqual(order, ['microtask', 'timer']);
  });

  it('ignored-async: a call whose answer nobody awaits is done all the same', async () => {
    const guest = await create();
    void guest.call(() => {
      Object.assign(globalThis, { done: true });
    });
    assert.equal(await guest.evaluate('done'), true);
  });

  it('sync-error-deadlock: an error under the lock gives the lock back', async () => {
    const guest = await create();
    for (let i = 0; i < 100; i++) {
      thrown(() =>
        guest.callSync(() => {
          throw new Error('under the lock');
        }),
      );
    }
    assert.equal(await guest.call(() => 1), 1);
  });

  it('no-name-callback, resource-name-crash: functions of odd names, and none', async () => {
    const guest = await create();
    const odd = {
      '': () => 1,
      '\n*/ "': () => 2,
      '<anonymous>': () => 3,
      'data:text/javascript,': () => 4,
    };
    for (const fn of Object.values(odd)) assert.equal(await guest.call(fn), fn());
    const named = Object.defineProperty(() => 5, 'name', { value: 42 });
    assert.equal(await guest.call(named), 5);
  });

  it('parser-overflow: a source that is too deep for the parser is an error, and nothing more', async () => {
    const guest = await create();
    assert.equal(await guest.evaluate('eval("1+".repeat(1000) + "1")'), 1001);
    const error = await rejection(guest.evaluate('eval("(".repeat(1e6) + ")".repeat(1e6))'));
    assert.ok(error instanceof RangeError || error instanceof SyntaxError);
    assert.equal(await guest.evaluate('1'), 1);
  });
});

function inOrder(error: Error, parts: readonly string[]): void {
  const stack = String(error.stack);
  const lines = stack.split('\n').slice(1);
  assert.ok(
    lines.every((line) => line.startsWith('    at ')),
    stack,
  );
  let from = 0;
  for (const part of parts) {
    const place = stack.indexOf(part, from);
    assert.ok(place >= from, `${part} is missing, or out of order, in\n${stack}`);
    from = place;
  }
}
