import assert from 'node:assert/strict';
import { channel, isShareable, move, NotShareableError, own, share, shareable } from 'isolane';
import { withInterpreter } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');

class Point {
  constructor(readonly made: () => unknown) {}
  [shareable.encode](): unknown {
    return this.made();
  }
  static [shareable.decode](): Point {
    return new Point(() => 0);
  }
}

describe('isShareable()', () => {
  const [tx, rx] = channel<unknown>(1);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const closed = tx.clone();
  closed.close();

  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });

  const failure = new Error('not now');
  const throwing = {
    get x(): unknown {
      throw failure;
    },
  };

  const can: Record<string, unknown> = {
    undefined,
    null: null,
    'a number': 1,
    'a bigint': 2n ** 100n,
    'a string': 'text',
    'a plain object': { a: [1, { b: new Date(0) }] },
    'a circle': circle,
    bytes: new Uint8Array(10),
    'an endpoint': [tx, rx],
    'a marked value': move(new Uint8Array(10)),
    'a box': own([1]),
    'a shared value': share([1]),
    'an error': new RangeError('no'),
    'an instance that travels as itself': new Point(() => [1]),
    'an instance of another class': new (class Other {
      x = 1;
    })(),
  };
  const cannot: Record<string, unknown> = {
    'a function': () => 1,
    'a symbol': Symbol('s'),
    'a promise': Promise.resolve(1),
    'a proxy': new Proxy({}, {}),
    'a WeakMap': new WeakMap(),
    'what has one of them deep inside': { list: [1, new Map([['key', { f() {} }]])] },
    'a detached buffer': detached,
    'a closed endpoint': closed,
    'what throws when it is read': throwing,
    'an instance that cannot say what it travels as': new Point(() => () => 1),
  };

  for (const [name, value] of Object.entries(can)) {
    it(`is true for ${name}`, () => {
      assert.equal(isShareable(value), true);
    });
  }

  for (const [name, value] of Object.entries(cannot)) {
    it(`is false for ${name}`, () => {
      assert.equal(isShareable(value), false);
      const error = thrown(() => channel<unknown>(1).sender.trySend(value));
      assert.ok(value === throwing ? error === failure : error instanceof NotShareableError);
    });
  }

  it('hands nothing over, and leaves nothing open', () => {
    const bytes = new Uint8Array(10);
    const box = own([1]);
    const [sender, receiver] = channel<unknown>(1);
    assert.equal(isShareable({ moved: move(bytes), box, sender }), true);
    assert.equal(bytes.length, 10);
    assert.equal(box.moved, false);
    sender.close();
    assert.equal(receiver.closed, true);
  });

  it('says the same in a guest', () =>
    withInterpreter(async (guest) => {
      const said = await guest.call(() => [
        isolane.isShareable([1]),
        isolane.isShareable({ f() {} }),
      ]);
      assert.deepEqual(said, [true, false]);
      keep([tx, rx]);
    }));
});
