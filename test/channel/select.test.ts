import assert from 'node:assert/strict';
import {
  after,
  ChannelClosedError,
  ChannelPoisonedError,
  channel,
  DeadlockError,
  type Interpreter,
  MovedError,
  move,
  NotShareableError,
  never,
  type Receiver,
  type Sender,
  select,
  selectSync,
  TimeoutError,
  trySelect,
} from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { aMoment, rejection, thrown, until } from '../support/wait.js';

declare const isolane: typeof import('isolane');

type Cases = Parameters<typeof select>[0];
type Options = Parameters<typeof select>[1];
type Chosen = { key: string; value?: unknown; closed?: true | undefined };

/** The three forms, to be tried alike where something can happen at once. */
const forms: [
  name: string,
  form: (cases: Cases, options?: Options) => Promise<Chosen | undefined>,
][] = [
  ['select', async (cases, options) => select(cases, options)],
  ['selectSync', async (cases, options) => selectSync(cases, options)],
  ['trySelect', async (cases, options) => trySelect(cases, options)],
];

for (const [name, form] of forms) {
  describe(name, () => {
    it('receives from the one channel that has a message', async () => {
      const [a, b, c] = [1, 2, 3].map(() => channel<number>(1)) as [never, never, never];
      (b as { sender: Sender<number> }).sender.trySend(7);
      const receivers = [a, b, c].map((each: { receiver: Receiver<number> }) => each.receiver);
      const cases = { a: receivers[0], b: receivers[1], c: receivers[2] } as Cases;
      assert.deepEqual(await form(cases), { key: 'b', value: 7 });
      keep([a, b, c]);
    });

    it('sends into the one channel that has room, and the message is gone', async () => {
      const full = channel<number>(1);
      const free = channel<number>(1);
      full.sender.trySend(0);
      const offer = free.sender.offer(2);
      assert.deepEqual(await form({ full: full.sender.offer(1), free: offer }), { key: 'free' });
      assert.equal(offer.taken, true);
      assert.equal(free.receiver.tryReceive(), 2);
      assert.equal(full.receiver.tryReceive(), 0);
      assert.equal(full.receiver.tryReceive(), undefined);
    });

    it('leaves the cases that are not chosen as they are', async () => {
      const channels = [1, 2, 3].map(() => channel<number>(1));
      for (const { sender } of channels) sender.trySend(5);
      const chosen = await form(Object.fromEntries(channels.map((each, i) => [i, each.receiver])));
      assert.equal(chosen?.value, 5);
      for (const [i, { size }] of channels.entries()) {
        assert.equal(size, String(i) === chosen?.key ? 0 : 1);
      }
    });

    it('finds a channel that is closed and drained ready', async () => {
      const [tx, rx] = channel<number>(2);
      tx.trySend(1);
      tx.close();
      assert.deepEqual(await form({ rx }), { key: 'rx', value: 1 });
      assert.deepEqual(await form({ rx }), { key: 'rx', closed: true });
      assert.deepEqual(await form({ rx }), { key: 'rx', closed: true });
    });

    it('throws when a channel is poisoned', async () => {
      const [tx, rx] = channel<number>(2);
      tx.poison('bad');
      const error = await rejection(form({ rx }));
      assert.ok(error instanceof ChannelPoisonedError);
      assert.equal(error.reason, 'bad');
      assert.ok(
        (await rejection(
          form({ tx: keep(channel(1)).sender.offer(1), rx }, { order: 'fair' }).then(() =>
            form({ rx }),
          ),
        )) instanceof ChannelPoisonedError,
      );
    });

    it('throws when an offer can no longer be sent, with its value', async () => {
      const [tx, rx] = channel<string>(2);
      const offer = tx.offer('late');
      rx.close();
      const error = await rejection(form({ offer }));
      assert.ok(error instanceof ChannelClosedError);
      assert.equal(error.value, 'late');
    });

    it('throws for a handle that was closed or moved away', async () => {
      const [tx, rx] = channel<number>(2);
      const [carrier, taken] = channel<unknown>(2);
      const other = rx.clone();
      carrier.sendSync(move(other));
      assert.ok((await rejection(form({ other }))) instanceof MovedError);
      rx.close();
      assert.ok((await rejection(form({ rx }))) instanceof ChannelClosedError);
      keep([tx, taken]);
    });

    it('has cases that are switched off', async () => {
      const { sender, receiver } = channel<number>(1);
      sender.trySend(1);
      const cases = { a: null, b: undefined, c: false, d: receiver } as const;
      assert.deepEqual(await form(cases), { key: 'd', value: 1 });
    });

    it('refuses what is no case, and names it', async () => {
      for (const wrong of [1, 'x', {}, Promise.resolve(), () => {}]) {
        assert.match((await rejection(form({ wrong } as never))).message, /case wrong/);
      }
      for (const wrong of [1, null, 'cases']) {
        assert.ok((await rejection(form(wrong as never))) instanceof TypeError);
      }
      const { receiver } = keep(channel());
      assert.ok(
        (await rejection(form({ receiver }, { order: 'any' as never }))) instanceof TypeError,
      );
    });

    it('refuses an offer that was taken', async () => {
      const [tx, rx] = channel<number>(2);
      const offer = tx.offer(1);
      assert.deepEqual(await form({ offer }), { key: 'offer' });
      assert.match((await rejection(form({ offer }))).message, /taken/);
      assert.equal(rx.size, 1);
    });

    it('in the order of priority takes the first that is ready', async () => {
      const channels = [1, 2, 3].map(() => channel<number>(10));
      for (const { sender } of channels.slice(1)) sender.sendManySync([1, 2, 3]);
      const cases = Object.fromEntries(channels.map((each, i) => [`c${i}`, each.receiver]));
      const keys: (string | undefined)[] = [];
      for (let i = 0; i < 6; i++) keys.push((await form(cases, { order: 'priority' }))?.key);
      assert.deepEqual(keys, ['c1', 'c1', 'c1', 'c2', 'c2', 'c2']);
    });

    it('in fair order takes each in turn, also with other objects of cases', async () => {
      const channels = [1, 2, 3].map(() => channel<number>(10));
      for (const { sender } of channels) sender.sendManySync([1, 2, 3]);
      const keys = new Set<string>();
      for (let i = 0; i < 9; i++) {
        const cases = Object.fromEntries(channels.map((each, i) => [`c${i}`, each.receiver]));
        if (i % 3 === 0) keys.clear();
        keys.add((await form(cases, { order: 'fair' }))?.key ?? '');
        assert.equal(keys.size, (i % 3) + 1);
      }
    });

    it('at random takes each that is ready as often as any other', async () => {
      // Six of eight: a choice that begins at random and goes on in order would prefer those after the others.
      const channels = Array.from({ length: 8 }, () => channel<number>(1));
      const ready = [0, 1, 2, 4, 6, 7];
      const cases = Object.fromEntries(channels.map((each, i) => [i, each.receiver]));
      const rounds = 12_000;
      const counts = new Map<string, number>();
      for (const i of ready) channels[i]?.sender.trySend(i);
      for (let i = 0; i < rounds; i++) {
        const { key, value } = (await form(cases)) as Chosen;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        channels[value as number]?.sender.trySend(value as number);
      }
      const expected = rounds / ready.length;
      let chiSquare = 0;
      for (const i of ready) chiSquare += ((counts.get(String(i)) ?? 0) - expected) ** 2 / expected;
      // Five degrees of freedom: above 40 once in some ten million times.
      assert.ok(chiSquare < 40, `chi square ${chiSquare}: ${[...counts]}`);
    });

    it('hands over what is moved only if it is chosen', async () => {
      const full = channel<Uint8Array>(1);
      const free = channel<Uint8Array>(1);
      full.sender.trySend(new Uint8Array(1));
      const kept = new Uint8Array([1, 2]);
      const given = new Uint8Array([3, 4]);
      const cases = { full: full.sender.offer(move(kept)), free: free.sender.offer(move(given)) };
      assert.equal((await form(cases))?.key, 'free');
      assert.deepEqual(kept, new Uint8Array([1, 2]));
      assert.equal(given.length, 0);
      assert.deepEqual(free.receiver.tryReceive(), new Uint8Array([3, 4]));
    });

    it('refuses to send what was handed over meanwhile', async () => {
      const [tx, rx] = channel<Uint8Array>(2);
      const bytes = new Uint8Array([1, 2]);
      const first = tx.offer(move(bytes));
      const second = tx.offer(move(bytes));
      assert.deepEqual(await form({ first }), { key: 'first' });
      assert.match((await rejection(form({ second }))).message, /handed over/);
      assert.equal(rx.size, 1);
    });
  });
}

