import assert from 'node:assert/strict';
import { Interpreter, move } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { rejection, until } from '../support/wait.js';

type Isolane = typeof import('isolane');

describe('Interpreter.create', () => {
  const create = interpreters();

  it('makes interpreters with ids in order, and names', async () => {
    const first = await create();
    const second = await create({ name: 'second' });
    assert.ok(second.id > first.id);
    assert.equal(first.name, '');
    assert.equal(second.name, 'second');
    assert.equal(second.state, 'idle');
  });

  it('makes globals of values', async () => {
    const guest = await create({ globals: { factor: 6, list: [1, 2, 3] } });
    assert.equal(await guest.evaluate('factor * list.length'), 18);
  });

  it('makes worlds of their own', async () => {
    const [one, two] = await Promise.all([create(), create()]);
    await one.exec('globalThis.mine = 1; Array.prototype.mine = 2');
    assert.equal(await two.evaluate('typeof mine + [].mine'), 'undefinedundefined');
    assert.equal('mine' in globalThis, false);
  });

  for (const [what, options, name] of [
    ['null', null, 'TypeError'],
    ['a number', 3, 'TypeError'],
    ['a name that is none', { name: 3 }, 'TypeError'],
    ['a memory limit that is none', { memoryLimit: '64MB' }, 'TypeError'],
    ['a memory limit of nothing', { memoryLimit: 0 }, 'RangeError'],
    ['a memory limit that nothing could live with', { memoryLimit: 4 * 2 ** 20 }, 'RangeError'],
    ['a memory limit below zero', { memoryLimit: -1 }, 'RangeError'],
    ['a memory limit that is not whole', { memoryLimit: 1e8 + 0.5 }, 'RangeError'],
    ['a stack that is none', { stackSize: null }, 'TypeError'],
    ['a stack of nothing', { stackSize: 1 }, 'RangeError'],
    ['a stack that is absurdly large', { stackSize: 2 ** 45 }, 'RangeError'],
    ['globals that are none', { globals: 5 }, 'TypeError'],
    ['globals that are a list', { globals: [1, 2] }, 'TypeError'],
    ['globals that are a Map', { globals: new Map([['a', 1]]) }, 'TypeError'],
    ['a console that is none', { console: 'loud' }, 'TypeError'],
  ] as const) {
    it(`refuses ${what}, and makes nothing`, async () => {
      const before = Interpreter.list().length;
      const error = await rejection(Interpreter.create(options as object));
      assert.equal(error.name, name);
      assert.equal(Interpreter.list().length, before);
    });
  }

  it('takes globals from plain objects, and from instances of classes', async () => {
    class Settings {
      own = 1;
    }
    const bare = Object.assign(Object.create(null) as object, { own: 2 });
    for (const [globals, value] of [
      [new Settings(), 1],
      [bare, 2],
      [move({ own: 3 }), 3],
    ] as const) {
      const guest = await create({ globals: globals as Record<string, unknown> });
      assert.equal(await guest.evaluate('own'), value);
    }
  });

  // What the system has no room for fails here without harm; prlimit is of Linux.
  (process.platform === 'linux' ? it : it.skip)(
    'says why the system cannot make one, and goes on',
    async () => {
      const { lines } = await runScript(`
        import { execFileSync } from 'node:child_process';
        import { readFileSync } from 'node:fs';
        const guest = await Interpreter.create();
        const used = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
        const limit = (bytes) => execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + bytes + ':']);
        limit(used + 2 ** 29);
        const error = await Interpreter.create({ stackSize: 2 ** 30 }).catch((error) => error);
        limit('unlimited');
        console.log(error instanceof isolane.IsolaneError, error.code, error.message);
        console.log(await guest.call(() => 'goes on'), Interpreter.list().length);`);
      assert.match(lines[0] ?? '', /^true ERR_ISOLANE_CREATE .*no thread.*\(E[A-Z]+\)\.$/);
      assert.equal(lines[1], 'goes on 1');
    },
  ).timeout(60_000);

  it('leaves nothing behind when a global cannot travel', async () => {
    const before = Interpreter.list().length;
    await rejection(Interpreter.create({ globals: { f() {} } }));
    assert.equal(Interpreter.list().length, before);
  });

  it('makes one with the least memory limit, in which all is there that a guest has', async () => {
    const guest = await create({ memoryLimit: 16 * 2 ** 20, console: 'ignore' });
    const made = await guest.call(async (module: string) => {
      for (const name of Object.getOwnPropertyNames(globalThis)) Reflect.get(globalThis, name);
      console.table([new URL('http://bücher.example/?q=1')]);
      new TextDecoder('utf-16le').decode(new Uint8Array(4));
      const { Interpreter, channel } = Reflect.get(globalThis, 'isolane') as Isolane;
      const [tx, rx] = channel<number>(1);
      await tx.send(1);
      await import(module);
      const inner = await Interpreter.create();
      const answer = await inner.call((n: number) => n + 1, await rx.receive());
      await inner.close();
      return answer;
    }, 'data:text/javascript,export default 1');
    assert.equal(made, 2);
  });

  it('gives the stack that was asked for', async () => {
    const depth = () => {
      const dive = (): number => {
        try {
          return dive() + 1;
        } catch {
          return 1;
        }
      };
      return dive();
    };
    const small = await (await create({ stackSize: 256 * 1024 })).call(depth);
    const large = await (await create({ stackSize: 8 * 1024 * 1024 })).call(depth);
    assert.ok(small > 100, `${small} calls deep in a small stack`);
    assert.ok(large > small * 5, `${large} calls deep in a large stack, ${small} in a small one`);
  });
});

