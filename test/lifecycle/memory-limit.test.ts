import assert from 'node:assert/strict';
import { runScript } from '../support/run-script.js';

describe('a guest past its memory limit', function () {
  this.timeout(90_000);

  for (const [what, body] of [
    ['objects', 'const kept = []; for (;;) kept.push({ a: 1, b: [2, 3] });'],
    ['strings', "const kept = []; for (let i = 0; ; i++) kept.push('x'.repeat(1000) + i);"],
    ['a Map', 'const kept = new Map(); for (let i = 0; ; i++) kept.set(i, { i });'],
    ['an array that doubles', 'let kept = [1]; for (;;) kept = kept.concat(kept);'],
    [
      'closures in promises',
      'const kept = []; const next = () => { const more = new Array(1000).fill(1); kept.push(more); return Promise.resolve().then(next); }; return next();',
    ],
  ] as const) {
    it(`ends alone, with a MemoryLimitError: ${what}`, async () => {
      const { lines } = await runScript(
        `const guest = await Interpreter.create({ memoryLimit: 32 * 1024 * 1024 });
        const other = await Interpreter.create();
        const error = await guest.call(() => { ${body} }).catch((error) => error);
        console.log(error.name);
        console.log(await other.call(() => 'the other goes on'));
        const next = await Interpreter.create();
        console.log(await next.call(() => 'and a new one'));`,
        { limit: 60_000 },
      );
      assert.deepEqual(lines, ['MemoryLimitError', 'the other goes on', 'and a new one']);
    });
  }

  it('is not there when the garbage could be collected', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ memoryLimit: 32 * 1024 * 1024 });
      const sum = await guest.call(() => {
        let sum = 0;
        for (let i = 0; i < 3000; i++) sum += new Array(10_000).fill(i % 2).length;
        return sum;
      });
      console.log(sum);`);
    assert.deepEqual(lines, ['30000000']);
  });

  it('has a RangeError instead where the engine has one: a buffer that is too large', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ memoryLimit: 32 * 1024 * 1024 });
      const error = await guest.call(() => new Uint8Array(64 * 1024 * 1024)).catch((error) => error);
      console.log(error.name);
      console.log(await guest.call(() => new Uint8Array(8 * 1024 * 1024).length));`);
    assert.deepEqual(lines, ['RangeError', String(8 * 1024 * 1024)]);
  });

  it('does not count buffers that it has handed over', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ memoryLimit: 32 * 1024 * 1024 });
      const [tx, rx] = channel(100);
      await guest.call((tx) => {
        for (let i = 0; i < 100; i++) tx.sendSync(isolane.move(new Uint8Array(1024 * 1024).fill(i)));
      }, tx);
      let sum = 0;
      for (let i = 0; i < 100; i++) sum += rx.receiveSync()[5];
      console.log(sum);`);
    assert.deepEqual(lines, ['4950']);
  });

  it('ends alone when a single allocation is larger than all there is', async () => {
    const { lines } = await runScript(
      `const guest = await Interpreter.create({ memoryLimit: 32 * 1024 * 1024 });
      const other = await Interpreter.create();
      const error = await guest.call(() => JSON.stringify(new Array(2 ** 26).fill('x'.repeat(30)))).catch((error) => error);
      console.log(['MemoryLimitError', 'RangeError'].includes(error.name) ? 'ended' : error);
      console.log(await other.call(() => 'the other goes on'));`,
      { limit: 60_000 },
    );
    assert.deepEqual(lines, ['ended', 'the other goes on']);
  });
});