describe('trySelect', () => {
  it('gives undefined when nothing is ready', () => {
    const [tx, rx] = channel<number>(1);
    const rendezvous = channel<number>(0);
    tx.trySend(1);
    assert.equal(
      trySelect({ a: tx.offer(2), b: rendezvous.receiver, c: rendezvous.sender.offer(1) }),
      undefined,
    );
    assert.equal(trySelect({}), undefined);
    assert.equal(rx.size, 1);
  });

  it('meets who waits at a rendezvous', async () => {
    const [tx, rx] = channel<number>(0);
    const receiving = rx.receive();
    assert.deepEqual(trySelect({ tx: tx.offer(4) }), { key: 'tx' });
    assert.equal(await receiving, 4);
    const sending = tx.send(5);
    assert.deepEqual(trySelect({ rx }), { key: 'rx', value: 5 });
    await sending;
  });
});

describe('an offer', () => {
  it('is encoded once, when it is made', () => {
    const [tx, rx] = channel<unknown>(1);
    let reads = 0;
    const value = {
      get x() {
        reads++;
        return reads;
      },
    };
    const offer = tx.offer(value);
    assert.equal(reads, 1);
    tx.trySend('in the way');
    for (let i = 0; i < 3; i++) assert.equal(trySelect({ offer }), undefined);
    rx.receiveSync();
    assert.deepEqual(trySelect({ offer }), { key: 'offer' });
    assert.deepEqual([rx.receiveSync(), reads], [{ x: 1 }, 1]);
  });

  it('of what cannot travel throws at once', () => {
    const { sender } = keep(channel<unknown>(1));
    assert.throws(() => sender.offer({ f() {} }), NotShareableError);
    sender.close();
    assert.throws(() => sender.offer(1), ChannelClosedError);
  });
});

