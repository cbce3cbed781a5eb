import assert from 'node:assert/strict';
import { Interpreter, type IsolaneError } from 'isolane';
import { until } from '../support/wait.js';

describe('interpreters in reserve', () => {
  afterEach(() => Interpreter.reserve(0));

  it('are taken by create, under the name and with the globals and console that it is given', async () => {
    await Interpreter.reserve(1);
    const lines: string[] = [];
    const interpreter = await Interpreter.create({
      name: 'from the reserve',
      globals: { factor: 7 },
      console: ({ text }) => lines.push(text),
    });
    const [current, product] = (await interpreter.call(() => {
      console.log('printed');
      const { name, id } = isolane.Interpreter.current;
      return [{ name, id }, 6 * (globalThis as unknown as { factor: number }).factor];
    })) as [{ name: string; id: number }, number];
    assert.deepEqual(current, { name: 'from the reserve', id: interpreter.id });
    assert.equal(product, 42);
    assert.deepEqual(lines, ['printed']);
    assert.equal(
      Interpreter.list().find(({ id }) => id === interpreter.id)?.name,
      'from the reserve',
    );
    await interpreter.close();
  });

  it('are older than what is created after them', async () => {
    await Interpreter.reserve(1);
    const limited = await Interpreter.create({ memoryLimit: 64 * 1024 * 1024 });
    const reserved = await Interpreter.create();
    assert.ok(reserved.id < limited.id);
    await Promise.all([limited.close(), reserved.close()]);
  });

  it('are not listed before they are taken', async () => {
    const before = Interpreter.list().length;
    await Interpreter.reserve(3);
    assert.equal(Interpreter.list().length, before);
    const one = await Interpreter.create();
    assert.equal(Interpreter.list().length, before + 1);
    await one.close();
  });

  it('are made anew when they have been taken, and each is used once', async () => {
    await Interpreter.reserve(2);
    const ids = new Set<number>();
    for (let i = 0; i < 10; i++) {
      const interpreter = await Interpreter.create();
      assert.equal(await interpreter.evaluate('typeof used'), 'undefined');
      await interpreter.exec('globalThis.used = true');
      ids.add(interpreter.id);
      await interpreter.terminate();
    }
    assert.equal(ids.size, 10);
  });

  it('do not serve when a limit is asked for that they do not have', async () => {
    await Interpreter.reserve(1);
    const interpreter = await Interpreter.create({ memoryLimit: 32 * 1024 * 1024 });
    const error = await interpreter
      .call(() => {
        const kept: unknown[] = [];
        for (;;) kept.push(new Array(1000).fill(1));
      })
      .catch((error: IsolaneError) => error);
    assert.equal((error as IsolaneError).name, 'MemoryLimitError');
  }).timeout(60_000);

  it('are not more than were asked for last', async () => {
    await Interpreter.reserve(3);
    await Interpreter.reserve(1);
    const first = await Interpreter.create();
    const second = await Interpreter.create();
    assert.equal(await second.call(() => 1), 1);
    await Promise.all([first.close(), second.close()]);
    await until(() => Interpreter.list().length === 0, 'all have ended');
  });

  it('must be a whole number', async () => {
    await assert.rejects(Interpreter.reserve(1.5), RangeError);
    await assert.rejects(Interpreter.reserve(-1), RangeError);
    await assert.rejects(Interpreter.reserve('1' as never), RangeError);
  });
});

declare const isolane: typeof import('isolane');
