/**
 * What CPython's tests of interpreters expect (Lib/test/test_interpreters, PEP 734), said again for Isolane. Here: making them,
 * listing them, and telling which one is current and which one main.
 *
 * By design main is not in the list: it is a Node environment, which has no isolate of its own to close or to call into. And
 * interpreters are made by create() and found by list(), not constructed from a number.
 */
import assert from 'node:assert/strict';
import { Interpreter } from 'isolane';
import { interpreters } from '../../support/interpreters.js';
import { runScript } from '../../support/run-script.js';
import { thrown } from '../../support/wait.js';

declare const isolane: typeof import('isolane');

const ids = () => Interpreter.list().map(({ id }) => id);

describe('CPython on creating interpreters', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('one made in main is an Interpreter, and listed', async () => {
    const made = await create();
    assert.ok(made instanceof Interpreter);
    assert.ok(Interpreter.list().includes(made));
  });

  it('a name with half a surrogate pair does not break anything', async () => {
    // CPython refuses what UTF-8 cannot say. A string of JavaScript may hold it; the name stays as it was given.
    const made = await create({ name: '\udc80' });
    assert.equal(made.name, '\udc80');
    assert.equal(await made.call(() => 1), 1);
  });

  it('one made in another thread is listed everywhere', async () => {
    // The threads of CPython are the Workers of Node.
    const { lines } = await runScript(`
      const worker = new Worker(\`
        const { Interpreter } = require('isolane');
        const { parentPort } = require('node:worker_threads');
        Interpreter.create({ name: 'from a thread' }).then((made) => {
          parentPort.postMessage(made.id);
          parentPort.once('message', () => made.close().then(() => process.exit()));
        });\`, { eval: true, execArgv: [] });
      const [id] = await once(worker, 'message');
      const found = Interpreter.list().find((each) => each.id === id);
      console.log(found.name, await found.call(() => isolane.Interpreter.current.name));
      worker.postMessage('enough');
      await once(worker, 'exit');
      console.log(Interpreter.list().length);`);
    assert.deepEqual(lines, ['from a thread from a thread', '0']);
  });

  it('one made in an interpreter is listed after it', async () => {
    const outer = await create();
    const before = ids();
    const id = await outer.call(async () => {
      const inner = await isolane.Interpreter.create();
      Object.assign(globalThis, { inner });
      return inner.id;
    });
    assert.deepEqual(ids(), [...before, id]);
  });

  it('after all have been closed, another can be made', async () => {
    const before = ids();
    const made = await Promise.all([create(), create(), create()]);
    await Promise.all(made.map((each) => each.close()));
    const another = await create();
    assert.deepEqual(ids(), [...before, another.id]);
  });

  it('after some have been closed, the others and a new one are listed', async () => {
    const before = ids();
    const [first, second, third] = [await create(), await create(), await create()];
    await first.close();
    await second.close();
    const another = await create();
    assert.deepEqual(ids(), [...before, third.id, another.id]);
  });
});

describe('CPython on the main and the current interpreter', () => {
  const create = interpreters();

  it('main has an id, and is the current one here', () => {
    assert.equal(typeof Interpreter.main.id, 'number');
    assert.equal(Interpreter.main.id, Interpreter.current.id);
  });

  it('asking twice gives the same answer', async () => {
    assert.deepEqual(Interpreter.main, Interpreter.main);
    assert.deepEqual(Interpreter.current, Interpreter.current);
    const guest = await create();
    const [once, again] = await guest.call(() => [
      isolane.Interpreter.current.id,
      isolane.Interpreter.current.id,
    ]);
    assert.equal(once, again);
  });

  it('in an interpreter the current one is that, and not main', async () => {
    const guest = await create();
    const { current, main } = await guest.call(() => ({
      current: isolane.Interpreter.current.id,
      main: isolane.Interpreter.main.id,
    }));
    assert.equal(current, guest.id);
    assert.equal(main, Interpreter.main.id);
    assert.notEqual(current, main);
  });

  it('main is the same for all interpreters, however deep', async () => {
    const guest = await create();
    const seen = await guest.call(async () => {
      const inner = await isolane.Interpreter.create();
      const main = await inner.call(() => isolane.Interpreter.main.id);
      await inner.close();
      return main;
    });
    assert.equal(seen, Interpreter.main.id);
  });
});

describe('CPython on the list of interpreters', () => {
  const create = interpreters();

  it('it is empty at first', async () => {
    const { lines } = await runScript('console.log(Interpreter.list().length);');
    assert.deepEqual(lines, ['0']);
  });

  it('it has those that were made, in the order in which they were', async () => {
    const before = ids();
    const first = await create();
    const second = await create();
    assert.deepEqual(ids(), [...before, first.id, second.id]);
  });

  it('it no longer has those that were closed', async () => {
    const before = ids();
    const first = await create();
    const second = await create();
    await first.close();
    assert.deepEqual(ids(), [...before, second.id]);
  });

  it('it has the same objects each time', async () => {
    const made = [await create(), await create()];
    const [once, again] = [Interpreter.list(), Interpreter.list()];
    assert.equal(once.length, again.length);
    once.forEach((each, i) => {
      assert.equal(each, again[i]);
    });
    for (const each of made) assert.ok(once.includes(each));
  });
});

describe('CPython on interpreters as objects', () => {
  const create = interpreters();

  it('an id is a whole number', async () => {
    const guest = await create();
    for (const id of [guest.id, Interpreter.main.id, Interpreter.current.id]) {
      assert.ok(Number.isSafeInteger(id), `${id}`);
    }
  });

  it('ids are never used again', async () => {
    const seen = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const made = await create();
      assert.ok(!seen.has(made.id));
      seen.add(made.id);
      await made.close();
    }
  });

  it('they can be keys, and each equals itself alone', async () => {
    const [one, two] = [await create(), await create()];
    const names = new Map([
      [one, 'one'],
      [two, 'two'],
    ]);
    assert.notEqual(one, two);
    const found = Interpreter.list().find(({ id }) => id === two.id) as Interpreter;
    assert.equal(names.get(found), 'two');
  });

  it('nobody makes one with new', () => {
    // In CPython the class takes the id of one that exists. Here list() is the only way to find one.
    const error = thrown(() => {
      const made = Reflect.construct(Interpreter as unknown as () => void, []) as Interpreter;
      return made.callSync(() => 1);
    });
    assert.ok(error instanceof Error);
  });
});
