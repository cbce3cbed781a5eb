import assert from 'node:assert/strict';
import { runScript } from '../support/run-script.js';

/** In a script: interpreters that keep sending to each other, by blocking and in turns. */
const TRAFFIC = `
const running = [];
for (let i = 0; i < 3; i++) {
  const [tx, rx] = channel(i);
  const [from, to] = await Promise.all([Interpreter.create(), Interpreter.create()]);
  running.push(from.call((tx) => { for (let n = 0; ; n++) tx.sendSync({ n, text: 'x'.repeat(n % 200) }); }, tx).catch(() => {}));
  running.push(to.call(i === 1 ? async (rx) => { for await (const m of rx); } : (rx) => { for (const m of rx); }, rx).catch(() => {}));
}
`;

describe('the end of a process', function () {
  this.timeout(90_000);

  it('comes with process.exit() in the middle of traffic', async () => {
    const { lines } = await runScript(
      `${TRAFFIC}
      const [tx, rx] = channel(2);
      const guest = await Interpreter.create();
      guest.call((tx) => { for (let n = 0; ; n++) tx.sendSync(n); }, tx).catch(() => {});
      let count = 0;
      for await (const n of rx) if (++count === 1000) { console.log('exit at', n); process.exit(7); }`,
      { code: 7 },
    );
    assert.deepEqual(lines, ['exit at 999']);
  });

  it('comes by itself when interpreters are idle', async () => {
    const { lines } = await runScript(`
      const three = await Promise.all([1, 2, 3].map(() => Interpreter.create()));
      const answers = await Promise.all(three.map((each, i) => each.call((i) => i * 2, i)));
      const [tx, rx] = channel();
      tx.sendSync('left in the channel');
      console.log(...answers);`);
    assert.deepEqual(lines, ['0 2 4']);
  });

  it('comes by itself when an interpreter only waits for a timer of its own', async () => {
    await runScript(`
      const guest = await Interpreter.create();
      await guest.exec('setInterval(() => {}, 10)');`);
  });

  it('waits for a call that runs', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create();
      guest.call(() => new Promise((resolve) => setTimeout(resolve, 100, 'done'))).then(console.log);`);
    assert.deepEqual(lines, ['done']);
  });

  it('waits for a message that is awaited', async () => {
    const { lines } = await runScript(`
      const [tx, rx] = channel();
      rx.receive().then((message) => console.log(message));
      const guest = await Interpreter.create();
      await guest.call((tx) => { setTimeout(() => tx.sendSync('late'), 50); }, tx);`);
    assert.deepEqual(lines, ['late']);
  });

  it('comes with an uncaught exception while interpreters run', async () => {
    const { stderr } = await runScript(
      `${TRAFFIC} setTimeout(() => { throw new RangeError('nobody catches this'); }, 50);`,
      { code: 1 },
    );
    assert.match(stderr, /RangeError: nobody catches this/);
  });

  it('comes with an unhandled rejection while interpreters run', async () => {
    const { stderr } = await runScript(
      `${TRAFFIC} setTimeout(() => { Promise.reject(new Error('nobody handles this')); }, 50);`,
      { code: 1 },
    );
    assert.match(stderr, /nobody handles this/);
  });

  it('comes with the rejection of a call that nobody handles', async () => {
    const { stderr } = await runScript(
      `const guest = await Interpreter.create();
      guest.call(() => { throw new TypeError('from a guest'); });
      await sleep(10_000);`,
      { code: 1 },
    );
    assert.match(stderr, /TypeError: from a guest/);
  });

  for (const [what, body] of [
    ['an endless loop', '() => { for (;;); }'],
    ['a receive that blocks', '() => isolane.channel()[1].receiveSync()'],
    ['a promise that never settles', '() => new Promise(() => {})'],
    [
      'a sort that takes long',
      '() => new Array(1e6).fill(0).map(Math.random).sort(() => Math.random() - 0.5)',
    ],
    ['allocation', '() => { for (;;) new Array(1000).fill(1); }'],
  ] as const) {
    it(`comes with process.exit() while a guest is in ${what}`, async () => {
      await runScript(
        `const guest = await Interpreter.create();
        guest.call(${body}).catch(() => {});
        await sleep(50);
        process.exit(3);`,
        { code: 3 },
      );
    });
  }

  it('comes with process.exit() while interpreters start', async () => {
    await runScript(
      `for (let i = 0; i < 10; i++) Interpreter.create().catch(() => {});
      process.exit(4);`,
      { code: 4 },
    );
  });

  it('comes with process.exit() in a reader of a console', async () => {
    await runScript(
      `const guest = await Interpreter.create({ console: () => process.exit(5) });
      await guest.exec('for (;;) console.log("over and over")');`,
      { code: 5 },
    );
  });
});
