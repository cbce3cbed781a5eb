import assert from 'node:assert/strict';
import { deserialize, serialize } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { channel, NotShareableError, type Receiver, type Sender } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { runScript } from '../support/run-script.js';

/** After so many of a shape it is known, and objects of it are records. */
const OFTEN = 5;

const [tx, rx] = keep(channel<unknown>(8));

/** What comes out, once objects of that shape are records. */
function through(value: unknown): unknown {
  let received: unknown;
  for (let i = 0; i < OFTEN; i++) {
    tx.sendSync(value);
    received = rx.receiveSync();
  }
  return received;
}

const scalar = fc.oneof(
  fc.integer(),
  fc.integer({ min: -130, max: 130 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(undefined, null, -0, 2 ** 31, -(2 ** 31)),
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const key = fc.oneof(
  fc.constantFrom('id', 'name', 'x', '0', '17', 'constructor', 'toString', '__proto__', "'", '\n'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('tree'), { maxLength: 6 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 6, noNullPrototype: true }),
  ),
}));

describe('records', () => {
  const create = interpreters();

  it('arrive as structured clone makes them', () => {
    fc.assert(
      fc.property(tree, (value) => {
        assert.deepStrictEqual(through(value), deserialize(serialize(value)));
      }),
      { numRuns: 1000 },
    );
  });

  it('have their keys in order, and are ordinary objects', () => {
    const received = through({ b: 1, a: 2, 3: 3, c: [{ y: 1, x: 2 }] }) as Record<string, unknown>;
    assert.deepEqual(Object.keys(received), ['3', 'b', 'a', 'c']);
    assert.equal(Object.getPrototypeOf(received), Object.prototype);
    assert.deepEqual(Object.getOwnPropertyDescriptor(received, 'b'), {
      value: 1,
      configurable: true,
      enumerable: true,
      writable: true,
    });
    received['c'] = (received['c'] as unknown[]).concat(1);
    assert.deepEqual(Object.keys((received['c'] as object[])[0] as object), ['y', 'x']);
  });

  it('come back from an interpreter that has learned other shapes', async () => {
    const guest = await create();
    const [out, there] = channel<unknown>(16);
    const [back, here] = channel<unknown>(16);
    const echoing = guest.call(
      (there: Receiver<unknown>, back: Sender<unknown>) => {
        for (let i = 0; i < 10; i++) back.trySend({ [`other${i % 2}`]: 1 });
        for (const value of there) back.sendSync({ value });
      },
      there,
      back,
    );
    for (let i = 0; i < 10; i++)
      assert.equal(Object.keys((await here.receive()) as object).length, 1);
    for (const value of fc.sample(tree, { numRuns: 200, seed: 4 })) {
      for (let i = 0; i < OFTEN; i++) {
        await out.send(value);
        assert.deepStrictEqual(await here.receive(), { value: deserialize(serialize(value)) });
      }
    }
    out.close();
    await echoing;
  });

  it('arrive in every kind of operation', async () => {
    const value = { id: 1, list: [1, 2.5, 'three'] };
    through(value);
    const [out, back] = channel<unknown>(2);
    const receiving = back.receive();
    await out.send(value);
    assert.deepEqual(await receiving, value);
    out.trySend(value);
    assert.deepEqual((await import('isolane')).trySelect({ back })?.value, value);
    out.trySend(value);
    out.trySend(value);
    assert.deepEqual(await back.receiveMany(2), [value, value]);
    const [meet, met] = channel<unknown>(0);
    const sending = meet.send(value);
    assert.deepEqual(await met.receive(), value);
    await sending;
    const lost: unknown[] = [];
    const report = channel<unknown>({ onUndelivered: (what) => void lost.push(what) });
    report.sender.trySend(value);
    report.receiver.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(lost, [value]);
  });

  describe('are not made of', () => {
    const same = (value: unknown) =>
      assert.deepStrictEqual(through(value), deserialize(serialize(value)));

    it('proxies, which cannot travel wherever they are', () => {
      const shape = { a: 1, b: [2] };
      same(shape);
      for (const value of [
        new Proxy(shape, {}),
        { a: new Proxy({}, {}), b: 1 },
        { a: 1, b: new Proxy([], {}) },
        [1, 2, 3, {}, {}, new Proxy({}, {})],
      ]) {
        assert.throws(() => through(value), NotShareableError);
      }
    });

    it('arrays with other properties or holes', () => {
      same('abc'.match(/b/));
      same(Object.assign([1, 2], { extra: 1 }));
      same({ list: Object.assign([1], { extra: [1] }) });
      // biome-ignore lint/suspicious/noSparseArray: it is the point
      same([1, , 3]);
      same({ list: new Array(3) });
      same(Object.freeze([1, 2]));
      same(Array.from({ length: 300 }, (_, i) => i));
    });

    it('objects that are more than their properties', () => {
      class Point {
        x = 1;
      }
      same(new Point());
      same(Object.assign(new Point(), { constructor: Object }).x);
      same(Object.create(null, { a: { value: 1, enumerable: true } }));
      same(Object.setPrototypeOf({ a: 1 }, { constructor: Object, inherited: 1 }));
      same(Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype));
      same(Object.setPrototypeOf(new Number(1), Object.prototype));
      same(new Date(5));
      same(runInNewContext('({ a: 1, b: [1] })'));
      same({ ['__proto__']: 1, a: 1 });
      same({ [Symbol('hidden')]: 1, a: 1 });
      same(Object.defineProperty({ a: 1 }, 'hidden', { value: 1 }));
    });

    it('what occurs twice, and cycles', () => {
      const one = { a: 1 };
      const received = through({ first: one, second: one, list: [one] }) as Record<string, unknown>;
      assert.equal(received['first'], received['second']);
      assert.equal((received['list'] as unknown[])[0], received['first']);
      const cycle: Record<string, unknown> = { a: 1 };
      cycle['self'] = { deeper: [cycle] };
      same(cycle);
    });

    it('what getters make of other messages', () => {
      const inside = {
        get sent() {
          tx.trySend({ sent: 'inside' });
          return 1;
        },
      };
      for (let i = 0; i < OFTEN; i++) {
        tx.sendSync(inside);
        const received = [rx.receiveSync(), rx.receiveSync()];
        while (rx.size > 0) rx.receiveSync();
        assert.deepEqual(received[0], { sent: 'inside' });
      }
      tx.sendSync({ sent: 1 });
      assert.deepEqual(rx.receiveSync(), { sent: 1 });
      const throwing = {
        get sent(): number {
          throw new RangeError('mine');
        },
      };
      assert.throws(() => through(throwing), { name: 'RangeError', message: 'mine' });
    });

    it('what is too large, and of what has no form here', () => {
      same({ text: 'x'.repeat(256) });
      same({ text: 'x'.repeat(5000) });
      same(Array.from({ length: 250 }, () => 'x'.repeat(20)));
      same({ list: Array.from({ length: 20 }, (_, i) => ({ i })) });
      same({ big: 1n, date: new Date(1), map: new Map([[1, { a: 1 }]]), bytes: new Uint8Array(3) });
      same(Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`key${i}`, i])));
      for (const what of [() => {}, Symbol('s'), Promise.resolve()]) {
        assert.throws(() => through({ a: { b: [what] } }), /\$\.a\.b\[0\]/);
      }
    });
  });

  it('of ever new shapes are sent as well as others', () => {
    for (let i = 0; i < 20_000; i++) {
      const value = { [`key${i}`]: i, [`other${i % 7}`]: [i] };
      for (let again = 0; again < 4; again++) tx.sendSync(value);
      for (let again = 0; again < 4; again++) assert.deepEqual(rx.receiveSync(), value);
    }
    assert.deepEqual(through({ the: 'last' }), { the: 'last' });
  });

  it('do not meet what is put into Object.prototype', async () => {
    const { lines } = await runScript(`
      const [tx, rx] = channel(8);
      const through = (value) => { tx.sendSync(value); return rx.receiveSync(); };
      for (let i = 0; i < 5; i++) through({ a: 1 });
      Object.prototype.everywhere = 1;
      Object.defineProperty(Object.prototype, 'a', { set() { throw new Error('met'); }, configurable: true });
      Object.prototype[0] = 5;
      for (let i = 0; i < 5; i++) {
        const received = through(JSON.parse('{ "a": 1, "list": [1, 2] }'));
        console.log(Object.keys(received).join(), Object.keys(received.list).join());
      }`);
    assert.deepEqual(lines, Array(5).fill('a,list 0,1'));
  });

  it('are made and read where no code may be made of text', async () => {
    const { lines } = await runScript(
      `const [tx, rx] = channel(8);
      assert.throws(() => new Function('1'), EvalError);
      for (let i = 0; i < 5; i++) {
        const value = { a: i, b: { c: [i, 'x'] }, 1: null };
        tx.sendSync(value);
        assert.deepStrictEqual(rx.receiveSync(), value);
      }
      console.log('done');`,
      { nodeArgs: ['--disallow-code-generation-from-strings'] },
    );
    assert.deepEqual(lines, ['done']);
  });
});
