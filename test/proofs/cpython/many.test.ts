/**
 * What CPython's tests of interpreters expect, said again for Isolane. Here: many of them, many callers, and the end of the
 * process. The threads of CPython are interpreters and Workers here.
 */
import assert from 'node:assert/strict';
import { channel, Interpreter } from 'isolane';
import { interpreters } from '../../support/interpreters.js';
import { runScript } from '../../support/run-script.js';

declare const isolane: typeof import('isolane');

describe('CPython on many interpreters', function () {
  this.timeout(120_000);
  const create = interpreters();

  it('a hundred, one after the other, all alive', async () => {
    const before = Interpreter.list().length;
    const made: Interpreter[] = [];
    for (let i = 0; i < 100; i++) made.push(await create({ globals: { i } }));
    assert.equal(Interpreter.list().length, before + 100);
    const sum = made.reduce(
      (sum, each) => sum + each.callSync(() => Reflect.get(globalThis, 'i')),
      0,
    );
    assert.equal(sum, (100 * 99) / 2);
  });

  it('two hundred at the same time', async () => {
    const made = await Promise.all(
      Array.from({ length: 200 }, (_, i) => create({ globals: { i } })),
    );
    const answers = await Promise.all(made.map((each) => each.evaluate('i')));
    assert.deepEqual(
      answers,
      Array.from({ length: 200 }, (_, i) => i),
    );
    assert.equal(new Set(made.map(({ id }) => id)).size, 200);
  });

  it('made and closed by several interpreters at once', async () => {
    const before = Interpreter.list().length;
    const makers = await Promise.all([create(), create(), create(), create()]);
    const counts = await Promise.all(
      makers.map((maker) =>
        maker.call(async () => {
          let right = 0;
          for (let i = 0; i < 10; i++) {
            const inner = await isolane.Interpreter.create();
            if (inner.callSync((i) => i * 2, i) === i * 2) right += 1;
            await inner.close();
          }
          return right;
        }),
      ),
    );
    assert.deepEqual(counts, [10, 10, 10, 10]);
    assert.equal(Interpreter.list().length, before + 4);
  });

  it('many that run code in one and the same', async () => {
    const target = await create();
    await target.exec('var count = 0');
    const callers = await Promise.all(Array.from({ length: 20 }, () => create()));
    await Promise.all(
      callers.map((caller) =>
        caller.call(async (id) => {
          const target = isolane.Interpreter.list().find((each) => each.id === id);
          for (let i = 0; i < 20; i++) {
            await target?.exec('count += 1');
            target?.callSync(() => {
              const scope = globalThis as unknown as { count: number };
              scope.count += 1;
            });
          }
        }, target.id),
      ),
    );
    assert.equal(await target.evaluate('count'), 20 * 20 * 2);
  });

  it('many callers, while the one that they call ends', async () => {
    const target = await create();
    const callers = await Promise.all(Array.from({ length: 10 }, () => create()));
    const [tx, rx] = channel<string>();
    const calls = callers.map((caller) =>
      caller.call(
        async (id, tx) => {
          const target = isolane.Interpreter.list().find((each) => each.id === id);
          if (target === undefined) return 'it was not found';
          tx.sendSync('found');
          for (;;) {
            try {
              await target.exec('1');
            } catch (error) {
              return (error as Error).name;
            }
          }
        },
        target.id,
        tx,
      ),
    );
    for (const _ of callers) await rx.receive();
    await target.terminate();
    const names = await Promise.all(calls);
    assert.deepEqual([...new Set(names)], ['InterpreterClosedError']);
  });
});

describe('CPython on the end of the process', function () {
  this.timeout(60_000);

  it('an exception that nobody catches gives exit code 1, with an interpreter alive', async () => {
    const { stderr } = await runScript(
      `await Interpreter.create(); throw new Error('the reason');`,
      {
        code: 1,
      },
    );
    assert.match(stderr, /the reason/);
  });

  it('interpreters that nobody closed do not hold it up', async () => {
    const { lines } = await runScript(`
      const made = await Promise.all([Interpreter.create(), Interpreter.create()]);
      await made[0].exec('setInterval(() => {}, 1)');
      console.log(made.length);`);
    assert.deepEqual(lines, ['2']);
  });

  it('it ends with its exit code while an interpreter runs', async () => {
    await runScript(
      `const guest = await Interpreter.create();
      guest.call(() => { for (;;); }).catch(() => {});
      setTimeout(() => process.exit(7), 50);`,
      { code: 7 },
    );
  });

  it('modules are found from where the program is, in an interpreter too', async () => {
    // CPython compares sys.path[0]. Here a specifier starts at the file that calls, or at the working folder without one.
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      const there = await guest.import('./package.json');
      const { default: here } = await import(process.cwd() + '/package.json', { with: { type: 'json' } });
      console.log(there.default.name === here.name, here.name);`);
    assert.deepEqual(lines, ['true isolane']);
  });
});
