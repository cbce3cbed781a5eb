import assert from 'node:assert/strict';
import {
  channel,
  ExecutionTimeoutError,
  type Interpreter,
  InterpreterClosedError,
  move,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { aMoment, rejection, until } from '../support/wait.js';

/** Long enough for anything that ends, short for what does not. */
const SHORT = 60;

async function assertUsable(guest: Interpreter): Promise<void> {
  assert.equal(guest.state === 'closed', false);
  assert.equal(await guest.call((a, b) => a + b, 20, 22), 42);
  const [tx, rx] = channel<string>();
  const [back, echo] = channel<string>();
  const echoed = guest.call(async (rx, back) => back.send(await rx.receive()), rx, back);
  await tx.send('echo');
  assert.equal(await echo.receive(), 'echo');
  await echoed;
  assert.equal(
    await guest.call(async () => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
      const inner = await Interpreter.create();
      const answer = await inner.call(() => 'from inside');
      await inner.close();
      return answer;
    }),
    'from inside',
  );
  assert.deepEqual(
    await guest.call(async () => {
      const { readFile } = await import('node:fs/promises');
      const text = await readFile('package.json', 'utf8');
      return (JSON.parse(text) as { name: string }).name;
    }),
    'isolane',
  );
}

describe('a call to a Node runtime under limits', function () {
  this.timeout(60_000);

  const create = interpreters();
  const node = () => create({ runtime: 'node' });

  const endless: Record<string, () => unknown> = {
    'a loop': () => {
      for (;;);
    },
    'a loop that allocates': () => {
      for (const all: unknown[] = []; ; all.length = 0) all.push({});
    },
    'a blocking receive': () => {
      const { channel } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
      channel()[1].receiveSync();
    },
    'a catastrophic regular expression': () => /^(a+)+$/.test(`${'a'.repeat(40)}b`),
    'a getter that never ends': () =>
      JSON.stringify({
        get value() {
          for (;;);
        },
      }),
    'what ignores exceptions': () => {
      for (;;) {
        try {
          for (;;);
        } catch {}
      }
    },
    'a promise that never settles': () => new Promise(() => {}),
    'a timer that is far away': () => new Promise((resolve) => setTimeout(resolve, 1e7)),
  };

  for (const [name, code] of Object.entries(endless)) {
    it(`is stopped after its timeout, and the guest goes on: ${name}`, async () => {
      const guest = await node();
      await guest.exec('globalThis.kept = 1');
      const beside = guest.call(
        () => new Promise((resolve) => setTimeout(resolve, 100, 'undisturbed')),
      );
      const error = await rejection(guest.with({ timeout: SHORT }).call(code));
      assert.ok(error instanceof ExecutionTimeoutError, String(error));
      assert.match(String(error.stack), /limits\.test/);
      assert.equal(await beside, 'undisturbed');
      await assertUsable(guest);
      assert.equal(await guest.evaluate('kept'), 1);
    });
  }

  it('is stopped after its CPU time, and not while it waits', async () => {
    const guest = await node();
    const waited = await guest
      .with({ cpuTimeout: 2000 })
      .call(() => new Promise((resolve) => setTimeout(resolve, 50, 'it waited')));
    assert.equal(waited, 'it waited');
    const error = await rejection(guest.with({ cpuTimeout: SHORT }).exec('for (;;);'));
    assert.ok(error instanceof ExecutionTimeoutError);
    assert.match(error.message, /CPU/);
    await assertUsable(guest);
  });

  it('is stopped when its signal aborts', async () => {
    const guest = await node();
    for (const code of ['for (;;);', ';']) {
      const abort = new AbortController();
      const call = rejection(
        guest
          .with({ signal: abort.signal })
          .evaluate(`(() => { ${code} return new Promise(() => {}); })()`),
      );
      await until(() => guest.state === (code.startsWith('for') ? 'running' : 'idle'), 'it runs');
      await aMoment();
      abort.abort(new RangeError('not wanted any more'));
      assert.equal((await call).message, 'not wanted any more');
      await assertUsable(guest);
    }
  });

  it('does not run at all if its turn has not come by then', async () => {
    const guest = await node();
    const [tx, rx] = channel<number>();
    const first = guest.call((rx) => rx.receiveSync(), rx);
    const second = guest.with({ timeout: SHORT }).exec('globalThis.ran = true');
    assert.ok((await rejection(second)) instanceof ExecutionTimeoutError);
    tx.sendSync(1);
    assert.equal(await first, 1);
    assert.equal(await guest.evaluate('typeof ran'), 'undefined');
  });

  it('that was stopped at an await takes no message any more', async () => {
    const guest = await node();
    const [tx, rx] = channel<number>();
    const late = guest.with({ timeout: SHORT }).call(async (rx) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return rx.receive();
    }, rx);
    assert.ok((await rejection(late)) instanceof ExecutionTimeoutError);
    await tx.send(1);
    await guest.call(() => new Promise((resolve) => setTimeout(resolve, 20)));
    assert.equal(await rx.receive({ timeout: 1000 }), 1);
  });

  it('ends in time without a trace of its limits', async () => {
    const guest = await node();
    const bytes = new Uint8Array(8);
    const limited = guest.with({ timeout: 20_000, cpuTimeout: 20_000, transfer: [bytes.buffer] });
    assert.equal(await limited.call((bytes) => bytes.length, bytes), 8);
    assert.equal(bytes.length, 0);
    const again = guest.with({ timeout: 20_000 });
    await assert.rejects(
      again.call(() => Promise.reject(new TypeError('its own'))),
      TypeError,
    );
    const path = await guest
      .with({ timeout: 20_000 })
      .import<typeof import('node:path')>('node:path');
    assert.equal(await path.basename('/a/b'), 'b');
  });

  for (const [what, code] of [
    [
      'a loop after an await',
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (;;);
      },
    ],
    [
      'a flood of microtasks',
      async () => {
        for (;;) await null;
      },
    ],
  ] as [string, () => unknown][]) {
    it(`takes the guest with it when it cannot be stopped alone: ${what}`, async () => {
      const [guest, other] = [await node(), await node()];
      const [tx, rx] = channel<number>();
      await guest.provide({ tx: move(tx) });
      const beside = rejection(guest.call(() => new Promise(() => {})));
      const call = rejection(guest.with({ timeout: SHORT }).call(code));
      assert.ok((await call) instanceof ExecutionTimeoutError);
      assert.ok((await beside) instanceof InterpreterClosedError);
      assert.equal((await rejection(rx.receive())).name, 'ChannelClosedError');
      assert.equal(guest.state, 'closed');
      await assertUsable(other);
    });
  }
});
