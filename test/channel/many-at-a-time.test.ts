import assert from 'node:assert/strict';
import {
  type Channel,
  ChannelClosedError,
  ChannelPoisonedError,
  channel,
  Interpreter,
  type Receiver,
  select,
  selectSync,
  struct,
  TimeoutError,
  trySelect,
} from 'isolane';
import { isDamage, sendDamaged } from '../support/damaged.js';
import { keep } from '../support/keep.js';
import { rejection, thrown } from '../support/wait.js';

describe('sendMany', () => {
  it('sends all, in order, and tells how many', async () => {
    const [tx, rx] = channel<number>();
    assert.equal(tx.sendManySync([1, 2, 3]), 3);
    assert.equal(await tx.sendMany(new Set([4, 5])), 2);
    tx.close();
    assert.deepEqual([...rx], [1, 2, 3, 4, 5]);
  });

  it('takes any iterable, lazily', async () => {
    const [tx, rx] = channel<number>(2);
    let asked = 0;
    function* numbers() {
      for (let i = 0; i < 10; i++) {
        asked++;
        yield i;
      }
    }
    const sending = tx.sendMany(numbers());
    assert.ok(asked <= 4, `${asked} were asked for though there is room for 2`);
    const seen: number[] = [];
    while (seen.length < 10) seen.push(await rx.receive());
    assert.equal(await sending, 10);
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('takes typed arrays', () => {
    const [tx, rx] = channel<number>();
    assert.equal(tx.sendManySync(new Float64Array([0.5, -0, 1e300])), 3);
    tx.close();
    assert.deepEqual([...rx], [0.5, -0, 1e300]);
  });

  it('waits for room', async () => {
    const [tx, rx] = channel<number>(1);
    const sending = tx.sendMany([1, 2, 3]);
    assert.deepEqual([await rx.receive(), await rx.receive(), await rx.receive()], [1, 2, 3]);
    assert.equal(await sending, 3);
  });

  it('tells how many went when the time is up', async () => {
    const [tx, rx] = channel<number>(2);
    assert.equal(await tx.sendMany([1, 2, 3, 4], { timeout: 5 }), 2);
    assert.ok((await rejection(tx.sendMany([5], { timeout: 1 }))) instanceof TimeoutError);
    assert.throws(() => tx.sendManySync([5], { timeout: 1 }), TimeoutError);
    assert.deepEqual([rx.tryReceive(), rx.tryReceive(), rx.tryReceive()], [1, 2, undefined]);
    assert.equal(tx.sendManySync([6, 7, 8], { timeout: 5 }), 2);
  });

  it('tells how many went when it is aborted', async () => {
    const [tx] = keep(channel<number>(2));
    const controller = new AbortController();
    const sending = tx.sendMany([1, 2, 3, 4], { signal: controller.signal });
    controller.abort();
    assert.equal(await sending, 2);
  });

  it('of nothing sends nothing', async () => {
    const [tx, rx] = channel<number>(0);
    assert.equal(tx.sendManySync([]), 0);
    assert.equal(await tx.sendMany([]), 0);
    assert.equal(rx.size, 0);
  });

  it('into a closed channel throws, with the message that did not go', async () => {
    const pair = channel<number>();
    pair.close();
    const error = thrown(() => pair.sender.sendManySync([7, 8])) as ChannelClosedError;
    assert.ok(error instanceof ChannelClosedError);
    assert.equal(error.value, 7);
    assert.equal(((await rejection(pair.sender.sendMany([7]))) as ChannelClosedError).value, 7);
  });

  it('stops at a message that cannot travel; those before it have gone', () => {
    const [tx, rx] = channel<unknown>();
    assert.throws(() => tx.sendManySync([1, () => {}, 3]), { name: 'NotShareableError' });
    tx.close();
    assert.deepEqual([...rx], [1]);
  });
});

/** Every flavour that takes numbers; those that drop do so only if they are full. */
const flavours: [string, () => Channel<unknown>][] = [
  ['a rendezvous', () => channel(0)],
  ['a channel of one', () => channel(1)],
  ['a channel of three', () => channel(3)],
  ['a channel of 1,024', () => channel()],
  ['an unbounded channel', () => channel(Number.POSITIVE_INFINITY)],
  ['a channel bounded by bytes', () => channel({ maxBytes: 100 })],
];

describe('numbers that are sent many at a time', () => {
  const many = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? i / 7 : -i));

  for (const [name, create] of flavours) {
    it(`go through ${name} to an interpreter and back, all of them and in order`, async () => {
      const guest = await Interpreter.create();
      const [there, back] = [create(), create()];
      const echoing = guest.call(
        (rx, tx) => {
          for (let count = 0; count < 3000; ) {
            const some = rx.receiveManySync(700);
            tx.sendManySync(some);
            count += some.length;
          }
        },
        there.receiver,
        back.sender,
      );
      const receiving = (async () => {
        const seen: unknown[] = [];
        while (seen.length < many.length) seen.push(...(await back.receiver.receiveMany(900)));
        return seen;
      })();
      assert.equal(await there.sender.sendMany(many), many.length);
      assert.deepEqual(await receiving, many);
      await echoing;
      await guest.close();
    });
  }

  it('block their sender until there is room', async () => {
    const guest = await Interpreter.create();
    const { sender, receiver } = channel<number>(10);
    const summing = guest.call((rx) => {
      let sum = 0;
      for (const value of rx) sum += value;
      return sum;
    }, receiver);
    receiver.close();
    assert.equal(sender.sendManySync(Float64Array.from({ length: 5000 }, (_, i) => i)), 5000);
    sender.close();
    assert.equal(await summing, (5000 * 4999) / 2);
    await guest.close();
  });

  it('are all kinds of numbers', () => {
    const [tx, rx] = channel<number>();
    const numbers = [0, -0, 1, -1, 0.1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 5e-324, 1e308];
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const all = [...numbers, ...odd];
    assert.equal(tx.sendManySync(all), all.length);
    assert.ok(Object.is(rx.receiveSync(), 0));
    assert.ok(Object.is(rx.receiveSync(), -0));
    assert.deepEqual(rx.receiveManySync(100), all.slice(2));
  });

  it('may come from every class of typed array', () => {
    const [tx, rx] = channel<number | bigint>();
    const classes = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array];
    for (const Class of [...classes, Int32Array, Uint32Array, Float32Array, Float64Array]) {
      assert.equal(tx.sendManySync(new Class([1, 2, 3])), 3);
      assert.deepEqual(rx.receiveManySync(10), [1, 2, 3]);
    }
    assert.equal(tx.sendManySync(new BigInt64Array([1n, 2n])), 2);
    assert.deepEqual(rx.receiveManySync(10), [1n, 2n]);
  });

  it('may stand between other messages', async () => {
    const [tx, rx] = channel<unknown>();
    const mixed = [1, 2, 'three', 4, 5, 6, { seven: 7 }, 8, null, 9, 10, [11], 12, undefined, 13];
    assert.equal(tx.sendManySync(mixed), mixed.length);
    assert.deepEqual(rx.receiveManySync(100), mixed);
    assert.equal(await tx.sendMany(mixed), mixed.length);
    assert.deepEqual(rx.receiveManySync(4), mixed.slice(0, 4));
    assert.deepEqual(await rx.receiveMany(100), mixed.slice(4));
  });

  it('are what the array has when their turn comes, holes and accessors included', () => {
    const [tx, rx] = channel<number | undefined>();
    const odd = [1, 2, 3, 4, 5];
    delete odd[1];
    Object.defineProperty(odd, 3, { get: () => 40, enumerable: true });
    assert.equal(tx.sendManySync(odd), 5);
    assert.deepEqual(rx.receiveManySync(10), [1, undefined, 3, 40, 5]);
  });

  it('come from the iterator of an array that has one of its own', () => {
    class Backwards extends Array<number> {
      override [Symbol.iterator]() {
        return Array.from(this.keys(), (i) => this[this.length - 1 - i] as number).values();
      }
    }
    const [tx, rx] = channel<number>();
    assert.equal(tx.sendManySync(Backwards.of(1, 2, 3)), 3);
    assert.deepEqual(rx.receiveManySync(10), [3, 2, 1]);
  });

  it('go as far as there is room when the time is up, and the rest can be sent later', async () => {
    const [tx, rx] = channel<number>(700);
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    assert.equal(tx.sendManySync(numbers, { timeout: 2 }), 700);
    assert.throws(() => tx.sendManySync(numbers, { timeout: 1 }), TimeoutError);
    assert.deepEqual(rx.receiveManySync(10_000), numbers.slice(0, 700));
    assert.equal(await tx.sendMany(numbers.slice(700), { timeout: 2 }), 300);
    assert.deepEqual(await rx.receiveMany(10_000), numbers.slice(700));
  });

  it('that do not go since the channel was closed meanwhile: the error has the first of them', async () => {
    const guest = await Interpreter.create();
    const { sender, receiver } = channel<number>(10);
    const closing = guest.call((rx) => {
      const seen = rx.receiveManySync(5);
      while (seen.length < 20) seen.push(rx.receiveSync());
      rx.close();
      return seen;
    }, receiver);
    receiver.close();
    const numbers = Array.from({ length: 2000 }, (_, i) => i);
    const error = thrown(() => sender.sendManySync(numbers)) as ChannelClosedError;
    assert.ok(error instanceof ChannelClosedError);
    // Those that were queued when the last receiver went are lost; what was accepted is known.
    const value = error.value as number;
    assert.ok(value >= 20 && value <= 31, `${value}`);
    assert.deepEqual(await closing, numbers.slice(0, 20));
    await guest.close();
  });

  it('are refused by a poisoned channel', () => {
    const pair = channel<number>();
    pair.sender.sendManySync([1, 2, 3]);
    pair.poison(new Error('enough'));
    assert.throws(() => pair.sender.sendManySync([4, 5]), ChannelPoisonedError);
    assert.throws(() => pair.receiver.receiveManySync(5), ChannelPoisonedError);
  });

  it('are dropped one by one by channels that drop', () => {
    const newest = channel<number>({ capacity: 3, overflow: 'drop-newest' });
    assert.equal(newest.sender.sendManySync([1, 2, 3, 4, 5]), 5);
    assert.deepEqual(newest.receiver.receiveManySync(10), [1, 2, 3]);
    const oldest = channel<number>({ capacity: 3, overflow: 'drop-oldest' });
    assert.equal(oldest.sender.sendManySync([1, 2, 3, 4, 5]), 5);
    assert.deepEqual(oldest.receiver.receiveManySync(10), [3, 4, 5]);
  });

  it('wake everybody who waits for one of them', async () => {
    const { sender, receiver } = channel<number>();
    const others = Array.from({ length: 5 }, () => receiver.clone());
    const receiving = [receiver, ...others].map((each) => each.receive());
    assert.equal(sender.sendManySync([1, 2, 3, 4, 5, 6]), 6);
    assert.deepEqual((await Promise.all(receiving)).sort(), [1, 2, 3, 4, 5, 6]);
  });

  it('make room for everybody who waits for some', async () => {
    const { sender, receiver } = channel<number>(4);
    sender.sendManySync([1, 2, 3, 4]);
    const others = Array.from({ length: 4 }, () => sender.clone());
    const sending = others.map((each, i) => each.send(5 + i));
    assert.deepEqual(receiver.receiveManySync(4), [1, 2, 3, 4]);
    await Promise.all(sending);
    assert.deepEqual(receiver.receiveManySync(4).sort(), [5, 6, 7, 8]);
  });

  it('come after what is pending on the same handle', async () => {
    const [tx, rx] = channel<number>(2);
    const sending = [tx.send(1), tx.send(2), tx.send(3), tx.sendMany([4, 5, 6, 7])];
    const seen: number[] = [];
    while (seen.length < 7) seen.push(...(await rx.receiveMany(10)));
    await Promise.all(sending);
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7]);
  });

  it('go through a channel of a schema', () => {
    const [tx, rx] = channel({ of: struct({ x: 'f64' }) });
    assert.equal(tx.sendManySync([{ x: 1 }, { x: 2 }]), 2);
    assert.deepEqual(rx.receiveManySync(10), [{ x: 1 }, { x: 2 }]);
    assert.throws(() => tx.sendManySync([1, 2] as never));
    assert.equal(rx.size, 0);
  });
});