describe('the list of interpreters', () => {
  const create = interpreters();

  it('has the live ones, in order of id, as the same objects', async () => {
    const [a, b] = await Promise.all([create({ name: 'a' }), create({ name: 'b' })]);
    const list = Interpreter.list();
    assert.ok(list.includes(a));
    assert.ok(list.includes(b));
    const ids = list.map(({ id }) => id);
    assert.deepEqual(
      ids,
      [...ids].sort((x, y) => x - y),
    );
  });

  it('is the same seen from a guest', async () => {
    const guest = await create({ name: 'watcher' });
    const seen = await guest.call(() => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
      return {
        list: Interpreter.list().map(({ id }) => id),
        current: { ...Interpreter.current },
        main: { ...Interpreter.main },
      };
    });
    assert.deepEqual(
      seen.list,
      Interpreter.list().map(({ id }) => id),
    );
    assert.deepEqual(seen.current, { id: guest.id, name: 'watcher' });
    assert.equal(seen.main.id, Interpreter.main.id);
  });

  it('tells who asks: here it is main', () => {
    assert.equal(Interpreter.current.id, Interpreter.main.id);
    assert.equal(typeof Interpreter.main.name, 'string');
  });

  it('tells what each does', async () => {
    const guest = await create();
    assert.equal(guest.state, 'idle');
    const { Interpreter: Same } = await import('isolane');
    assert.equal(Same, Interpreter);
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const running = guest.call((flag) => {
      while (Atomics.load(flag, 0) === 0);
    }, flag);
    await until(() => guest.state === 'running', 'the guest runs');
    Atomics.store(flag, 0, 1);
    await running;
    await until(() => guest.state === 'idle', 'the guest is idle');
  });

  it('may be used to end interpreters that somebody else made', async () => {
    const guest = await create();
    const id = await guest.call(async () => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
      const inner = await Interpreter.create({ name: 'inner' });
      Object.assign(globalThis, { inner });
      return inner.id;
    });
    const inner = Interpreter.list().find((each) => each.id === id) as Interpreter;
    assert.equal(inner.name, 'inner');
    assert.equal(await inner.call(() => 42), 42);
    await inner.terminate();
    assert.equal(inner.state, 'closed');
    assert.equal(await guest.evaluate('inner.state'), 'closed');
  });
});
