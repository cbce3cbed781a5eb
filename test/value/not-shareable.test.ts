import assert from 'node:assert/strict';
import { channel, NotShareableError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, thrown } from '../support/wait.js';

function* generate() {
  yield 1;
}

const holey: unknown[] = [1];
holey[3] = () => {};

const cases: [what: string, value: unknown, path: string, problem: RegExp][] = [
  ['a function', () => {}, '$', /is a function/],
  ['a class', class {}, '$', /is a function/],
  ['a method', { items: [1, 2, 3, { onClick() {} }] }, '$.items[3].onClick', /is a function/],
  ['a symbol', Symbol('s'), '$', /is a symbol/],
  ['a symbol in an object', { a: { b: Symbol('s') } }, '$.a.b', /is a symbol/],
  ['a promise', [Promise.resolve(1)], '$[0]', /is a promise/],
  ['a WeakMap', { cache: new WeakMap() }, '$.cache', /is a WeakMap/],
  ['a WeakSet', { cache: new WeakSet() }, '$.cache', /is a WeakSet/],
  ['a WeakRef', { ref: new WeakRef({}) }, '$.ref', /is a WeakRef/],
  ['a generator', [generate()], '$[0]', /generator/],
  ['a value of a Map', new Map([['key', () => {}]]), '$.get("key")', /is a function/],
  ['a key of a Map', new Map([[() => {}, 1]]), '$.keys()[0]', /is a function/],
  ['an element of a Set', new Set([1, () => {}]), '$.values()[1]', /is a function/],
  ['a key that is no name', { 'a-b': [{ '': () => {} }] }, '$["a-b"][0][""]', /is a function/],
  ['an element after holes', holey, '$[3]', /is a function/],
  [
    'what is behind a getter',
    {
      get late() {
        return () => {};
      },
    },
    '$.late',
    /is a function/,
  ],
];

describe('what cannot travel', () => {
  const create = interpreters();

  for (const [what, value, path, problem] of cases) {
    it(`is refused with its place: ${what} at ${path}`, async () => {
      const [tx, rx] = channel<unknown>(1);
      for (const error of [
        thrown(() => tx.trySend(value)),
        thrown(() => tx.sendSync(value)),
        thrown(() => tx.sendSync(value, { timeout: 1 })),
        await rejection(tx.send(value)),
      ] as NotShareableError[]) {
        assert.ok(error instanceof NotShareableError, String(error));
        assert.equal(error.path, path);
        assert.ok(error.message.startsWith(`${path} `), error.message);
        assert.match(error.message, problem);
        assert.equal(error.code, 'ERR_ISOLANE_NOT_SHAREABLE');
      }
      assert.equal(rx.size, 0);
      tx.sendSync('unharmed');
      assert.equal(rx.receiveSync(), 'unharmed');
    });
  }

  it('is refused in a full channel as well, and by a send that has to wait', async () => {
    const [tx, rx] = channel<unknown>(1);
    tx.sendSync(1);
    assert.throws(() => tx.trySend({ f() {} }), { path: '$.f' });
    assert.equal(((await rejection(tx.send({ f() {} }))) as NotShareableError).path, '$.f');
    assert.equal(rx.receiveSync(), 1);
    assert.equal(rx.size, 0);
  });

  it('is refused in a cycle, without going round', () => {
    const loop: Record<string, unknown> = { a: {} };
    (loop['a'] as Record<string, unknown>)['back'] = loop;
    loop['z'] = () => {};
    const [tx] = channel<unknown>(1);
    assert.throws(() => tx.trySend(loop), { path: '$.z' });
  });

  for (const [what, handler] of [
    ['an ordinary one', {}],
    [
      'one whose every trap throws',
      new Proxy(
        {},
        {
          get: () => () => {
            throw new Error('a trap');
          },
        },
      ),
    ],
  ] as const) {
    it(`is refused as a proxy, even ${what}`, () => {
      const [tx, rx] = channel<unknown>(1);
      for (const message of [new Proxy({}, handler), { deep: [new Proxy([], handler)] }]) {
        const error = thrown(() => tx.trySend(message));
        assert.ok(error instanceof NotShareableError, String(error));
      }
      assert.equal(rx.size, 0);
    });
  }

  it('is refused in the arguments of a call, which has not begun', async () => {
    const guest = await create();
    const error = (await rejection(
      guest.call(
        (_a, _b) => {
          Object.assign(globalThis, { called: true });
        },
        1,
        { deep: [() => {}] },
      ),
    )) as NotShareableError;
    assert.ok(error instanceof NotShareableError);
    assert.equal(error.path, 'arguments[1].deep[0]');
    assert.match(error.message, /^arguments\[1\]\.deep\[0\] is a function/);
    assert.equal(await guest.evaluate('typeof called'), 'undefined');
    const sync = thrown(() => guest.callSync((_f) => {}, Symbol('s'))) as NotShareableError;
    assert.equal(sync.path, 'arguments[0]');
  });

  it('is refused as a result of a call, which names the place', async () => {
    const guest = await create();
    for (const error of [
      await rejection(guest.call(() => ({ list: [1, () => {}] }))),
      await rejection(guest.call(async () => ({ list: [1, () => {}] }))),
      await rejection(guest.evaluate('({ list: [1, () => {}] })')),
      thrown(() => guest.callSync(() => ({ list: [1, () => {}] }))),
    ] as NotShareableError[]) {
      assert.ok(error instanceof NotShareableError, String(error));
      assert.match(error.message, /list\[1\] is a function/);
      assert.match(error.path, /list\[1\]$/);
    }
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it('is refused by provide and as a global', async () => {
    const guest = await create();
    const error = (await rejection(guest.provide({ helper: () => {} }))) as NotShareableError;
    assert.ok(error instanceof NotShareableError);
    assert.match(error.message, /helper is a function/);
    const created = await rejection(create({ globals: { helper: () => {} } }));
    assert.ok(created instanceof NotShareableError);
  });

  it('is refused in a guest with the same words', async () => {
    const guest = await create();
    const [tx] = channel<unknown>();
    const [name, message] = await guest.call((tx) => {
      try {
        tx.trySend({ items: [1, 2, 3, { onClick() {} }] });
        return ['sent', ''];
      } catch (error) {
        return [(error as Error).name, (error as Error).message];
      }
    }, tx);
    assert.equal(name, 'NotShareableError');
    assert.match(message as string, /^\$\.items\[3\]\.onClick is a function/);
  });
});