/** Both forms that wait. The blocking one does so in an interpreter, so that this thread can go on. */
describe('a select that waits', () => {
  const create = interpreters();

  it('goes on when a message comes', async () => {
    const [a, b] = [channel<number>(1), channel<number>(1)];
    const selecting = select({ a: a.receiver, b: b.receiver });
    await aMoment();
    b.sender.trySend(3);
    assert.deepEqual(await selecting, { key: 'b', value: 3 });
    a.sender.trySend(1);
    assert.equal(a.size, 1, 'nothing is left waiting there');
  });

  it('goes on when there is room', async () => {
    const [tx, rx] = channel<number>(1);
    tx.trySend(1);
    const selecting = select({ tx: tx.offer(2) });
    await aMoment();
    assert.equal(await rx.receive(), 1);
    assert.deepEqual(await selecting, { key: 'tx' });
    assert.equal(await rx.receive(), 2);
  });

  it('goes on when a channel closes, is poisoned, or its handle is closed here', async () => {
    const closes = channel<number>(1);
    const closing = select({ rx: closes.receiver, other: never() });
    closes.sender.close();
    assert.deepEqual(await closing, { key: 'rx', closed: true });

    const poisoned = channel<number>(1);
    const poisoning = rejection(select({ rx: poisoned.receiver, other: never() }));
    poisoned.poison('enough');
    assert.ok((await poisoning) instanceof ChannelPoisonedError);

    const here = keep(channel<number>(1));
    const waiting = rejection(select({ rx: here.receiver, other: never() }));
    here.receiver.close();
    assert.ok((await waiting) instanceof ChannelClosedError);
  });

  it('meets another at a rendezvous, in either direction', async () => {
    const [tx, rx] = channel<string>(0);
    const receiving = select({ rx, other: never() });
    await tx.send('to a select');
    assert.deepEqual(await receiving, { key: 'rx', value: 'to a select' });
    const sending = select({ tx: tx.offer('from a select'), other: never() });
    assert.equal(await rx.receive(), 'from a select');
    assert.deepEqual(await sending, { key: 'tx' });
    const both = [
      select({ tx: tx.offer('between'), other: never() }),
      select({ rx, other: never() }),
    ];
    assert.deepEqual(await Promise.all(both), [{ key: 'tx' }, { key: 'rx', value: 'between' }]);
  });

  it('does not meet itself', async () => {
    const [tx, rx] = channel<number>(0);
    const error = await rejection(select({ tx: tx.offer(1), rx }, { timeout: 20 }));
    assert.ok(error instanceof TimeoutError);
    assert.throws(() => selectSync({ tx: tx.offer(1), rx }, { timeout: 5 }), TimeoutError);
    // Two of them do meet.
    const two = await Promise.all([
      select({ tx: tx.offer(1), rx }),
      select({ tx: tx.offer(2), rx }),
    ]);
    assert.deepEqual(two.map(({ key }) => key).sort(), ['rx', 'tx']);
    const received = two.find(({ key }) => key === 'rx') as Chosen;
    assert.equal(received.value, two[0]?.key === 'rx' ? 2 : 1);
  });

  it('may have the same channel several times', async () => {
    const [tx, rx] = channel<number>(1);
    const selecting = select({ one: rx, two: rx, three: rx.clone() });
    tx.trySend(1);
    const { value } = await selecting;
    assert.equal(value, 1);
    tx.trySend(2);
    assert.equal(rx.size, 1);
  });

  it('that times out or is aborted has not happened', async () => {
    const [tx, rx] = channel<number>(1);
    const rendezvous = channel<number>(0);
    const cases = () => ({ rx, out: rendezvous.sender.offer(1), in: rendezvous.receiver });
    const late = await rejection(select(cases(), { timeout: 2.5 }));
    assert.ok(late instanceof TimeoutError);
    assert.match(late.message, /2\.5 ms/);
    const controller = new AbortController();
    const aborted = rejection(select(cases(), { signal: controller.signal }));
    controller.abort(new Error('never mind'));
    assert.equal((await aborted).message, 'never mind');
    assert.equal(
      (await rejection(select(cases(), { signal: controller.signal }))).message,
      'never mind',
    );
    assert.equal(
      thrown(() => selectSync(cases(), { signal: controller.signal })).message,
      'never mind',
    );
    assert.throws(() => selectSync(cases(), { timeout: 2.5 }), TimeoutError);
    assert.equal(rendezvous.sender.trySend(1), false);
    assert.equal(rendezvous.receiver.tryReceive(), undefined);
    tx.trySend(7);
    assert.equal(rx.tryReceive(), 7);
  });

  it('waits for a time-out with all cases switched off', async () => {
    assert.ok((await rejection(select({}, { timeout: 5 }))) instanceof TimeoutError);
    assert.throws(() => selectSync({ a: null }, { timeout: 5 }), TimeoutError);
    assert.throws(() => selectSync({ a: null }), DeadlockError);
  });

  it('comes after the receives and sends that are pending on the same handles', async () => {
    const [tx, rx] = channel<number>(1);
    const first = rx.receive();
    const second = select({ rx });
    tx.trySend(1);
    await first;
    tx.trySend(2);
    assert.deepEqual([await first, (await second).value], [1, 2]);

    tx.trySend(3);
    const sends = tx.send(4);
    const offers = select({ tx: tx.offer(5) });
    assert.deepEqual([await rx.receive(), await rx.receive(), await rx.receive()], [3, 4, 5]);
    await sends;
    await offers;
  });

  it('blocks beside receives that are pending on the same handle, which come first', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>(1);
    const pending = rx.receive();
    const sent = guest.call(async (tx) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await tx.send(1);
      await tx.send(2);
    }, tx);
    assert.deepEqual(selectSync({ rx }), { key: 'rx', value: 2 });
    assert.equal(await pending, 1);
    await sent;
  });

  describe('comes after what is pending on its handles', () => {
    type Order = (guest: Interpreter) => Promise<number[]>;
    const orders: [name: string, order: Order][] = [
      [
        'sends, and select',
        (guest) => sendingOrder(guest, async (tx) => select({ tx: tx.offer(3) })),
      ],
      [
        'sends, and selectSync',
        (guest) => sendingOrder(guest, async (tx) => selectSync({ tx: tx.offer(3) })),
      ],
      [
        'sends, and a selectSync that has the handle twice',
        (guest) =>
          sendingOrder(guest, async (tx) =>
            selectSync({ one: tx.offer(3), other: tx.offer(3), never: never() }),
          ),
      ],
      ['receives, and select', (guest) => receivingOrder(guest, (rx) => select({ rx }))],
      [
        'receives, and selectSync',
        (guest) => receivingOrder(guest, async (rx) => selectSync({ rx, never: never() })),
      ],
    ];

    async function sendingOrder(
      guest: Interpreter,
      last: (tx: Sender<number>) => Promise<unknown>,
    ): Promise<number[]> {
      const [tx, rx] = channel<number>(0);
      const order = guest.call(async (rx) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return [rx.receiveSync(), rx.receiveSync(), rx.receiveSync()];
      }, rx);
      const first = [tx.send(1), tx.send(2)];
      await last(tx);
      await Promise.all(first);
      return order;
    }

    async function receivingOrder(
      guest: Interpreter,
      last: (rx: Receiver<number>) => Promise<{ value?: number | undefined }>,
    ): Promise<number[]> {
      const [tx, rx] = channel<number>(0);
      const sent = guest.call(async (tx) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (let i = 1; i <= 3; i++) tx.sendSync(i);
      }, tx);
      const first = [rx.receive(), rx.receive()];
      const { value } = await last(rx);
      await sent;
      return [...(await Promise.all(first)), value as number];
    }

    for (const [name, order] of orders) {
      it(name, async () => {
        assert.deepEqual(await order(await create()), [1, 2, 3]);
      });
    }

    it('also if there were room for it, but not for them', async () => {
      const [tx, rx] = channel<string>({ capacity: 16, maxBytes: 100 });
      tx.trySend('x'.repeat(60));
      const heavy = tx.send('y'.repeat(90));
      const offered = () => ({ light: tx.offer('z') });
      assert.equal(trySelect(offered()), undefined);
      assert.throws(() => selectSync(offered(), { timeout: 5 }), TimeoutError);
      assert.ok((await rejection(select(offered(), { timeout: 5 }))) instanceof TimeoutError);
      const selecting = select(offered());
      assert.equal((await rx.receive())[0], 'x');
      await heavy;
      assert.equal((await rx.receive())[0], 'y');
      assert.deepEqual(await selecting, { key: 'light' });
      assert.equal(await rx.receive(), 'z');
    });
  });

  it('blocks a thread until something happens elsewhere', async () => {
    const guest = await create();
    const [toGuest, inbox] = channel<number>(1);
    const [outbox, fromGuest] = channel<string>(0);
    const served = guest.call(
      (inbox, outbox) => {
        const seen: string[] = [];
        for (;;) {
          const chosen = isolane.selectSync({ inbox, outbox: outbox.offer(`seen ${seen.length}`) });
          if ('closed' in chosen && chosen.closed) return seen;
          seen.push(chosen.key);
        }
      },
      inbox,
      outbox,
    );
    inbox.close();
    outbox.close();
    await toGuest.send(1);
    await until(() => toGuest.size === 0, 'the guest has taken it');
    assert.equal(await fromGuest.receive(), 'seen 1');
    await toGuest.send(2);
    await until(() => toGuest.size === 0, 'the guest has taken it');
    toGuest.close();
    assert.deepEqual(await served, ['inbox', 'outbox', 'inbox']);
    keep(fromGuest);
  });

  it('can be interrupted, and its interpreter tells where it is blocked', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>(1);
    const blocked = guest.call((rx) => isolane.selectSync({ rx, other: isolane.never() }), rx);
    await until(() => guest.state === 'blocked', 'it is blocked');
    assert.match(
      thrown(() => guest.with({ timeout: 10 }).callSync(() => 1)).message,
      /blocked in select/,
    );
    const stopped = guest.with({ timeout: 20 }).call((rx) => isolane.selectSync({ rx }), rx);
    tx.trySend(1);
    assert.equal((await blocked).value, 1);
    assert.equal((await rejection(stopped)).name, 'ExecutionTimeoutError');
    tx.trySend(2);
    assert.equal(await guest.call((rx) => isolane.selectSync({ rx }).value, rx), 2);
    const ended = guest.call((rx) => isolane.selectSync({ rx }), rx);
    await until(() => guest.state === 'blocked', 'it is blocked');
    const rejected = rejection(ended);
    await guest.terminate();
    assert.equal((await rejected).name, 'InterpreterClosedError');
  });

  it('stops with the call that waits in it', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>(1);
    const call = guest.with({ timeout: 20 }).call(async (rx) => {
      await isolane.select({ rx, other: isolane.never() });
    }, rx);
    assert.equal((await rejection(call)).name, 'ExecutionTimeoutError');
    tx.trySend(1);
    assert.equal(await guest.call((rx) => rx.receive(), rx), 1);
  });

  it('takes thousands of channels', async () => {
    const channels = Array.from({ length: 3000 }, () => channel<number>(1));
    const cases = Object.fromEntries(channels.map((each, i) => [`c${i}`, each.receiver]));
    const selecting = select(cases);
    await aMoment();
    channels[2345]?.sender.trySend(9);
    assert.deepEqual(await selecting, { key: 'c2345', value: 9 });
    for (const { sender, size } of channels) {
      assert.equal(size, 0);
      assert.equal(sender.trySend(1), true);
    }
    assert.equal((await select(cases)).value, 1);
  });

  it('gives way to others when what it was woken for is not what it takes', async () => {
    // Each is woken for one channel and may take from the other: nobody may sleep on beside a message.
    const guest = await create();
    const [a, b] = [channel<number>(64), channel<number>(64)];
    const [out, results] = channel<number>(Number.POSITIVE_INFINITY);
    const rounds = 2000;
    const both = (a: Receiver<number>, b: Receiver<number>, out: Sender<number>) => {
      for (;;) {
        const chosen = isolane.selectSync({ a, b });
        if (chosen.closed) break;
        out.sendSync(chosen.value as number);
      }
    };
    const others = await Promise.all([create(), create()]);
    const working = [guest, ...others].map((each) => each.call(both, a.receiver, b.receiver, out));
    out.close();
    for (let i = 0; i < rounds; i++) await (i % 3 ? a : b).sender.send(i);
    await until(() => results.size === rounds, 'all have arrived');
    a.sender.close();
    b.sender.close();
    await Promise.all(working);
    assert.equal(new Set(results.receiveManySync(rounds)).size, rounds);
  });

  it('with a deadline as a case', async () => {
    const [tx, rx] = channel<number>(1);
    assert.equal((await select({ rx, late: after(5) })).key, 'late');
    assert.equal(selectSync({ rx, late: after(5) }).key, 'late');
    const late = after(1000);
    tx.trySend(1);
    assert.equal((await select({ rx, late })).key, 'rx');
  });
});
