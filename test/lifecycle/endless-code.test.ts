import assert from 'node:assert/strict';
import { runScript } from '../support/run-script.js';

const kinds: [what: string, body: string][] = [
  ['an empty for', 'for (;;);'],
  ['a while that counts', 'let n = 0; while (true) n = (n + 1) % 1000;'],
  ['a loop that allocates', 'for (;;) { new Array(100).fill(1); }'],
  ['a loop that makes strings', "let s = ''; for (;;) { s = (s + 'x').slice(-100); }"],
  [
    'a loop over a typed array',
    'const a = new Float64Array(1000); for (;;) for (let i = 0; i < 1000; i++) a[i] += i;',
  ],
  [
    'a loop that catches everything',
    'for (;;) { try { for (;;) JSON.parse("{"); } catch {} finally { continue; } }',
  ],
  ['calls of functions', 'const f = (n) => n + 1; let n = 0; for (;;) n = f(n) % 7;'],
  ['recursion that never ends', 'const f = () => { try { f(); } finally { f(); } }; f();'],
  ['a regular expression that backtracks', "/^(a+)+$/.test('a'.repeat(60) + 'b');"],
  [
    'a flood of microtasks',
    'const next = () => { Promise.resolve().then(next); }; next(); return new Promise(() => {});',
  ],
  [
    'a flood of queueMicrotask',
    'const next = () => queueMicrotask(next); next(); return new Promise(() => {});',
  ],
  ['an async loop', 'return (async () => { for (;;) await null; })();'],
  [
    'a flood of timers',
    'const next = () => { setTimeout(next, 0); setTimeout(next, 1e9); }; next(); return new Promise(() => {});',
  ],
  ['a generator', 'const g = (function* () { for (;;) yield 1; })(); for (const x of g);'],
  ['a proxy', 'const p = new Proxy({}, { get: (_, k, r) => 1 }); for (;;) p.x;'],
  ['a sort without end', 'new Array(1e7).fill(0).sort(() => { for (;;); });'],
  ['a getter in its result', 'return { get x() { for (;;); } };'],
  [
    'trySend into a full channel',
    'const [tx, rx] = isolane.channel(1); for (;;) tx.trySend(rx.id);',
  ],
  [
    'tryReceive from an empty channel',
    'const [tx, rx] = isolane.channel(1); for (;;) rx.tryReceive(tx.id);',
  ],
  [
    'WebAssembly',
    `const bytes = new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]);
    new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();`,
  ],
];

describe('code that never ends is terminated:', function () {
  this.timeout(90_000);

  for (const [what, body] of kinds) {
    it(what, async () => {
      const { lines } = await runScript(
        `const guest = await Interpreter.create();
        const other = await Interpreter.create();
        const endless = guest.call(() => { ${body} }).then(() => 'it ended by itself', (error) => error.name);
        await sleep(150);
        await guest.terminate('enough');
        console.log(await endless, guest.state);
        console.log(await other.call(() => 'the other goes on'));
        await other.close();`,
        { limit: 30_000 },
      );
      assert.deepEqual(lines, ['InterpreterClosedError closed', 'the other goes on']);
    });
  }

  it('at the top of a module, of exec and of evaluate', async () => {
    const { lines } = await runScript(`
      for (const start of [
        (guest) => guest.import('data:text/javascript,for(;;);'),
        (guest) => guest.import('data:text/javascript,await new Promise(() => {});'),
        (guest) => guest.exec('for (;;);'),
        (guest) => guest.evaluate('(() => { for (;;); })()'),
      ]) {
        const guest = await Interpreter.create();
        const endless = start(guest).catch((error) => error.name);
        await sleep(50);
        await guest.terminate();
        console.log(await endless);
      }`);
    assert.deepEqual(lines, Array(4).fill('InterpreterClosedError'));
  });
});

describe('code that does not look whether it should stop is written off with its interpreter', function () {
  this.timeout(90_000);

  const waits: [what: string, body: string][] = [
    ['nothing', ''],
    ['a promise', 'await null;'],
    ['a timer', 'await new Promise((resolve) => setTimeout(resolve, 5));'],
    ['a receive', 'await rx.receive();'],
    ['a send', 'await tx.send(1); await tx.send(2);'],
    ['another interpreter', 'const one = await isolane.Interpreter.create();'],
    ['a call', 'await other.call(() => 1);'],
    ['an end', 'await other.terminate();'],
    ['a module', "await import('data:text/javascript,');"],
    ['a module that has it', `await import('data:text/javascript,{BUSY}');`],
  ];
  for (const [what, body] of waits) {
    it(`after ${what}`, async () => {
      const busy = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);';
      const code = `${body.replace('{BUSY}', busy)} ${busy}`;
      const { lines } = await runScript(
        `const guest = await Interpreter.create();
        await guest.exec('globalThis.other = undefined;');
        await guest.call(async () => { globalThis.other = await isolane.Interpreter.create(); });
        const [tx, inbox] = channel(1);
        const [outbox, rx] = channel(1);
        const call = guest.with({ timeout: 300 }).call(async (rx, tx) => { ${code} }, rx, tx);
        await sleep(50);
        await outbox.send(1);
        await inbox.receive();
        console.log(await call.catch((error) => error.name));
        console.log(await guest.call(() => 1).catch((error) => error.name), guest.state);
        process.exit();`.replace(
          'await inbox.receive();',
          body.includes('tx.') ? 'await inbox.receive();' : '',
        ),
        { limit: 30_000 },
      );
      assert.deepEqual(lines, ['ExecutionTimeoutError', 'InterpreterClosedError closed']);
    });
  }
});
