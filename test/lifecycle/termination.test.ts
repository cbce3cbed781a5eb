import assert from 'node:assert/strict';
import { channel, Interpreter, InterpreterClosedError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { rejection, until } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('terminate', () => {
  const create = interpreters();

  it('gives its reason to the calls that it ends', async () => {
    const guest = await create({ name: 'victim' });
    const endless = rejection(guest.call(() => new Promise(() => {})));
    await guest.terminate('no longer needed');
    const error = (await endless) as InterpreterClosedError;
    assert.ok(error instanceof InterpreterClosedError);
    assert.equal(error.reason, 'no longer needed');
    assert.match(error.message, /victim.*no longer needed/);
    assert.equal(error.code, 'ERR_ISOLANE_INTERPRETER_CLOSED');
  });

  it('ends an interpreter at any moment of reading what it was sent', async () => {
    // What takes long to read runs the engine's own code, where a termination is seen.
    const { lines } = await runScript(
      `const long = new Map(Array.from({ length: 2000 }, (_, i) => [i, { i, text: 'number ' + i }]));
      const sent = [long, new Set(long.values()), { tx: channel()[0], long }];
      for (let round = 0; round < 40; round++) {
        const guests = await Promise.all([Interpreter.create(), Interpreter.create()]);
        const calls = guests.flatMap((guest) => sent.map((value) => guest.call((it) => typeof it, value)));
        const ends = calls.map((call) => call.catch((error) => error.code));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
        await Promise.all(guests.map((guest) => guest.terminate()));
        for (const end of await Promise.all(ends)) {
          assert.ok(['object', 'ERR_ISOLANE_INTERPRETER_CLOSED'].includes(end), end);
        }
      }
      console.log('done');`,
    );
    assert.deepEqual(lines, ['done']);
  });

  it('may be called twice, at once and later', async () => {
    const guest = await create();
    await Promise.all([guest.terminate(), guest.terminate()]);
    await guest.terminate();
    assert.equal(guest.state, 'closed');
  });

  for (const nodeArgs of [[], ['--expose-gc']]) {
    it(`ends an interpreter that starts${nodeArgs.map((flag) => `, with ${flag}`)}`, async () => {
      const { lines } = await runScript(
        `for (let i = 0; i < 50; i++) {
          const starting = Interpreter.create().catch((error) => error);
          const guest = Interpreter.list().at(-1);
          await guest.terminate();
          const outcome = await starting;
          if (outcome instanceof Interpreter) assert.equal(outcome.state, 'closed');
          else assert.ok(outcome instanceof isolane.IsolaneError, String(outcome));
        }
        console.log(Interpreter.list().length);`,
        { nodeArgs },
      );
      assert.deepEqual(lines, ['0']);
    }).timeout(90_000);
  }

  for (const [what, block] of [
    ['a receive', () => isolane.channel()[1].receiveSync()],
    ['a receive with a time-out', () => isolane.channel()[1].receiveSync({ timeout: 1e9 })],
    [
      'a send',
      () => {
        const pair = isolane.channel(1);
        pair.sender.sendSync(1);
        pair.sender.sendSync(2);
      },
    ],
    ['a rendezvous', () => isolane.channel(0)[0].sendSync(1)],
    [
      'a loop over messages',
      () => {
        const pair = isolane.channel();
        for (const message of pair.receiver) console.log(message);
      },
    ],
  ] as const) {
    it(`ends an interpreter that blocks in ${what}`, async () => {
      const guest = await create();
      const blocked = rejection(guest.call(block as () => unknown));
      await until(() => guest.state === 'blocked', 'the guest is blocked');
      await guest.terminate();
      assert.ok((await blocked) instanceof InterpreterClosedError);
      assert.equal(guest.state, 'closed');
    });
  }

  it('is not stopped by guests that catch and loop around a receive', async () => {
    const guest = await create();
    const blocked = rejection(
      guest.call(() => {
        for (;;) {
          try {
            isolane.channel()[1].receiveSync();
          } catch {
            // Again.
          }
        }
      }),
    );
    await until(() => guest.state === 'blocked', 'the guest is blocked');
    await guest.terminate();
    assert.ok((await blocked) instanceof InterpreterClosedError);
  });

  it('does not lose what the interpreter sent', async () => {
    const guest = await create();
    const [tx, rx] = channel<string>();
    await guest.call((tx) => {
      for (let i = 0; i < 100; i++) tx.sendSync(`message ${i}`.repeat(20));
    }, tx);
    await guest.terminate();
    tx.close();
    assert.deepEqual(
      [...rx],
      Array.from({ length: 100 }, (_, i) => `message ${i}`.repeat(20)),
    );
  });

  it('tells those who wait on a channel that only the guest could serve', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>(1);
    const ending = guest.call((tx) => {
      tx.sendSync(1);
      return new Promise(() => {});
    }, tx);
    ending.catch(() => {});
    tx.close();
    assert.equal(await rx.receive(), 1);
    const waiting = rejection(rx.receive());
    await guest.terminate();
    assert.equal((await waiting).name, 'ChannelClosedError');
  });

  it('tells another interpreter that blocks on a channel of the guest', async () => {
    const [guest, other] = [await create(), await create()];
    const [tx, rx] = channel<number>(1);
    guest.call((_tx) => new Promise(() => {}), tx).catch(() => {});
    await guest.evaluate('1');
    tx.close();
    const waiting = rejection(other.call((rx) => rx.receiveSync(), rx));
    await until(() => other.state === 'blocked', 'the other is blocked');
    await guest.terminate();
    assert.equal((await waiting).name, 'ChannelClosedError');
    assert.equal(await other.call(() => 1), 1);
  });
});

describe('close', () => {
  const create = interpreters();

  it('lets what runs finish, and takes no more', async () => {
    const guest = await create();
    const running = guest.call(() => new Promise((resolve) => setTimeout(resolve, 50, 'finished')));
    const closing = guest.close();
    const refused = rejection(guest.call(() => 1));
    assert.equal(await running, 'finished');
    assert.ok((await refused) instanceof InterpreterClosedError);
    await closing;
    assert.equal(guest.state, 'closed');
  });

  it('may be called twice, and after terminate', async () => {
    const guest = await create();
    await Promise.all([guest.close(), guest.close()]);
    await guest.close();
    await guest.terminate();
    const other = await create();
    await other.terminate();
    await other.close();
  });

  it('refuses every kind of call afterwards', async () => {
    const guest = await create();
    await guest.close();
    for (const attempt of [
      guest.call(() => 1),
      guest.exec('1'),
      guest.evaluate('1'),
      guest.import('data:text/javascript,'),
      guest.provide({ a: 1 }),
    ]) {
      assert.ok((await rejection(attempt)) instanceof InterpreterClosedError);
    }
    assert.throws(() => guest.callSync(() => 1), InterpreterClosedError);
  });

  it('can be left waiting and then be cut short by terminate', async () => {
    const guest = await create();
    const endless = rejection(guest.call(() => new Promise(() => {})));
    const closing = guest.close();
    await guest.terminate('cut short');
    await closing;
    assert.ok((await endless) instanceof InterpreterClosedError);
  });

  it('is what await using does', async () => {
    const guest = await Interpreter.create();
    await guest[Symbol.asyncDispose]();
    assert.equal(guest.state, 'closed');
  });

  it('takes the interpreter off the list', async () => {
    const guest = await create();
    assert.ok(Interpreter.list().includes(guest));
    await guest.close();
    assert.ok(!Interpreter.list().some(({ id }) => id === guest.id));
  });
});
