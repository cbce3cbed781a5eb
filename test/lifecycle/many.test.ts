import assert from 'node:assert/strict';
import { runScript } from '../support/run-script.js';

describe('many interpreters', function () {
  this.timeout(90_000);

  it('200 live at once, and each answers', async () => {
    const { lines } = await runScript(`
      const all = [];
      for (let i = 0; i < 10; i++) all.push(...await Promise.all(Array.from({ length: 20 }, () => Interpreter.create())));
      console.log(Interpreter.list().length);
      const answers = await Promise.all(all.map((each, i) => each.call((i) => i * i, i)));
      console.log(answers.every((answer, i) => answer === i * i));
      await Promise.all(all.map((each) => each.close()));
      console.log(Interpreter.list().length);`);
    assert.deepEqual(lines, ['200', 'true', '0']);
  });

  it('can be made and closed in turn, 300 times, without the memory growing', async () => {
    const { lines } = await runScript(`
      async function cycle() {
        const guest = await Interpreter.create();
        const [tx, rx] = channel();
        await guest.call((tx) => { for (let i = 0; i < 10; i++) tx.sendSync({ i, bytes: new Uint8Array(1000) }); }, tx);
        for (let i = 0; i < 5; i++) rx.receiveSync();
        await guest.close();
      }
      for (let i = 0; i < 100; i++) await cycle();
      const before = process.memoryUsage.rss();
      for (let i = 0; i < 200; i++) await cycle();
      console.log(Math.round((process.memoryUsage.rss() - before) / 1024 / 1024));`);
    // A leaked isolate takes most of a megabyte: 200 of them would be far above this.
    assert.ok(Number(lines[0]) < 60, `RSS grew by ${lines[0]} MB over 200 cycles`);
  });

  it('leave no threads behind', async () => {
    const { lines } = await runScript(`
      import { readdirSync } from 'node:fs';
      const threads = () => readdirSync('/proc/self/task').length;
      // The first termination starts the watchdog's thread, which stays.
      await (await Interpreter.create()).terminate();
      await sleep(100);
      const before = threads();
      for (let i = 0; i < 10; i++) {
        const some = await Promise.all([1, 2, 3].map(() => Interpreter.create()));
        await Promise.all(some.map((each, i) => (i === 0 ? each.close() : each.terminate())));
      }
      for (let i = 0; i < 200 && threads() > before; i++) await sleep(20);
      console.log(threads() <= before);`);
    assert.deepEqual(lines, ['true']);
  });

  it('give up what they hold when they end: a buffer moved in is freed', async () => {
    const { lines } = await runScript(`
      for (let i = 0; i < 40; i++) {
        const guest = await Interpreter.create();
        await guest.call((bytes) => { globalThis.kept = bytes; }, move(new Uint8Array(32 * 1024 * 1024).fill(1)));
        await guest.terminate();
      }
      console.log(Math.round(process.memoryUsage.rss() / 1024 / 1024));`);
    assert.ok(Number(lines[0]) < 600, `RSS is ${lines[0]} MB, of ${40 * 32} MB that passed`);
  });
});