describe('receiveMany', () => {
  it('takes what there is, and no more than asked for', async () => {
    const [tx, rx] = channel<number>();
    tx.sendManySync([1, 2, 3, 4, 5]);
    assert.deepEqual(await rx.receiveMany(2), [1, 2]);
    assert.deepEqual(rx.receiveManySync(2), [3, 4]);
    assert.deepEqual(rx.receiveManySync(100), [5]);
  });

  it('waits for one, not for all', async () => {
    const [tx, rx] = channel<number>();
    const receiving = rx.receiveMany(10);
    tx.trySend(1);
    assert.deepEqual(await receiving, [1]);
  });

  it('has a time-out', async () => {
    const { receiver } = keep(channel<number>());
    assert.throws(() => receiver.receiveManySync(5, { timeout: 1 }), TimeoutError);
    assert.ok((await rejection(receiver.receiveMany(5, { timeout: 1 }))) instanceof TimeoutError);
  });

  it('ends with the channel', async () => {
    const [tx, rx] = channel<number>();
    tx.trySend(1);
    tx.close();
    assert.deepEqual(await rx.receiveMany(5), [1]);
    assert.ok((await rejection(rx.receiveMany(5))) instanceof ChannelClosedError);
    assert.throws(() => rx.receiveManySync(5), ChannelClosedError);
  });

  for (const wrong of [0, -1, 1.5, Number.NaN, '3', undefined]) {
    it(`of ${wrong} messages is an error, and takes none`, async () => {
      const [tx, rx] = channel<number>();
      tx.trySend(1);
      assert.throws(() => rx.receiveManySync(wrong as number), /must be a positive integer/);
      assert.match(
        (await rejection(rx.receiveMany(wrong as number))).message,
        /must be a positive integer/,
      );
      assert.equal(rx.size, 1);
    });
  }

  describe('with a message among them that cannot be read', () => {
    /** Each way to receive many: what it returns, or an error. */
    const forms = {
      receiveMany: (rx: Receiver<unknown>) => rx.receiveMany(10),
      receiveManySync: async (rx: Receiver<unknown>) => rx.receiveManySync(10),
    };
    for (const [name, receiveMany] of Object.entries(forms)) {
      const prepared = (before: unknown[], after: unknown[]) => {
        const [tx, rx] = keep(channel<unknown>());
        tx.sendManySync(before);
        sendDamaged(tx);
        tx.sendManySync(after);
        return rx;
      };

      it(`${name} returns those before it, throws for it next, and then goes on`, async () => {
        const rx = prepared([1, 'two', 3], [4, 'five']);
        assert.deepEqual(await receiveMany(rx), [1, 'two', 3]);
        assert.ok(isDamage(await rejection(receiveMany(rx))));
        assert.deepEqual(await receiveMany(rx), [4, 'five']);
        assert.equal(rx.tryReceive(), undefined);
      });

      it(`${name} throws at once if it is the first`, async () => {
        const rx = prepared([], ['after']);
        assert.ok(isDamage(await rejection(receiveMany(rx))));
        assert.deepEqual(await receiveMany(rx), ['after']);
      });

      it(`${name} returns what it has waited for, though the next cannot be read`, async () => {
        const [tx, rx] = keep(channel<unknown>());
        const receiving = rx.receiveMany(10);
        tx.trySend('first');
        sendDamaged(tx);
        assert.deepEqual(await receiving, ['first']);
        assert.ok(isDamage(await rejection(receiveMany(rx))));
      });
    }

    const others: [name: string, receive: (rx: Receiver<unknown>) => Promise<unknown>][] = [
      ['tryReceive', async (rx) => rx.tryReceive()],
      ['receiveSync', async (rx) => rx.receiveSync()],
      ['receiveSync with a time-out', async (rx) => rx.receiveSync({ timeout: 1 })],
      ['receive', (rx) => rx.receive()],
      ['receive with a time-out', (rx) => rx.receive({ timeout: 1 })],
      ['a loop', async (rx) => rx[Symbol.iterator]().next().value],
      ['an asynchronous loop', async (rx) => (await rx[Symbol.asyncIterator]().next()).value],
      ['select', async (rx) => (await select({ rx })).value],
      ['selectSync', async (rx) => selectSync({ rx }).value],
      ['trySelect', async (rx) => trySelect({ rx })?.value],
    ];
    for (const [name, receive] of others) {
      it(`${name} throws for it, if that comes next`, async () => {
        const [tx, rx] = keep(channel<unknown>());
        tx.trySend(1);
        sendDamaged(tx);
        tx.trySend(2);
        assert.deepEqual(rx.receiveManySync(10), [1]);
        assert.ok(isDamage(await rejection(receive(rx))));
        assert.equal(await receive(rx), 2);
      });
    }

    it('a handle that is closed tells only that', () => {
      const [tx, rx] = keep(channel<unknown>());
      tx.trySend(1);
      sendDamaged(tx);
      assert.deepEqual(rx.receiveManySync(10), [1]);
      rx.close();
      assert.throws(() => rx.tryReceive(), ChannelClosedError);
    });
  });
});
