/**
 * The programs among Go's tests of channels (test/chan: fifo, goroutines, sieve1, sieve2, powser1), said again for Isolane: what they
 * compute tells whether their channels work.
 *
 * A goroutine is a party where a handful is enough, and a function that waits asynchronously where Go has hundreds. Left out:
 * powser2, which is powser1 with other types in its channels, and the parts of powser1 that use the same channels once more.
 */
import assert from 'node:assert/strict';
import { channel, type Receiver, type Sender, select } from 'isolane';
import { inEachSetting } from '../../support/parties.js';

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71];

/** Runs until the channel that it feeds has no reader any more, which is how Go's goroutines end with the program. */
async function endless(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if ((error as Error).name !== 'ChannelClosedError') throw error;
  }
}

inEachSetting('Go on programs of few parties', (start) => {
  for (const capacity of [0, 10]) {
    it(`what goes in first comes out first, with room for ${capacity}`, async () => {
      const [tx, rx] = channel<number>(capacity);
      const count = 100;
      const sending = start(
        async (io, tx: Sender<number>, count: number) => {
          for (let i = 0; i < count; i++) await io.send(tx, i);
        },
        tx,
        count,
      );
      const receiving = start(async (io, rx: Receiver<number>) => {
        const got: number[] = [];
        for await (const n of io.each(rx)) got.push(n);
        return got;
      }, rx);
      tx.close();
      rx.close();
      await sending.result;
      assert.deepEqual(
        await receiving.result,
        Array.from({ length: count }, (_, i) => i),
      );
    });
  }

  it('a chain passes on one number after the other, each link adding one', async () => {
    const links = 6;
    const ends = Array.from({ length: links + 1 }, () => channel<number>(0));
    const passing = Array.from({ length: links }, (_, i) =>
      start(
        async (io, rx: Receiver<number>, tx: Sender<number>) => {
          for await (const n of io.each(rx)) await io.send(tx, n + 1);
        },
        (ends[i] as { receiver: Receiver<number> }).receiver,
        (ends[i + 1] as { sender: Sender<number> }).sender,
      ),
    );
    const [first, last] = [ends[0], ends[links]];
    assert.ok(first && last);
    for (const { sender } of ends.slice(1)) sender.close();
    for (const { receiver } of ends.slice(0, -1)) receiver.close();
    for (let i = 0; i < 50; i++) {
      const out = last.receiver.receive();
      await first.sender.send(i * 100);
      assert.equal(await out, i * 100 + links);
    }
    first.sender.close();
    for (const { result } of passing) await result;
    assert.equal(
      await last.receiver.receive().catch((error: Error) => error.name),
      'ChannelClosedError',
    );
  });

  it('a sieve of filters, one for each prime, gives the primes', async () => {
    const wanted = PRIMES.slice(0, 8);
    const generated = channel<number>(0);
    const parties = [
      start(async (io, tx: Sender<number>) => {
        for (let n = 2; ; n++) if ((await io.outcome(() => io.send(tx, n))) !== 'done') return;
      }, generated.sender),
    ];
    generated.sender.close();
    let rx = generated.receiver;
    const found: number[] = [];
    for (const _ of wanted) {
      const prime = await rx.receive();
      found.push(prime);
      const next = channel<number>(0);
      parties.push(
        start(
          async (io, rx: Receiver<number>, tx: Sender<number>, prime: number) => {
            for await (const n of io.each(rx)) {
              if (n % prime === 0) continue;
              if ((await io.outcome(() => io.send(tx, n))) !== 'done') return;
            }
          },
          rx,
          next.sender,
          prime,
        ),
      );
      rx.close();
      next.sender.close();
      rx = next.receiver;
    }
    assert.deepEqual(found, wanted);
    // The end goes back through all of them.
    rx.close();
    for (const { result } of parties) await result;
  });

  it('a sieve with a loop that feeds the primes back gives the primes', async () => {
    // The merging party needs the primes late, and the sieving one must not wait for it: between them is one that queues.
    const [out, primes] = channel<number>(10);
    const [toMerge, merging] = channel<number>(10);
    const [toProxy, proxied] = channel<number>(10);
    const [composites, crossedOut] = channel<number>(50);
    const merge = start(
      (io, primes: Receiver<number>, composites: Sender<number>) =>
        io.outcome(async () => {
          const multiples: { next: number; step: number }[] = [];
          let prime = await io.receive(primes);
          for (;;) {
            const least = Math.min(...multiples.map(({ next }) => next));
            if (prime * prime <= least) {
              multiples.push({ next: prime * prime, step: 2 * prime });
              prime = await io.receive(primes);
              continue;
            }
            for (const each of multiples) if (each.next === least) each.next += each.step;
            await io.send(composites, least);
          }
        }),
      merging,
      composites,
    );
    const proxy = start(
      (io, rx: Receiver<number>, tx: Sender<number>) =>
        io.outcome(async () => {
          const queue: number[] = [];
          for (;;) {
            const [first] = queue;
            const chosen = await io.select({ rx, tx: first !== undefined && tx.offer(first) });
            if (chosen.key === 'tx') queue.shift();
            else if (chosen.closed) return;
            else queue.push(chosen.value);
          }
        }),
      proxied,
      toMerge,
    );
    const sieve = start(
      (io, crossedOut: Receiver<number>, out: Sender<number>, feedback: Sender<number>) =>
        io.outcome(async () => {
          let composite = 0;
          for (let n = 3; ; n += 2) {
            if (n >= 9) while (composite < n) composite = await io.receive(crossedOut);
            if (n === composite) continue;
            await io.send(feedback, n);
            await io.send(out, n);
          }
        }),
      crossedOut,
      out,
      toProxy,
    );
    for (const end of [out, toMerge, merging, toProxy, proxied, composites, crossedOut])
      end.close();
    const found = [2];
    while (found.length < PRIMES.length) found.push(await primes.receive());
    assert.deepEqual(found, PRIMES);
    primes.close();
    await Promise.all([sieve, proxy, merge].map(({ result }) => result));
  });
});

