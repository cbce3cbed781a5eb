import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { channel } from 'isolane';

describe('the capacity of a channel', () => {
  for (const capacity of [1, 2, 3, 5, 8, 100, 1000]) {
    it(`of ${capacity} lets exactly ${capacity} be queued, again and again`, () => {
      const [tx, rx] = channel<number>(capacity);
      assert.equal(tx.capacity, capacity);
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < capacity; i++) assert.equal(tx.trySend(i), true, `message ${i}`);
        assert.equal(tx.trySend(-1), false);
        assert.equal(rx.size, capacity);
        assert.equal(rx.tryReceive(), 0);
        assert.equal(tx.trySend(capacity), true);
        assert.equal(tx.trySend(-1), false);
        for (let i = 1; i <= capacity; i++) assert.equal(rx.tryReceive(), i);
        assert.equal(rx.tryReceive('empty'), 'empty');
      }
    });
  }

  for (const wrong of [-1, 1.5, Number.NaN, 2 ** 40, Number.NEGATIVE_INFINITY]) {
    it(`of ${wrong} is a RangeError that names it`, () => {
      const naming = { name: 'RangeError', message: new RegExp(`capacity.*${wrong}`) };
      assert.throws(() => channel(wrong), naming);
      assert.throws(() => channel({ capacity: wrong }), naming);
    });
  }

  for (const wrong of ['3', null, true, 3n, []]) {
    it(`given as ${inspect(wrong)} is a TypeError`, () => {
      assert.throws(() => channel({ capacity: wrong as unknown as number }), TypeError);
    });
  }

  for (const wrong of ['3', null, true, 3n]) {
    it(`is not taken from ${inspect(wrong)} in the place of options`, () => {
      assert.throws(() => channel(wrong as unknown as number), TypeError);
    });
  }

  it('that is more than there is memory for is an error, not a crash', () => {
    try {
      channel(2 ** 31).close();
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
  });

  it('does not depend on the kind of message', () => {
    const [tx, rx] = channel<unknown>(2);
    assert.equal(tx.trySend('x'.repeat(10_000)), true);
    assert.equal(tx.trySend({ a: [1, 2, 3] }), true);
    assert.equal(tx.trySend(1), false);
    assert.equal((rx.tryReceive() as string).length, 10_000);
    assert.deepEqual(rx.tryReceive(), { a: [1, 2, 3] });
  });
});
