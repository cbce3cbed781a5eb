import assert from 'node:assert/strict';
import {
  channel,
  Interpreter,
  InterpreterClosedError,
  type IsolaneError,
  MemoryLimitError,
  move,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { rejection } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('a Node runtime ends', function () {
  this.timeout(90_000);

  const create = interpreters();
  const node = (options: Parameters<typeof create>[0] = {}) =>
    create({ ...options, runtime: 'node' });

  it('by close(), when what runs is done; its timers do not hold it back', async () => {
    const guest = await node();
    await guest.exec('setInterval(() => {}, 5)');
    const running = guest.call(() => new Promise((resolve) => setTimeout(resolve, 50, 'done')));
    const closing = guest.close();
    assert.ok((await rejection(guest.call(() => 1))) instanceof InterpreterClosedError);
    assert.equal(await running, 'done');
    await closing;
    assert.equal(guest.state, 'closed');
    assert.equal(Interpreter.list().includes(guest), false);
    const late = (await rejection(guest.call(() => 1))) as InterpreterClosedError;
    assert.equal(late.reason, undefined);
  });

  for (const [doing, body] of [
    [
      'loops',
      (tx) => {
        tx.sendSync('there');
        for (;;);
      },
    ],
    [
      'is blocked in a receive',
      (tx) => {
        tx.sendSync('there');
        isolane.channel()[1].receiveSync();
      },
    ],
    [
      'waits',
      async (tx) => {
        tx.sendSync('there');
        await new Promise((resolve) => setTimeout(resolve, 1e6));
      },
    ],
    [
      'loops after an await',
      async (tx) => {
        await undefined;
        tx.sendSync('there');
        for (;;);
      },
    ],
    [
      'waits in Atomics.wait',
      (tx) => {
        tx.sendSync('there');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      },
    ],
    [
      'catches everything',
      (tx) => {
        tx.sendSync('there');
        for (;;) {
          try {
            for (;;);
          } catch {}
        }
      },
    ],
  ] as [string, (tx: import('isolane').Sender<string>) => unknown][]) {
    it(`by terminate(), while it ${doing}`, async () => {
      const guest = await node();
      const [tx, rx] = channel<string>();
      const call = rejection(guest.call(body, move(tx)));
      assert.equal(await rx.receive(), 'there');
      await guest.terminate({ why: 'enough' });
      const error = (await call) as InterpreterClosedError;
      assert.ok(error instanceof InterpreterClosedError);
      assert.deepEqual(error.reason, { why: 'enough' });
      assert.equal(guest.state, 'closed');
      assert.equal((await rejection(rx.receive())).name, 'ChannelClosedError');
    });
  }

  it('by process.exit() inside it, which ends nothing else', async () => {
    const guest = await node({ name: 'leaver' });
    const calls = [
      guest.call(() => new Promise(() => {})),
      guest.call(() => process.exit(3)),
      guest.call(() => 'never reached'),
    ].map(rejection);
    for (const error of (await Promise.all(calls)) as InterpreterClosedError[]) {
      assert.ok(error instanceof InterpreterClosedError);
      assert.equal(error.reason, 'process.exit(3)');
      assert.match(error.message, /\(leaver\) has ended: process\.exit\(3\)/);
    }
    assert.equal(guest.state, 'closed');
  });

  for (const [what, code, text] of [
    [
      'an exception that nobody catches',
      "setTimeout(() => { throw new RangeError('nobody there') })",
      /Uncaught in interpreter \d+ \(careless\): RangeError: nobody there/,
    ],
    [
      'a rejection that nobody handles',
      "Promise.reject(new RangeError('nobody there'))",
      /Uncaught \(in promise\) in interpreter \d+ \(careless\): RangeError: nobody there/,
    ],
  ] as const) {
    it(`by ${what}, which is printed and given as the reason`, async () => {
      const lines: string[] = [];
      const guest = await node({
        name: 'careless',
        console: ({ level, text }) => lines.push(`${level}: ${text}`),
      });
      const waiting = rejection(guest.call(() => new Promise(() => {})));
      await guest.exec(code).catch(() => {});
      const error = (await waiting) as InterpreterClosedError;
      assert.ok(error instanceof InterpreterClosedError);
      assert.ok(error.reason instanceof RangeError);
      assert.equal(error.reason.message, 'nobody there');
      assert.equal(lines.length, 1);
      assert.match(lines[0] as string, text);
    });
  }

  it('by what is told to onError, and closed says why', async () => {
    const seen: unknown[] = [];
    const guest = await node({
      onError: (error, { kind, interpreter }) =>
        seen.push([kind, (error as Error).message, interpreter]),
    });
    await guest.exec("setTimeout(() => { throw new RangeError('told') })");
    const { cause, reason } = await guest.closed;
    assert.equal(cause, 'terminated');
    assert.ok(reason instanceof RangeError);
    assert.deepEqual(seen, [['uncaughtException', 'told', guest.id]]);
    const leaver = await node();
    await leaver.exec('setImmediate(() => process.exit(2))');
    assert.deepEqual(await leaver.closed, { cause: 'terminated', reason: 'process.exit(2)' });
    const closed = await node();
    await closed.close();
    assert.deepEqual(await closed.closed, { cause: 'closed', reason: undefined });
  });

  it('not by an exception that it handles itself', async () => {
    const guest = await node();
    await guest.exec(`
      const seen = [];
      process.on('uncaughtException', ({ message }) => seen.push(message));
      setTimeout(() => { throw new Error('handled') });`);
    await guest.call(() => new Promise((resolve) => setTimeout(resolve, 30)));
    assert.deepEqual(await guest.evaluate('seen'), ['handled']);
  });

  for (const [what, body] of [
    [
      'arrays',
      () => {
        const all: unknown[] = [];
        for (;;) all.push(new Array(100).fill(all.length));
      },
    ],
    [
      'strings',
      () => {
        const all: string[] = [];
        for (;;) all.push(`${all.length}`.repeat(2000).split('').join('-'));
      },
    ],
    [
      'a Map',
      () => {
        const all = new Map();
        for (;;) all.set({}, [all.size]);
      },
    ],
    [
      'closures',
      () => {
        const all: unknown[] = [];
        for (;;) {
          const n = [all.length];
          all.push(() => n);
        }
      },
    ],
    [
      'one huge array',
      () => {
        const all: unknown[] = [];
        for (;;) all.push(new Array(2 ** 24).fill(0.5));
      },
    ],
    [
      'promises',
      async () => {
        const all: unknown[] = [];
        for (;;) {
          all.push(Promise.resolve(new Array(50).fill(all.length)));
          if (all.length % 1000 === 0) await undefined;
        }
      },
    ],
  ] as [string, () => unknown][]) {
    it(`by its memory limit: ${what}`, async () => {
      const [guest, neighbour] = [await node({ memoryLimit: 48 * 2 ** 20 }), await node()];
      const error = (await rejection(guest.call(body))) as IsolaneError;
      assert.ok(error instanceof MemoryLimitError, String(error));
      assert.equal(guest.state, 'closed');
      assert.equal(await neighbour.call(() => 'goes on'), 'goes on');
    });
  }

  it('has the stack that was asked for', async () => {
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
    const small = await (await node({ stackSize: 512 * 1024 })).call(depth);
    const large = await (await node({ stackSize: 8 * 2 ** 20 })).call(depth);
    assert.ok(large > small * 5, `${large} calls deep in a large stack, ${small} in a small one`);
  });
});

describe('a Node runtime that ignores termination, as some loops do on Node 24 and 26', function () {
  this.timeout(90_000);

  for (const [what, how] of [
    ['by itself', ''],
    ['by process.exit()', 'process.exit(3);'],
  ] as const) {
    it(`is written off, and the process ends ${what}`, async () => {
      const { lines } = await runScript(
        `const guest = await Interpreter.create({ runtime: 'node', memoryLimit: 64 * 2 ** 20 });
         const [tx, rx] = channel();
         const call = guest.call((tx) => { tx.sendSync(1); for (;;) new Array(100).fill(1); }, move(tx)).catch((error) => error);
         await rx.receive();
         await sleep(50);
         await guest.terminate('enough');
         console.log((await call).reason, guest.state, Interpreter.list().length);
         console.log((await rx.receive().catch((error) => error)).name);
         console.log(await (await Interpreter.create({ runtime: 'node' })).call(() => 'the next'));
         process.on('exit', (code) => console.log('exit', code));
         ${how === '' ? 'process.exitCode = 3;' : how}`,
        { code: 3 },
      );
      assert.deepEqual(lines, ['enough closed 0', 'ChannelClosedError', 'the next', 'exit 3']);
    });
  }
});

describe('a process with Node runtimes', function () {
  this.timeout(120_000);

  it('is not kept alive by idle ones, with timers or servers, but by calls', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ runtime: 'node' });
      await guest.exec("setInterval(() => {}, 10); require('node:net').createServer().listen(0)");
      guest.call(() => new Promise((resolve) => setTimeout(resolve, 100, 'answered'))).then(console.log);
      process.on('exit', () => console.log('exit'));`);
    assert.deepEqual(lines, ['answered', 'exit']);
  });

  for (const [doing, body] of [
    ['idle', '() => {}'],
    ['in a loop', '() => { for (;;); }'],
    ['blocked', '() => isolane.channel()[1].receiveSync()'],
    [
      'sending',
      '() => { const [tx, rx] = isolane.channel(1); for (;;) { tx.sendSync([1]); rx.receiveSync(); } }',
    ],
    ['printing', '() => { for (;;) console.log("x"); }'],
    ['waiting', '() => new Promise((r) => setTimeout(r, 1e6))'],
  ]) {
    it(`ends by process.exit() while they are ${doing}`, async () => {
      await runScript(
        `const guests = await Promise.all([1, 2, 3].map(() => Interpreter.create({ runtime: 'node', console: 'ignore' })));
         for (const guest of guests) guest.call(${body}).catch(() => {});
         await sleep(30);
         process.exit(7);`,
        { code: 7 },
      );
    });
  }

  it('ends by an uncaught exception of its own', async () => {
    const { stderr } = await runScript(
      `const guest = await Interpreter.create({ runtime: 'node' });
       guest.call(() => { for (;;); }).catch(() => {});
       await sleep(20);
       throw new Error('in main');`,
      { code: 1 },
    );
    assert.match(stderr, /in main/);
  });

  it('has twenty at once', async () => {
    const { lines } = await runScript(`
      const guests = await Promise.all(Array.from({ length: 20 }, (_, n) => Interpreter.create({ runtime: 'node', name: 'n' + n })));
      const sums = await Promise.all(guests.map((guest, n) => guest.call((n) => require('node:path').join('a', String(n)), n)));
      console.log(sums.join(), Interpreter.list().length);
      await Promise.all(guests.map((guest) => guest.close()));
      console.log(Interpreter.list().length);`);
    const paths = Array.from({ length: 20 }, (_, n) => `a/${n}`).join();
    assert.deepEqual(lines, [`${paths} 20`, '0']);
  });

  it('makes and closes many, and keeps nothing of them', async () => {
    const { lines } = await runScript(`
      import { readdirSync } from 'node:fs';
      const threads = () => readdirSync('/proc/self/task').length;
      const round = async () => {
        const guest = await Interpreter.create({ runtime: 'node' });
        await guest.call(() => new Array(1e5).fill(0).length);
        await guest.close();
      };
      for (let i = 0; i < 5; i++) await round();
      const before = [process.memoryUsage().rss, threads()];
      for (let i = 0; i < 25; i++) await round();
      for (let tries = 0; threads() > before[1] && tries < 500; tries++) await sleep(10);
      console.log(threads() <= before[1], Interpreter.list().length);
      console.log((process.memoryUsage().rss - before[0]) / 2 ** 20 < 60);`);
    assert.deepEqual(lines, ['true 0', 'true']);
  });

  it('has a Worker that makes one, and takes it with it', async () => {
    const { lines } = await runScript(`
      const text = \`(async () => {
        const { Interpreter } = require('isolane');
        const guest = await Interpreter.create({ runtime: 'node', name: 'of the Worker' });
        require('node:worker_threads').parentPort.postMessage(await guest.call(() => process.pid));
        guest.call(() => { for (;;); }).catch(() => {});
        setInterval(() => {}, 1000);
      })();\`;
      for (const end of ['terminate', 'itself']) {
        const worker = new Worker(text, { eval: true, execArgv: [] });
        const [pid] = await once(worker, 'message');
        const [guest] = Interpreter.list();
        console.log(pid === process.pid, guest.name, await (end === 'terminate' ? worker.terminate() : guest.terminate()) === undefined);
        if (end === 'itself') await worker.terminate();
        console.log(Interpreter.list().length, guest.state);
      }`);
    assert.deepEqual(lines, [
      'true of the Worker false',
      '0 closed',
      'true of the Worker true',
      '0 closed',
    ]);
  });

  it('goes on when one cannot be started', async () => {
    const { lines } = await runScript(`
      const options = { runtime: 'node', memoryLimit: 16 * 2 ** 20 };
      const error = await Interpreter.create(options).then((guest) => guest.call(() => { for (const all = [];;) all.push([1]); })).catch((error) => error);
      console.log(error instanceof isolane.IsolaneError, error.code);
      console.log(await (await Interpreter.create({ runtime: 'node' })).call(() => 'the next'));`);
    assert.match(lines[0] as string, /^true ERR_ISOLANE_(CREATE|MEMORY_LIMIT)$/);
    assert.equal(lines[1], 'the next');
  });
});
