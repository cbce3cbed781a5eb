/**
 * What the tests of crossbeam-channel expect (array, list, zero, and mpsc, which are those of Rust's standard library), said again for
 * Isolane. Here: one channel, and several parties on threads of their own, for each kind of channel.
 *
 * Left out: what the language itself keeps Isolane's users from (a panic while a message is dropped, thread-locals, scopes), and
 * allocation limits of the type of a message, which does not exist here.
 */
import assert from 'node:assert/strict';
import { channel, move, type Receiver, type Sender } from 'isolane';
import { keep } from '../../support/keep.js';
import { inEachSetting } from '../../support/parties.js';
import { until } from '../../support/wait.js';

const kinds: [kind: string, capacity: number][] = [
  ['no room', 0],
  ['room for one', 1],
  ['room for three', 3],
  ['no bound', Number.POSITIVE_INFINITY],
];
const bounded = kinds.slice(0, 3);

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

inEachSetting('crossbeam on channels that threads share', (start) => {
  for (const [kind, capacity] of kinds) {
    describe(`with ${kind}`, () => {
      it('a receiver waits for each message, and then finds the end', async () => {
        const [tx, rx] = channel<number>(capacity);
        const receiver = start(async (io, rx: Receiver<number>) => {
          const got = [await io.receive(rx), await io.receive(rx), await io.receive(rx)];
          return [got, await io.outcome(() => io.receive(rx))];
        }, rx);
        await receiver.waits();
        const sender = start(async (io, tx: Sender<number>) => {
          for (const n of [7, 8, 9]) await io.send(tx, n);
        }, tx);
        tx.close();
        assert.deepEqual(await receiver.result, [[7, 8, 9], 'ChannelClosedError']);
        await sender.result;
        rx.close();
      });

      it('a receiver that only tries finds nothing, then the message, then the end', async () => {
        const [tx, rx] = channel<number>(capacity);
        const [go, begin] = channel<string>(1);
        const receiver = start(
          async (io, rx: Receiver<number>, go: Sender<string>) => {
            const first = rx.tryReceive('nothing');
            go.trySend('begin');
            let second = rx.tryReceive('nothing');
            while (second === 'nothing') {
              await io.turn();
              second = rx.tryReceive('nothing');
            }
            for (;;) {
              const last = await io.outcome(() => rx.tryReceive());
              if (last !== 'done') return [first, second, last];
              await io.turn();
            }
          },
          rx,
          go,
        );
        const sender = start(
          async (io, tx: Sender<number>, begin: Receiver<string>) => {
            await io.receive(begin);
            await io.send(tx, 7);
          },
          tx,
          begin,
        );
        for (const end of [tx, rx, go, begin]) end.close();
        assert.deepEqual(await receiver.result, ['nothing', 7, 'ChannelClosedError']);
        await sender.result;
      });

      it('a receiver that gave up in time takes the message that comes later', async () => {
        const [tx, rx] = channel<number>(capacity);
        const [go, begin] = channel<string>(1);
        const receiver = start(
          async (io, rx: Receiver<number>, go: Sender<string>) => {
            const first = await io.outcome(() => io.receive(rx, { timeout: 5 }));
            go.trySend('begin');
            const second = await io.receive(rx, { timeout: 10_000 });
            return [first, second, await io.outcome(() => io.receive(rx, { timeout: 10_000 }))];
          },
          rx,
          go,
        );
        const sender = start(
          async (io, tx: Sender<number>, begin: Receiver<string>) => {
            await io.receive(begin);
            await io.send(tx, 7);
          },
          tx,
          begin,
        );
        for (const end of [tx, rx, go, begin]) end.close();
        assert.deepEqual(await receiver.result, ['TimeoutError', 7, 'ChannelClosedError']);
        await sender.result;
      });

      it('a receiver that waits is woken by the end', async () => {
        const [tx, rx] = channel<number>(capacity);
        const receiver = start((io, rx: Receiver<number>) => io.outcome(() => io.receive(rx)), rx);
        await receiver.waits();
        tx.close();
        assert.equal(await receiver.result, 'ChannelClosedError');
        rx.close();
      });

      it('one sends, one receives, and nothing changes places', async () => {
        const count = 1000;
        const [tx, rx] = channel<number>(capacity);
        const receiver = start(async (io, rx: Receiver<number>) => {
          const got: number[] = [];
          for await (const n of io.each(rx)) got.push(n);
          return got;
        }, rx);
        const sender = start(
          async (io, tx: Sender<number>, count: number) => {
            for (let i = 0; i < count; i++) await io.send(tx, i);
          },
          tx,
          count,
        );
        tx.close();
        rx.close();
        await sender.result;
        assert.deepEqual(await receiver.result, numbers(count));
      });

      it('several send, several receive, and each message comes once', async () => {
        const count = 300;
        const threads = 3;
        const [tx, rx] = channel<number>(capacity);
        const receivers = numbers(threads).map(() =>
          start(
            async (io, rx: Receiver<number>, count: number) => {
              const got: number[] = [];
              while (got.length < count) got.push(await io.receive(rx));
              return got;
            },
            rx,
            count,
          ),
        );
        const senders = numbers(threads).map(() =>
          start(
            async (io, tx: Sender<number>, count: number) => {
              for (let i = 0; i < count; i++) await io.send(tx, i);
            },
            tx,
            count,
          ),
        );
        await Promise.all(senders.map(({ result }) => result));
        const shares = await Promise.all(receivers.map(({ result }) => result));
        const times = numbers(count).map(() => 0);
        for (const n of shares.flat()) times[n] = (times[n] ?? 0) + 1;
        assert.deepEqual(
          times,
          numbers(count).map(() => threads),
        );
        tx.close();
        rx.close();
      });

      it('a channel for one message is used once, many times over', async () => {
        const count = 150;
        const [senders, sendersInbox] = channel<Sender<number>>(4);
        const [receivers, receiversInbox] = channel<Receiver<number>>(4);
        const sending = start(async (io, inbox: Receiver<Sender<number>>) => {
          let n = 0;
          for await (const tx of io.each(inbox)) {
            await io.send(tx, n++);
            tx.close();
          }
        }, sendersInbox);
        const receiving = start(async (io, inbox: Receiver<Receiver<number>>) => {
          const got: number[] = [];
          for await (const rx of io.each(inbox)) {
            got.push(await io.receive(rx));
            rx.close();
          }
          return got;
        }, receiversInbox);
        sendersInbox.close();
        receiversInbox.close();
        for (let i = 0; i < count; i++) {
          const [tx, rx] = channel<number>(capacity);
          await Promise.all([senders.send(move(tx)), receivers.send(move(rx))]);
        }
        senders.close();
        receivers.close();
        await sending.result;
        assert.deepEqual(await receiving.result, numbers(count));
      });

      it('each message takes along the channel of the next', async () => {
        const [tx, rx] = channel<unknown>(capacity);
        const count = 150;
        const sending = start(
          async (io, first: Sender<unknown>, count: number, capacity: number) => {
            let tx = first;
            for (let i = 0; i < count; i++) {
              const next = io.isolane.channel<unknown>(capacity);
              await io.send(tx, io.isolane.move(next.receiver));
              tx.close();
              tx = next.sender;
            }
            await io.send(tx, 'the last');
            tx.close();
          },
          tx,
          count,
          capacity,
        );
        const receiving = start(async (io, first: Receiver<unknown>) => {
          let rx = first;
          for (let hops = 0; ; hops++) {
            const next = await io.receive(rx);
            rx.close();
            if (!(next instanceof io.isolane.Receiver)) return [next, hops];
            rx = next;
          }
        }, rx);
        tx.close();
        rx.close();
        assert.deepEqual(await receiving.result, ['the last', count]);
        await sending.result;
      });

      it('requests and answers go round, taken by trying', async () => {
        const count = 300;
        const [request, requests] = channel<null>(capacity);
        const [answer, answers] = channel<number>(capacity);
        const asking = start(
          async (io, request: Sender<null>, answers: Receiver<number>, count: number) => {
            let sum = 0;
            for (;;) {
              let taken = answers.tryReceive();
              while (taken !== undefined) {
                sum += taken;
                if (sum === count) return sum;
                taken = answers.tryReceive();
              }
              // Not a send that waits: with no room the other may wait with an answer.
              request.trySend(null);
              await io.turn();
            }
          },
          request,
          answers,
          count,
        );
        const answering = start(
          async (io, requests: Receiver<null>, answer: Sender<number>) => {
            for await (const _ of io.each(requests)) {
              if ((await io.outcome(() => io.send(answer, 1))) !== 'done') break;
            }
          },
          requests,
          answer,
        );
        for (const end of [request, requests, answer, answers]) end.close();
        assert.equal(await asking.result, count);
        await answering.result;
      });

      it('sends and receives that give up again and again lose and double nothing', async () => {
        const count = 40;
        const [tx, rx] = channel<number>(capacity);
        const sender = start(
          async (io, tx: Sender<number>, count: number) => {
            let lates = 0;
            for (let i = 0; i < count; i++) {
              if (i % 4 === 0) for (let n = 0; n < 5; n++) await io.turn();
              while ((await io.outcome(() => io.send(tx, i, { timeout: 0.3 }))) !== 'done') lates++;
            }
            return lates;
          },
          tx,
          count,
        );
        const receiver = start(
          async (io, rx: Receiver<number>, count: number) => {
            const got: number[] = [];
            while (got.length < count) {
              if (got.length % 4 === 2) for (let n = 0; n < 5; n++) await io.turn();
              await io.outcome(async () => got.push(await io.receive(rx, { timeout: 0.3 })));
            }
            return got;
          },
          rx,
          count,
        );
        await sender.result;
        assert.deepEqual(await receiver.result, numbers(count));
        assert.equal(rx.tryReceive('nothing'), 'nothing');
        tx.close();
        rx.close();
      });

      it('senders notice that the last receiver has gone while they send', async () => {
        const [tx, rx] = channel<number>(capacity);
        const receiver = start((io, rx: Receiver<number>) => io.receive(rx), rx);
        rx.close();
        const senders = [1, 2].map((n) =>
          start(
            async (io, tx: Sender<number>, n: number) => {
              for (;;) {
                const how = await io.outcome(() => io.send(tx, n));
                if (how !== 'done') return how;
                await io.turn();
              }
            },
            tx,
            n,
          ),
        );
        assert.ok([1, 2].includes(await receiver.result));
        for (const { result } of senders) assert.equal(await result, 'ChannelClosedError');
        tx.close();
      });

      it('one message sent leaves one message to be had, for each of several', async () => {
        // Whoever has sent finds something, although the others take from the same channel: they have sent, too.
        const threads = 3;
        const [tx, rx] = channel<number>(Math.max(capacity, threads));
        const parties = numbers(threads).map(() =>
          start(
            async (io, tx: Sender<number>, rx: Receiver<number>) => {
              let found = 0;
              for (let i = 0; i < 400; i++) {
                await io.send(tx, i);
                if (rx.tryReceive('nothing') !== 'nothing') found++;
              }
              return found;
            },
            tx,
            rx,
          ),
        );
        for (const { result } of parties) assert.equal(await result, 400);
        assert.equal(rx.size, 0);
        tx.close();
      });

      it('what is not received is undelivered, each message once', async () => {
        const lost: number[] = [];
        const steps = 100;
        const additional = Math.min(capacity, 20);
        const [tx, rx] = channel<number>({
          capacity: Number.isFinite(capacity) ? capacity : Number.POSITIVE_INFINITY,
          onUndelivered: (n) => lost.push(n),
        });
        const receiver = start(
          async (io, rx: Receiver<number>, steps: number) => {
            for (let i = 0; i < steps; i++) await io.receive(rx);
          },
          rx,
          steps,
        );
        const sender = start(
          async (io, tx: Sender<number>, steps: number) => {
            for (let i = 0; i < steps; i++) await io.send(tx, i);
          },
          tx,
          steps,
        );
        await Promise.all([receiver.result, sender.result]);
        for (let i = 0; i < additional; i++) assert.ok(tx.trySend(1000 + i));
        rx.close();
        tx.close();
        await until(() => lost.length >= additional, 'all that is lost is told');
        assert.deepEqual(
          lost,
          numbers(additional).map((n) => 1000 + n),
        );
      });
    });
  }

  for (const [kind, capacity] of bounded) {
    describe(`with ${kind}`, () => {
      it('a sender fills it, waits for room, and finds in the end that nobody receives', async () => {
        const [tx, rx] = channel<number>(capacity);
        const [go, begin] = channel<string>(1);
        const [gone, isGone] = channel<string>(1);
        const sender = start(
          async (io, tx: Sender<number>, go: Sender<string>, isGone: Receiver<string>) => {
            for (let i = 0; i < tx.capacity; i++) await io.send(tx, i);
            const tried = tx.trySend(-1);
            const late = await io.outcome(() => io.send(tx, -2, { timeout: 5 }));
            go.trySend('begin');
            await io.send(tx, tx.capacity);
            await io.receive(isGone);
            const after = [
              await io.outcome(() => io.send(tx, -3)),
              await io.outcome(() => io.send(tx, -4, { timeout: 1000 })),
              await io.outcome(() => tx.trySend(-5)),
            ];
            return [tried, late, ...after];
          },
          tx,
          go,
          isGone,
        );
        const receiver = start(
          async (io, rx: Receiver<number>, begin: Receiver<string>, count: number) => {
            await io.receive(begin);
            const got: number[] = [];
            while (got.length < count) got.push(await io.receive(rx));
            return [got, rx.tryReceive('nothing')];
          },
          rx,
          begin,
          capacity + 1,
        );
        rx.close();
        assert.deepEqual(await receiver.result, [numbers(capacity + 1), 'nothing']);
        gone.trySend('gone');
        assert.deepEqual(await sender.result, [
          false,
          'TimeoutError',
          'ChannelClosedError',
          'ChannelClosedError',
          'ChannelClosedError',
        ]);
        for (const end of [tx, go, begin, gone, isGone]) end.close();
      });

      it('a sender that waits is woken by the end', async () => {
        const [tx, rx] = channel<number>(capacity);
        for (let i = 0; i < capacity; i++) tx.trySend(i);
        const sender = start((io, tx: Sender<number>) => io.outcome(() => io.send(tx, -1)), tx);
        await sender.waits();
        rx.close();
        assert.equal(await sender.result, 'ChannelClosedError');
        tx.close();
      });

      it('never holds more than it may', async () => {
        const [tx, rx] = channel<number>(capacity);
        const count = 500;
        const sender = start(
          async (io, tx: Sender<number>, count: number) => {
            let most = 0;
            for (let i = 0; i < count; i++) {
              await io.send(tx, i);
              most = Math.max(most, tx.size);
            }
            return most;
          },
          tx,
          count,
        );
        const receiver = start(
          async (io, rx: Receiver<number>, count: number) => {
            let most = 0;
            for (let i = 0; i < count; i++) {
              await io.receive(rx);
              most = Math.max(most, rx.size);
            }
            return most;
          },
          rx,
          count,
        );
        assert.ok((await sender.result) <= capacity);
        assert.ok((await receiver.result) <= capacity);
        assert.deepEqual([tx.size, rx.size], [0, 0]);
      });
    });
  }

  it('two that wait for each other through two channels both come through', async () => {
    const [tx1, rx1] = channel<number>();
    const [tx2, rx2] = channel<number>();
    keep([tx1, rx1, tx2, rx2]);
    const first = start(
      async (io, rx: Receiver<number>, tx: Sender<number>) => {
        const got = await io.receive(rx);
        await io.send(tx, 2);
        return got;
      },
      rx1,
      tx2,
    );
    const second = start(
      async (io, tx: Sender<number>, rx: Receiver<number>) => {
        await io.send(tx, 1);
        return io.receive(rx);
      },
      tx1,
      rx2,
    );
    assert.deepEqual([await first.result, await second.result], [1, 2]);
  });
});
