import assert from 'node:assert/strict';
import {
  ChannelClosedError,
  channel,
  Interpreter,
  InterpreterClosedError,
  IsolaneError,
  move,
  NotShareableError,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

const somethingHere = 5;

describe('a Node runtime', function () {
  this.timeout(60_000);

  const create = interpreters();
  const node = (options: Parameters<typeof create>[0] = {}) =>
    create({ ...options, runtime: 'node' });

  it('has a name, an id, a state and globals, and is in the list of all', async () => {
    const [before, guest] = [await create(), await node({ name: 'full', globals: { factor: 6 } })];
    const after = await create();
    assert.ok(before.id < guest.id && guest.id < after.id);
    assert.deepEqual([guest.name, guest.runtime, before.runtime], ['full', 'node', 'v8']);
    assert.equal(await guest.evaluate('factor * 7'), 42);
    const ids = [before.id, guest.id, after.id];
    const ours = (list: { id: number }[]) =>
      list.map(({ id }) => id).filter((id) => ids.includes(id));
    assert.deepEqual(ours(Interpreter.list()), ids);
    assert.ok(Interpreter.list().includes(guest));
    for (const each of [guest, after]) {
      const seen = await each.call(() =>
        isolane.Interpreter.list().map(({ id, name, runtime }) => ({ id, name, runtime })),
      );
      assert.deepEqual(ours(seen), ids);
      assert.deepEqual(
        seen.find(({ id }) => id === guest.id),
        { id: guest.id, name: 'full', runtime: 'node' },
      );
    }
    assert.deepEqual(
      await guest.call(() => [{ ...isolane.Interpreter.current }, { ...isolane.Interpreter.main }]),
      [{ id: guest.id, name: 'full' }, { ...Interpreter.main }],
    );
  });

  it('calls functions, with copies and moves of arguments and results', async () => {
    const guest = await node();
    assert.equal(await guest.call((a, b) => a + b, 20, 22), 42);
    assert.equal(
      await guest.call(async (n) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return n * 2;
      }, 21),
      42,
    );
    const value = { list: [1], when: new Date(0) };
    assert.deepEqual(await guest.call((value) => ({ ...value, more: new Map([[1, 2]]) }), value), {
      list: [1],
      when: new Date(0),
      more: new Map([[1, 2]]),
    });
    const bytes = new Uint8Array(1000).fill(3);
    const back = await guest.call((bytes) => isolane.move(bytes.map((n) => n * 2)), move(bytes));
    assert.deepEqual([bytes.length, back.length, back[999]], [0, 1000, 6]);
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, i) => guest.call((i) => ({ square: i * i }), i)),
    );
    assert.ok(answers.every(({ square }, i) => square === i * i));
    assert.equal(
      await guest.call(function (this: unknown) {
        return typeof this;
      }),
      'undefined',
    );
  });

  it('keeps what scripts declare', async () => {
    const guest = await node();
    await guest.exec(
      '#!/usr/bin/env node\nlet count = 1; const by = 2; function next() { return (count += by); }',
    );
    await guest.exec('next()');
    assert.equal(await guest.evaluate('next() // twice now'), 5);
    await guest.provide({ given: [1, 2] });
    assert.deepEqual(await guest.evaluate('given'), [1, 2]);
    assert.equal(await guest.evaluate('Promise.resolve(5)'), 5);
    assert.ok((await rejection(guest.exec('const count = 1'))) instanceof SyntaxError);
    assert.ok((await rejection(guest.evaluate('if (true) 1'))) instanceof SyntaxError);
    const error = await rejection(guest.exec('let fine = 1;\nlet = = 2;'));
    assert.match(`${error.stack}`, /:2\b/);
  });

  it('throws what a bare interpreter throws', async () => {
    const guest = await node({ name: 'place' });
    const error = (await rejection(
      guest.call(() => {
        function inner(): never {
          throw Object.assign(new RangeError('top', { cause: new TypeError('below') }), {
            limit: 7,
          });
        }
        inner();
      }),
    )) as RangeError & { limit: number };
    assert.equal(Object.getPrototypeOf(error), RangeError.prototype);
    assert.deepEqual([error.message, error.limit], ['top', 7]);
    assert.ok(error.cause instanceof TypeError);
    const stack = String(error.stack);
    assert.match(stack, /^RangeError: top\n {4}at inner \(/);
    assert.match(stack, /interpreter \d+ \(place\)[\s\S]*calls\.test/);
    const there = stack.slice(0, stack.indexOf('(place)'));
    assert.doesNotMatch(there, /dist\/|node:/, 'the frames of what runs it are not shown');

    const free = await rejection(guest.call(() => somethingHere));
    assert.ok(free instanceof ReferenceError);
    assert.match(free.message, /somethingHere is not defined in interpreter \d+ \(place\)/);
    const result = (await rejection(guest.call(() => () => 1))) as NotShareableError;
    assert.ok(result instanceof NotShareableError);
    const closed = channel<number>();
    closed.close('over');
    const late = await rejection(guest.call((tx) => tx.sendSync(5), closed.sender));
    assert.ok(late instanceof ChannelClosedError);
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it('cannot be entered from another thread, and says why', async () => {
    const guest = await node({ name: 'place' });
    const bytes = new Uint8Array(4);
    for (const error of [
      thrown(() => guest.callSync((bytes) => bytes.length, move(bytes))),
      await rejection(
        (await create()).call((id) => {
          const guest = isolane.Interpreter.list().find((each) => each.id === id);
          return guest?.callSync(() => 1);
        }, guest.id),
      ),
    ] as IsolaneError[]) {
      assert.ok(error instanceof IsolaneError);
      assert.equal(error.code, 'ERR_ISOLANE_NO_CALL_SYNC');
      assert.match(error.message, /interpreter \d+ \(place\).*Node.*call\(\)/);
    }
    assert.equal(bytes.length, 4, 'what was to be moved has stayed');
  });

  it('is looked into with the means of Node, and says so', async () => {
    const guest = await node();
    for (const question of [guest.memory(), guest.startCpuProfile(), guest.heapSnapshot().next()]) {
      const error = (await rejection(question)) as IsolaneError;
      assert.equal(error.code, 'ERR_ISOLANE_NOT_SUPPORTED');
      assert.match(error.message, /node:v8/);
    }
    assert.notEqual(guest.state, 'closed');
    assert.equal(
      await guest.call(() => require('node:v8').getHeapStatistics().total_heap_size > 1e6),
      true,
    );
  });

  it('is not to be had in a bare interpreter, nor with a policy for modules', async () => {
    const guest = await create();
    const error = (await rejection(
      guest.call(() => isolane.Interpreter.create({ runtime: 'node' })),
    )) as IsolaneError;
    assert.equal(error.code, 'ERR_ISOLANE_NO_NODE_API');
    const policy = { runtime: 'node', modules: 'deny' } as object;
    const refused = await rejection(Interpreter.create(policy));
    assert.ok(refused instanceof TypeError);
    assert.match(refused.message, /modules.*runtime: 'node'/);
    const runtime = { runtime: 'deno' } as object;
    assert.ok((await rejection(Interpreter.create(runtime))) instanceof TypeError);
  });

  it('makes interpreters of both kinds, which end with it', async () => {
    const guest = await node({ name: 'outer' });
    const ids = await guest.call(async () => {
      const inner = await isolane.Interpreter.create({ name: 'full', runtime: 'node' });
      const bare = await isolane.Interpreter.create({ name: 'bare' });
      Object.assign(globalThis, { inner, bare });
      return [
        await inner.call(() => isolane.Interpreter.current.id),
        await bare.call(() => isolane.Interpreter.current.id),
      ];
    });
    const [inner, bare] = ids.map((id) => Interpreter.list().find((each) => each.id === id));
    assert.deepEqual([inner?.name, bare?.name], ['full', 'bare']);
    assert.equal(await inner?.call(() => typeof process), 'object');
    await guest.terminate();
    assert.ok(
      (await rejection(inner?.call(() => 1) ?? assert.fail())) instanceof InterpreterClosedError,
    );
    assert.deepEqual(
      Interpreter.list().filter(({ id }) => ids.includes(id)),
      [],
    );
  });

  it('is found and used by an interpreter that did not make it', async () => {
    const [guest, other] = [await node({ name: 'shared' }), await create()];
    const ask = async (id: number) => {
      const guest = isolane.Interpreter.list().find((each) => each.id === id);
      if (guest === undefined) throw new Error('not found');
      Object.assign(globalThis, { guest });
      const length = await guest.call(() => process.version.length);
      await guest
        .call(() => Promise.reject(new RangeError('seen there')))
        .catch((error) => {
          if (!(error instanceof RangeError)) throw error;
        });
      return length;
    };
    assert.equal(await other.call(ask, guest.id), process.version.length);
    const pending = other.evaluate(
      'guest.call(() => new Promise(() => {})).catch((error) => error.reason)',
    );
    await other.call(() => Reflect.get(globalThis, 'guest').call(() => 0));
    await guest.terminate('for a reason');
    assert.equal(await pending, 'for a reason');
    assert.equal(await other.evaluate('guest.state'), 'closed');
  });

  it('can be ended by an interpreter that did not make it, while its maker is blocked', async () => {
    const [guest, other] = [await node(), await create()];
    const [tx, rx] = channel<string>();
    const endless = rejection(
      guest.call(() => {
        for (;;);
      }),
    );
    const ended = other.call(
      async (id, tx) => {
        const guest = isolane.Interpreter.list().find((each) => each.id === id);
        await guest?.terminate('from elsewhere');
        tx.sendSync(guest?.state ?? 'not found');
      },
      guest.id,
      tx,
    );
    assert.equal(rx.receiveSync({ timeout: 30_000 }), 'closed');
    await ended;
    assert.equal(((await endless) as InterpreterClosedError).reason, 'from elsewhere');
  });
});