describe('Go on programs of many parties', () => {
  it('ten thousand in a row pass one message on', async () => {
    const [first, last] = channel<number>(0);
    let right = last;
    const passing: Promise<void>[] = [];
    for (let i = 0; i < 10_000; i++) {
      const next = channel<number>(0);
      const from = right;
      passing.push(
        from.receive().then(async (n) => {
          await next.sender.send(n + 1);
        }),
      );
      right = next.receiver;
    }
    const out = right.receive();
    await first.send(1);
    assert.equal(await out, 10_001);
    await Promise.all(passing);
  });

  /** A power series: whoever asks for a term gets the next one. Terms are fractions, as numerator and denominator. */
  type Fraction = readonly [bigint, bigint];
  interface Series {
    ask: Sender<null>;
    terms: Receiver<Fraction>;
  }
  type Put = (term: () => Promise<Fraction>) => Promise<void>;

  const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
  const fraction = (a: bigint, b: bigint): Fraction => {
    const d = gcd(a, b) || 1n;
    return [a / d, b / d];
  };
  const add = ([a, b]: Fraction, [c, d]: Fraction) => fraction(a * d + c * b, b * d);
  const multiply = ([a, b]: Fraction, [c, d]: Fraction) => fraction(a * c, b * d);
  const whole = (n: number): Fraction => [BigInt(n), 1n];

  let begun: Promise<void>[] = [];
  let all: Series[] = [];

  function series(generate: (put: Put) => Promise<void>): Series {
    const [ask, asked] = channel<null>(0);
    const [out, terms] = channel<Fraction>(0);
    const put: Put = async (term) => {
      await asked.receive();
      await out.send(await term());
    };
    begun.push(endless(() => generate(put)));
    all.push({ ask, terms });
    return { ask, terms };
  }

  async function get({ ask, terms }: Series): Promise<Fraction> {
    await ask.send(null);
    return terms.receive();
  }

  /** One term of either, asked for at once and taken as they come. */
  async function getBoth(one: Series, two: Series): Promise<[Fraction, Fraction]> {
    const got: [Fraction?, Fraction?] = [];
    const asks = [true, true];
    const takes = [false, false];
    for (let steps = 0; steps < 4; steps++) {
      const chosen = await select({
        ask1: asks[0] && one.ask.offer(null),
        ask2: asks[1] && two.ask.offer(null),
        take1: takes[0] && one.terms,
        take2: takes[1] && two.terms,
      });
      const i = chosen.key.endsWith('1') ? 0 : 1;
      if (chosen.key.startsWith('ask')) {
        asks[i] = false;
        takes[i] = true;
      } else {
        takes[i] = false;
        got[i] = chosen.value as Fraction;
      }
    }
    return got as [Fraction, Fraction];
  }

  const copy = async (from: Series, put: Put) => {
    for (;;) await put(() => get(from));
  };

  const repeat = (term: Fraction) =>
    series(async (put) => {
      for (;;) await put(async () => term);
    });

  const sum = (a: Series, b: Series) =>
    series(async (put) => {
      for (;;) await put(async () => add(...(await getBoth(a, b))));
    });

  const scale = (factor: Fraction, a: Series) =>
    series(async (put) => {
      for (;;) await put(async () => multiply(factor, await get(a)));
    });

  const derivative = (a: Series) =>
    series(async (put) => {
      let power = 0;
      for (;;) {
        await put(async () => {
          if (power === 0) await get(a);
          power++;
          return multiply(whole(power), await get(a));
        });
      }
    });

  const integral = (constant: Fraction, a: Series) =>
    series(async (put) => {
      await put(async () => constant);
      for (let power = 1n; ; power++) {
        await put(async () => multiply([1n, power], await get(a)));
      }
    });

  /** Two of one: the terms that one reader has had wait for the other, which is served while the first waits for a new one. */
  function split(a: Series): [Series, Series] {
    const queues: Fraction[][] = [];
    let fetching: Promise<void> | undefined;
    const fetch = async () => {
      const term = await get(a);
      for (const queue of queues) queue.push(term);
      fetching = undefined;
    };
    const output = () => {
      const queue: Fraction[] = [];
      queues.push(queue);
      return series(async (put) => {
        for (;;) {
          await put(async () => {
            if (queue.length === 0) {
              fetching ??= fetch();
              await fetching;
            }
            return queue.shift() as Fraction;
          });
        }
      });
    };
    return [output(), output()];
  }

  /** (a + xA) (b + xB) = ab + x (aB + bA) + x² AB */
  const product = (a: Series, b: Series): Series =>
    series(async (put) => {
      let rest: [Series, Series] | undefined;
      let middle: Series | undefined;
      await put(async () => {
        const [first, second] = await getBoth(a, b);
        const [as, bs] = [split(a), split(b)];
        middle = sum(scale(first, bs[0]), scale(second, as[0]));
        rest = [as[1], bs[1]];
        return multiply(first, second);
      });
      await put(() => get(middle as Series));
      const [restA, restB] = rest as [Series, Series];
      await copy(sum(middle as Series, product(restA, restB)), put);
    });

  /** e to the power of a series: the integral of itself times its derivative. */
  function exponential(a: Series): Series {
    const loop: Partial<Record<'own' | 'given', Series>> = {};
    const own = series(async (put) => {
      for (;;) await put(() => get(loop.own as Series));
    });
    [loop.own, loop.given] = split(integral(whole(1), product(own, derivative(a))));
    return loop.given;
  }

  const terms = async (a: Series, count: number) => {
    const got: string[] = [];
    while (got.length < count) got.push((await get(a)).join('/').replace(/\/1$/, ''));
    return got.join(' ');
  };

  const ones = () => repeat(whole(1));

  afterEach(async () => {
    for (const { ask, terms } of all) {
      ask.close();
      terms.close();
    }
    // Each sees that nobody asks or listens any more.
    await Promise.all(begun);
    [all, begun] = [[], []];
  });

  for (const [what, make, expected] of [
    ['ones', ones, '1 1 1 1 1 1'],
    ['a sum', () => sum(ones(), repeat(whole(2))), '3 3 3 3 3 3'],
    ['a multiple', () => scale(whole(-1), repeat(whole(2))), '-2 -2 -2 -2'],
    ['a derivative', () => derivative(ones()), '1 2 3 4 5 6 7 8'],
    ['an integral', () => integral(whole(0), ones()), '0 1 1/2 1/3 1/4 1/5 1/6'],
    ['a product', () => product(ones(), ones()), '1 2 3 4 5 6 7 8'],
    [
      'an exponential',
      () => exponential(ones()),
      '1 1 3/2 13/6 73/24 167/40 4051/720 37633/5040 43817/4480 4596553/362880',
    ],
  ] as const) {
    it(`power series, each term asked for: ${what}`, async () => {
      assert.equal(await terms(make(), expected.split(' ').length), expected);
    });
  }
});
