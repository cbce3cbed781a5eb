import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import {
  type Channel,
  ChannelClosedError,
  ChannelPoisonedError,
  channel,
  exportEndpoint,
  Interpreter,
  MovedError,
  move,
  type Receiver,
  type Sender,
} from 'isolane';
import { collectUntil } from '../support/garbage.js';
import { withInterpreter } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { runScript } from '../support/run-script.js';
import { rejection, thrown } from '../support/wait.js';
import { buildAddons, type Echo, echoFile } from './addons.js';

/** The first lines of scripts that use the addon. */
const loadEcho = `
import { createRequire } from 'node:module';
const { exportEndpoint } = isolane;
const echo = createRequire('file:///')(${JSON.stringify(echoFile)});
`;

describe('channels for native code:', () => {
  let echo: Echo;

  before(buildAddons);
  before(() => {
    echo = createRequire(__filename)(echoFile);
  });

  /** A native thread that has a job to do with what is sent here; what it sends is received here. */
  function start<T>(job: string): [Sender<unknown>, Receiver<T>] {
    const [tx, from] = channel<unknown>();
    const [to, rx] = channel<T>();
    echo.run(job, exportEndpoint(move(from)), exportEndpoint(move(to)));
    return [tx, rx];
  }

  describe('a native thread', () => {
    it('feeds a guest, receives its results, and passes on what it cannot look into', () => {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ['examples/native-feed/feed.mjs'],
        { encoding: 'utf8', timeout: 60_000 },
      );
      const expected = "100 blocks, the loudest 70.711\n{ from: 'the guest', samples: 100000 }\n";
      assert.deepEqual({ stdout, stderr, status }, { stdout: expected, stderr: '', status: 0 });
    });

    it('sees what JavaScript sends', async () => {
      const [tx, rx] = start<string>('describe');
      const floats = new Float64Array([1, 2, 3]);
      const expected: [value: unknown, seen: string][] = [
        [undefined, 'undefined'],
        [null, 'null'],
        [true, 'boolean 1'],
        [false, 'boolean 0'],
        [-7, 'int32 -7'],
        [2 ** 31, 'double 2147483648'],
        [0.1, 'double 0.10000000000000001'],
        [-(2n ** 63n), 'int64 -9223372036854775808'],
        [2n ** 64n, 'other'],
        ['', 'string 0 '],
        ['Grüß', 'string 6 Grüß'],
        ['中😀', 'string 7 中😀'],
        ['\ud800!', 'string 4 \ufffd!'],
        ['x'.repeat(5000), `string 5000 ${'x'.repeat(40)}`],
        [new Uint8Array([1, 2, 3]), 'bytes 1 3 6'],
        [new Uint8Array(100).fill(2).buffer, 'bytes 0 100 200'],
        [floats.subarray(1), 'bytes 9 16 136'],
        [Buffer.from('ab'), 'bytes 1 2 195'],
        [move(new Uint8Array(1000).fill(1)), 'bytes 1 1000 1000'],
        [move(new Uint8Array([1, 2, 3, 4]).subarray(2)), 'bytes 1 2 7'],
        [{ a: 1 }, 'other'],
        [[1, 2], 'other'],
        [new Map(), 'other'],
        [new Uint8Array(new SharedArrayBuffer(4)), 'other'],
      ];
      for (const [value] of expected) tx.sendSync(value);
      tx.close();
      const seen = [...rx];
      assert.deepEqual(
        seen,
        expected.map(([, text]) => text),
      );
    });

    it('sends values of every kind', () => {
      const [, rx] = start<unknown>('produce');
      const bytes = new Float64Array([1.5, -2]).buffer;
      const classes: (new (bytes: ArrayBuffer) => ArrayBufferView)[] = [
        ...[Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array],
        ...[Int32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView],
      ];
      const views = classes.map((View) => new View(bytes));
      assert.deepEqual(
        [...rx],
        [
          ...[undefined, null, true, false, -(2 ** 31), 0.1, -0, -(2n ** 63n)],
          ...['', 'plain', 'Grüß', '中😀', 'x'.repeat(300)],
          ...[bytes, ...views, new Uint8Array(300).fill('x'.charCodeAt(0))],
        ],
      );
    });

    it('passes on anything unchanged, between guests too', async () => {
      const [tx, rx] = start<unknown>('forward');
      await withInterpreter(async (guest) => {
        const sent = guest.call((tx) => {
          const bytes = new Uint8Array(1000).fill(7);
          tx.sendSync({ list: [1, 'two', new Date(3)], map: new Map([[1, { deep: true }]]) });
          tx.sendSync({ id: 1, name: 'a record' });
          tx.sendSync(2n ** 70n);
          tx.sendSync('中'.repeat(100));
          tx.sendSync((Reflect.get(globalThis, 'isolane') as typeof import('isolane')).move(bytes));
          tx.close();
          return bytes.length;
        }, move(tx));
        assert.deepEqual(
          [...rx],
          [
            { list: [1, 'two', new Date(3)], map: new Map([[1, { deep: true }]]) },
            { id: 1, name: 'a record' },
            2n ** 70n,
            '中'.repeat(100),
            new Uint8Array(1000).fill(7),
          ],
        );
        assert.equal(await sent, 0);
      });
    });

    it('passes on endpoints that are in messages', async () => {
      const [tx, rx] = start<{ reply: Sender<string> }>('forward');
      const answers = channel<string>();
      tx.sendSync({ reply: move(answers.sender) });
      (await rx.receive()).reply.sendSync('still works');
      assert.equal(await answers.receiver.receive(), 'still works');
      tx.close();
      await rejection(rx.receive());
    });

    it('hands memory over without a copy, and has it back when nobody needs it', async () => {
      const before = echo.freed();
      const [, rx] = start<Uint8Array>('adopt');
      await withInterpreter(async (guest) => {
        // The first stays here, the second is collected in a guest, the third ends with it.
        const first = await rx.receive();
        assert.deepEqual([first.length, first[0], first.at(-1)], [2 ** 20, 1, 1]);
        const sums = await guest.call((rx) => {
          const [second, third] = [rx.receiveSync(), rx.receiveSync()];
          Reflect.set(globalThis, 'kept', third);
          return [second[0], third.at(-1)];
        }, rx);
        assert.deepEqual(sums, [2, 3]);
        assert.ok(echo.freed() <= before + 1);
        keep(first);
      });
      await collectUntil(() => echo.freed() === before + 2, 'the guest has given back its memory');
    });

    it('moves memory that it was given by native code', async () => {
      const [, rx] = start<Uint8Array>('adopt');
      const block = await rx.receive();
      const [again, here] = channel<Uint8Array>();
      again.sendSync(move(block));
      assert.equal(block.length, 0);
      assert.equal((await here.receive())[5], 1);
    });

    it('poisons a channel with a reason', async () => {
      const [, rx] = start<unknown>('poison');
      const error = await rejection(rx.receive());
      assert.ok(error instanceof ChannelPoisonedError);
      assert.equal(error.reason, 'the sensor is gone ☹');
    });

    it('ends a loop here when it closes, and is told when its channel ends here', async () => {
      const [tx, rx] = start<unknown>('forward');
      tx.sendSync(1);
      tx.close();
      const received: unknown[] = [];
      for await (const value of rx) received.push(value);
      assert.deepEqual(received, [1]);
    });
  });

  describe('exportEndpoint()', () => {
    /** Both ends of a channel, with what a native thread that waits has of one. */
    function waiting(give: (ends: Channel<unknown>) => Receiver<unknown>): Channel<unknown> {
      const ends = channel<unknown>();
      echo.run('wait', exportEndpoint(give(ends)), null);
      return ends;
    }

    it('gives native code a clone, and leaves this handle as it is', async () => {
      const { sender, receiver } = waiting(({ receiver }) => receiver);
      receiver.close();
      assert.equal(sender.closed, false);
      await sender.send('to native code');
    });

    it('gives native code this very handle, if it is moved', () => {
      const { sender, receiver } = waiting(({ receiver }) => move(receiver));
      assert.ok(thrown(() => receiver.tryReceive()) instanceof MovedError);
      assert.equal(sender.closed, false);
    });

    it('keeps the end open until it is claimed or closed', () => {
      const [tx, rx] = channel();
      const exported = exportEndpoint(move(tx));
      assert.equal(rx.closed, false);
      exported.close();
      exported.close();
      assert.equal(rx.closed, true);
      assert.throws(() => echo.run('poison', null, exported), /an argument/);
    });

    it('gives a token that is claimed once, for the side that it is of', async () => {
      const [tx, rx] = channel();
      const exported = exportEndpoint(tx);
      assert.throws(() => echo.run('wait', exported, null), /an argument/);
      echo.run('poison', null, exported);
      assert.throws(() => echo.run('poison', null, exported), /an argument/);
      exported.close();
      assert.ok((await rejection(rx.receive())) instanceof ChannelPoisonedError);
    });

    it('says what is wrong with what it is given', () => {
      assert.throws(() => exportEndpoint({} as never), TypeError);
      assert.throws(() => exportEndpoint(move({}) as never), TypeError);
      const [tx, rx] = channel();
      tx.close();
      assert.ok(thrown(() => exportEndpoint(tx)) instanceof ChannelClosedError);
      assert.ok(thrown(() => exportEndpoint(move(tx))) instanceof ChannelClosedError);
      exportEndpoint(move(rx)).close();
      assert.ok(thrown(() => exportEndpoint(rx)) instanceof MovedError);
    });

    it('is there in Node runtimes, and not in other interpreters', async () => {
      const look = () => Object.hasOwn(Reflect.get(globalThis, 'isolane'), 'exportEndpoint');
      await withInterpreter(async (guest) => assert.equal(await guest.call(look), false));
      const exporting = async () => {
        const { channel, exportEndpoint } = await import('isolane');
        const [, rx] = channel();
        return typeof exportEndpoint(rx).token;
      };
      const guest = await Interpreter.create({ runtime: 'node' });
      assert.equal(await guest.call(exporting), 'bigint');
      await guest.close();
    });
  });

  describe('an environment', () => {
    it('takes what was not claimed along when it ends', async () => {
      const { lines } = await runScript(`
        const [tx, rx] = channel();
        const guest = await Interpreter.create({ runtime: 'node' });
        await guest.call(async (tx) => {
          (await import('isolane')).exportEndpoint(isolane.move(tx));
        }, move(tx));
        console.log(rx.closed);
        await guest.close();
        for await (const nothing of rx) console.log(nothing);
        console.log(rx.closed);
      `);
      assert.deepEqual(lines, ['false', 'true']);
    });

    it('lives for as long as native code can still send', async () => {
      const { lines } = await runScript(`${loadEcho}
        const [tx, from] = channel();
        const [to, rx] = channel();
        echo.run('forward', exportEndpoint(move(from)), exportEndpoint(move(to)));
        setTimeout(() => { tx.sendSync('late'); tx.close(); }, 100);
        for await (const value of rx) console.log(value);
        console.log('the end');
      `);
      assert.deepEqual(lines, ['late', 'the end']);
    });

    it('ends although native threads wait, in the main thread and in a Worker', async () => {
      const { lines } = await runScript(`${loadEcho}
        const [tx, rx] = channel();
        echo.run('wait', exportEndpoint(move(rx)), null);
        const text = ${JSON.stringify(`
          import('isolane').then(({ channel, exportEndpoint, move }) => {
            const [tx, rx] = channel();
            require(${JSON.stringify(echoFile)}).run('wait', exportEndpoint(move(rx)), null);
          });`)};
        const worker = new Worker(text, { eval: true, execArgv: [] });
        const [code] = await once(worker, 'exit');
        console.log(code, tx.closed);
      `);
      assert.deepEqual(lines, ['0 false']);
    });

    it('ends by process.exit() while native threads wait', async () => {
      await runScript(
        `${loadEcho}
        const [tx, rx] = channel();
        echo.run('wait', exportEndpoint(move(rx)), null);
        process.exit(3);
      `,
        { code: 3 },
      );
    });
  });
});
