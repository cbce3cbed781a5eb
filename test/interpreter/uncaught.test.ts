import assert from 'node:assert/strict';
import type { UncaughtInfo } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { rejection, until } from '../support/wait.js';

describe('the option onError', function () {
  this.timeout(90_000);

  const create = interpreters();

  /** A guest, and what its onError has been called with. */
  async function listening(options: Parameters<typeof create>[0] = {}) {
    const seen: { error: unknown; info: UncaughtInfo }[] = [];
    const guest = await create({
      ...options,
      onError: (error, info) => seen.push({ error, info }),
    });
    return { guest, seen };
  }

  it('gets what nobody caught, as itself, and of which kind it is', async () => {
    const { guest, seen } = await listening({ name: 'careless' });
    await guest.exec(`
      setTimeout(() => { throw Object.assign(new RangeError('in a timer', { cause: new Error('why') }), { limit: 3 }); }, 1);
      setImmediate(() => { throw 'not an error'; });
      queueMicrotask(() => { throw new TypeError('in a microtask'); });
      Promise.reject(new SyntaxError('nobody handles it'));
      (async () => { throw new DOMException('in an async function', 'AbortError'); })();
    `);
    await until(() => seen.length === 5, 'all five are told');
    const of = (kind: UncaughtInfo['kind']) => seen.filter(({ info }) => info.kind === kind);
    const exceptions = of('uncaughtException').map(({ error }) => error);
    assert.ok(exceptions.includes('not an error'));
    const timer = exceptions.find((error) => error instanceof RangeError);
    assert.equal(timer?.message, 'in a timer');
    assert.deepEqual(timer?.cause, new Error('why'));
    assert.equal((timer as unknown as { limit: number }).limit, 3);
    assert.match(
      timer?.stack ?? '',
      /RangeError: in a timer\n[\s\S]*at \[interpreter \d+ \(careless\)\]/,
    );
    assert.ok(exceptions.some((error) => error instanceof TypeError));
    const rejections = of('unhandledRejection').map(({ error }) => error);
    assert.deepEqual(
      rejections.map((error) => [(error as Error).constructor, (error as Error).message]),
      [
        [SyntaxError, 'nobody handles it'],
        [DOMException, 'in an async function'],
      ],
    );
    assert.ok(seen.every(({ info }) => info.interpreter === guest.id));
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it('gets nothing that was caught', async () => {
    const { guest, seen } = await listening();
    await guest.exec('const p = Promise.reject(1); queueMicrotask(() => p.catch(() => {}))');
    await guest.call(async () => {
      const late = Promise.reject(2);
      await null;
      await late.catch(() => {});
    });
    await rejection(guest.call(() => Promise.reject(new Error('the caller has it'))));
    await rejection(
      guest.call(() => {
        throw new Error('the caller has it');
      }),
    );
    await guest.close();
    assert.deepEqual(seen, []);
  });

  it('gets all before the end of an interpreter that is closed', async () => {
    const { guest, seen } = await listening();
    await guest.exec('Promise.reject(new Error("at the last moment"))');
    await guest.close();
    assert.deepEqual(
      seen.map(({ error }) => (error as Error).message),
      ['at the last moment'],
    );
  });

  it('gets what those interpreters do not catch that the interpreter makes, but for their own', async () => {
    const { guest, seen } = await listening();
    const own = await guest.call(async () => {
      const inner = await isolane.Interpreter.create({ name: 'inner' });
      await inner.exec('queueMicrotask(() => { throw new RangeError("inside") })');
      await inner.close();
      const own: string[] = [];
      const other = await isolane.Interpreter.create({
        onError: (error) => own.push((error as Error).message),
      });
      await other.exec('queueMicrotask(() => { throw new RangeError("told to the guest") })');
      await other.close();
      return [inner.id, ...own];
    });
    await until(() => seen.length > 0, 'it is told');
    const [first] = seen;
    assert.ok(first?.error instanceof RangeError);
    assert.deepEqual(own, [first.info.interpreter, 'told to the guest']);
    assert.notEqual(first.info.interpreter, guest.id);
    assert.equal(seen.length, 1);
  });

  it('that throws makes an uncaught exception of Node', async () => {
    const { lines } = await runScript(`
      process.on('uncaughtException', (error) => console.log('uncaught:', error.message));
      const guest = await Interpreter.create({ onError(error) { throw new Error('again ' + error.message); } });
      await guest.exec("queueMicrotask(() => { throw new Error('here') })");
      await guest.close();
      console.log('on it goes');`);
    assert.deepEqual(lines, ['uncaught: again here', 'on it goes']);
  });

  it('that throws in a guest is reported by that guest', async () => {
    const { guest, seen } = await listening();
    await guest.call(async () => {
      const inner = await isolane.Interpreter.create({
        onError: () => {
          throw new TypeError('by the listener');
        },
      });
      await inner.exec("queueMicrotask(() => { throw new Error('inside') })");
      await inner.close();
    });
    await until(() => seen.length > 0, 'it is told');
    assert.ok(seen[0]?.error instanceof TypeError);
    assert.equal(seen[0]?.info.interpreter, guest.id);
  });

  it('is called though the process exits before its event loop turns again', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ onError: (error) => console.log(error.message) });
      await guest.exec("queueMicrotask(() => { throw new Error('told') })");
      // The lock is free when the microtask is done.
      guest.callSync(() => {});
      process.exit();`);
    assert.deepEqual(lines, ['told']);
  });

  it('must be a function', async () => {
    const error = await rejection(create({ onError: 'log' as never }));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /onError/);
  });
});

describe('without onError, what nobody caught', function () {
  this.timeout(90_000);

  const create = interpreters();

  it('is printed though the console is ignored', async () => {
    const { stdout, stderr } = await runScript(`
      const guest = await Interpreter.create({ console: 'ignore', name: 'quiet' });
      await guest.exec("console.error('not shown'); queueMicrotask(() => { throw new RangeError('shown') })");
      await guest.close();`);
    assert.equal(stdout, '');
    assert.match(stderr, /Uncaught in interpreter \d+ \(quiet\): RangeError: shown/);
    assert.doesNotMatch(stderr, /not shown/);
  });

  it('goes where the console goes', async () => {
    const lines: string[] = [];
    const guest = await create({ console: ({ level, text }) => lines.push(`${level}: ${text}`) });
    await guest.exec("Promise.reject(new RangeError('nobody handles it'))");
    await until(() => lines.length > 0, 'the line arrives');
    assert.match(
      lines[0] ?? '',
      /^error: Uncaught \(in promise\) in interpreter \d+: RangeError: nobody handles it/,
    );
  });
});

declare const isolane: typeof import('isolane');
