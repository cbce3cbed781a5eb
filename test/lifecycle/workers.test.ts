import assert from 'node:assert/strict';
import { runScript } from '../support/run-script.js';

/** In a script: starts a Worker with the text of a CommonJS script, in which the public names are there. */
const START = `
function start(text, options) {
  const prelude = "const { channel, Interpreter, move } = require('isolane'); const { parentPort, workerData } = require('node:worker_threads');";
  return new Worker(prelude + text, { eval: true, execArgv: [], ...options });
}
`;

const inside = (body: string) => `(async () => { ${body} })();`;

describe('a Worker', function () {
  this.timeout(90_000);

  it('makes interpreters and talks to them', async () => {
    const { lines } = await runScript(`${START}
      const worker = start(\`${inside(`
        const guest = await Interpreter.create();
        const [tx, rx] = channel();
        const sum = guest.call((rx) => { let s = 0; for (const n of rx) s += n; return s; }, rx);
        await tx.sendMany([1, 2, 3]);
        tx.close(); rx.close();
        parentPort.postMessage(await sum);
        await guest.close();`)}\`);
      // Before the message is awaited: Node may report both at once.
      const exit = once(worker, 'exit');
      const [sum] = await once(worker, 'message');
      const [code] = await exit;
      console.log(sum, code);`);
    assert.deepEqual(lines, ['6 0']);
  });

  it('ends by itself with idle interpreters, and takes them with it', async () => {
    const { lines } = await runScript(`${START}
      const worker = start(\`${inside(`
        await Promise.all([Interpreter.create(), Interpreter.create()]);
        parentPort.postMessage(Interpreter.list().length);`)}\`);
      const exit = once(worker, 'exit');
      const [inside] = await once(worker, 'message');
      const [code] = await exit;
      console.log(inside, code, Interpreter.list().length);`);
    assert.deepEqual(lines, ['2 0 0']);
  });

  for (const [doing, body] of [
    ['loop', '() => { for (;;); }'],
    ['allocate', '() => { for (;;) new Array(1000).fill(1); }'],
    ['are blocked in a receive', '() => isolane.channel()[1].receiveSync()'],
    [
      'are blocked in a send',
      '() => { const [tx, rx] = isolane.channel(1); for (;;) tx.sendSync(1); }',
    ],
    ['wait asynchronously', '() => new Promise((r) => setTimeout(r, 1e6))'],
    ['print', '() => { for (let i = 0; ; i++) console.log(i); }'],
  ] as const) {
    const guests = `
      const guests = await Promise.all([1, 2, 3].map(() => Interpreter.create({ console: 'ignore' })));
      for (const guest of guests) guest.call(${body}).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 30));`;

    it(`exits while its interpreters ${doing}`, async () => {
      const { lines } = await runScript(`${START}
        const worker = start(\`${inside(`${guests} process.exit(5);`)}\`);
        const [code] = await once(worker, 'exit');
        console.log(code, Interpreter.list().length);
        const guest = await Interpreter.create();
        console.log(await guest.call(() => 'main goes on'));`);
      assert.deepEqual(lines, ['5 0', 'main goes on']);
    });

    it(`is terminated while its interpreters ${doing}`, async () => {
      const { lines } = await runScript(`${START}
        const worker = start(\`${inside(`${guests} parentPort.postMessage(0); setInterval(() => {}, 1000);`)}\`);
        await once(worker, 'message');
        await worker.terminate();
        console.log(Interpreter.list().length);
        const guest = await Interpreter.create();
        console.log(await guest.call(() => 'main goes on'));`);
      assert.deepEqual(lines, ['0', 'main goes on']);
    });
  }

  it('is terminated while it blocks in a receive itself', async () => {
    const { lines } = await runScript(`${START}
      const worker = start("parentPort.postMessage(0); setTimeout(() => channel()[1].receiveSync(), 10);");
      await once(worker, 'message');
      await sleep(100);
      await worker.terminate();
      console.log('ended');`);
    assert.deepEqual(lines, ['ended']);
  });

  it('is terminated while it waits for a send or a receive', async () => {
    const { lines } = await runScript(`${START}
      const worker = start("const [tx, rx] = channel(1); tx.trySend(1); tx.send(2); channel()[1].receive(); parentPort.postMessage(0);");
      await once(worker, 'message');
      await worker.terminate();
      console.log('ended');`);
    assert.deepEqual(lines, ['ended']);
  });

  for (const [where, body] of [
    ['an endless loop', '(flag) => { for (;;) Atomics.store(flag, 0, 1); }'],
    ['a receive', '(flag) => { Atomics.store(flag, 0, 1); isolane.channel()[1].receiveSync(); }'],
    [
      'a rendezvous',
      '(flag) => { const { sender, receiver } = isolane.channel(0); Atomics.store(flag, 0, 1); sender.sendSync(receiver); }',
    ],
    [
      'a regular expression',
      '(flag) => { Atomics.store(flag, 0, 1); /^(a+)+$/.test("a".repeat(60) + "b"); }',
    ],
    [
      'an interpreter that it called from there',
      '(flag, id) => isolane.Interpreter.list().find((one) => one.id === id).callSync((flag) => { for (;;) Atomics.store(flag, 0, 1); }, flag)',
    ],
    [
      'a wait for an interpreter that it calls from there',
      '(flag, id, busy) => { Atomics.store(flag, 0, 1); isolane.Interpreter.list().find((one) => one.id === busy).callSync(() => {}); }',
    ],
  ] as const) {
    const callers = (withMain: string) => `${START}
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const [theirs, busy] = [await Interpreter.create(), await Interpreter.create()];
      busy.call(() => { for (;;); }).catch(() => {});
      const worker = start(\`${inside(`
        const { flag, theirs, busy } = workerData;
        const own = await Interpreter.create();
        own.callSync(${body}, flag, theirs, busy);`)}\`, { workerData: { flag, theirs: theirs.id, busy: busy.id } });
      while (Atomics.load(flag, 0) === 0) await sleep(1);
      ${withMain}`;

    it(`is terminated while callSync has it in ${where}`, async () => {
      const { lines } = await runScript(
        callers(`
          console.log(await worker.terminate());
          console.log(await theirs.call(() => 'main’s goes on'), Interpreter.list().length);
          await busy.terminate();`),
      );
      assert.deepEqual(lines, ['1', 'main’s goes on 2']);
    });

    it(`is left while callSync has it in ${where}, and the process exits`, async () => {
      await runScript(callers('process.exit(7);'), { code: 7 });
    });
  }

  it('is terminated in callSync on an interpreter that main made, which goes on', async () => {
    const { lines } = await runScript(`${START}
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const guest = await Interpreter.create();
      await guest.exec('globalThis.kept = 1');
      for (let round = 1; round <= 5; round++) {
        const worker = start(\`
          const { flag, id, round } = workerData;
          Interpreter.list().find((one) => one.id === id)
            .callSync((flag, round) => { for (;;) Atomics.store(flag, 0, round); }, flag, round);\`,
          { workerData: { flag, id: guest.id, round } });
        while (Atomics.load(flag, 0) !== round) await sleep(1);
        await worker.terminate();
        console.log(await guest.call(() => kept++), guest.callSync(() => kept));
      }`);
    assert.deepEqual(lines, ['1 2', '2 3', '3 4', '4 5', '5 6']);
  });

  it('fails with its interpreters running, and only it', async () => {
    const { lines } = await runScript(`${START}
      const worker = start(\`${inside(`
        const guest = await Interpreter.create();
        guest.call(() => { for (;;); }).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 30));
        throw new RangeError('in the Worker');`)}\`);
      const [error] = await once(worker, 'error');
      console.log(error.message);
      const guest = await Interpreter.create();
      console.log(await guest.call(() => 6 * 7));`);
    assert.deepEqual(lines, ['in the Worker', '42']);
  });

  it('starts and ends many times, with interpreters each time', async () => {
    const { lines } = await runScript(`${START}
      const body = \`${inside(`
        const guest = await Interpreter.create();
        parentPort.postMessage(await guest.call((n) => n + 1, workerData));
        if (workerData % 2) process.exit(0);`)}\`;
      let sum = 0;
      for (let i = 0; i < 8; i++) {
        const worker = start(body, { workerData: i });
        const exit = once(worker, 'exit');
        sum += (await once(worker, 'message'))[0];
        await exit;
      }
      console.log(sum, Interpreter.list().length);`);
    assert.deepEqual(lines, ['36 0']);
  });

  it('makes interpreters beside three others and main, all at once', async () => {
    const { lines } = await runScript(`${START}
      const work = async (Interpreter) => {
        let sum = 0;
        for (let round = 0; round < 5; round++) {
          const some = await Promise.all([1, 2, 3, 4].map(() => Interpreter.create()));
          for (const each of some) sum += await each.call(() => 1);
          await Promise.all(some.map((each, i) => (i % 2 ? each.close() : each.terminate())));
        }
        return sum;
      };
      const body = '(' + work + ')(Interpreter).then((sum) => parentPort.postMessage(sum));';
      const workers = [1, 2, 3, 4].map(() => start(body));
      const exits = workers.map((worker) => once(worker, 'exit'));
      const sums = await Promise.all([work(Interpreter), ...workers.map(async (w) => (await once(w, 'message'))[0])]);
      console.log(...sums, ...(await Promise.all(exits)).flat(), Interpreter.list().length);`);
    assert.deepEqual(lines, ['20 20 20 20 20 0 0 0 0 0']);
  });

  it('and main exit together, in the middle of everything', async () => {
    await runScript(
      `${START}
      const body = \`${inside(`
        const guest = await Interpreter.create();
        guest.call(() => { for (;;); }).catch(() => {});
        for (;;) { const other = await Interpreter.create(); await other.terminate(); }`)}\`;
      [1, 2, 3].map(() => start(body));
      const guest = await Interpreter.create();
      guest.call(() => { for (;;); }).catch(() => {});
      await sleep(300);
      process.exit(6);`,
      { code: 6 },
    );
  });
});
