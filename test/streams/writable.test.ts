import assert from 'node:assert/strict';
import { worlds } from './worlds.js';

declare const isolane: typeof import('isolane');

for (const [world, run] of Object.entries(worlds)) {
  describe(`the writable stream of a sender, in ${world},`, () => {
    it('sends all in order, and closes the handle when it is closed', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<unknown>();
        const writer = tx.writable.getWriter();
        for (const message of [1, undefined, { a: [2] }]) writer.write(message);
        await writer.close();
        return [[...rx], tx.closed];
      });
      assert.deepEqual(seen, [[1, undefined, { a: [2] }], true]);
    });

    it('is one and the same, and of the global class', async () => {
      const same = await run(async () => {
        const [tx] = isolane.channel();
        const { writable } = tx;
        return [tx.writable === writable, writable instanceof WritableStream];
      });
      assert.deepEqual(same, [true, true]);
    });

    it('has room again when the channel has taken the message before', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(1);
        const writer = tx.writable.getWriter();
        await writer.write(1);
        const roomBefore = writer.desiredSize;
        let written = false;
        const writing = writer.write(2).then(() => {
          written = true;
        });
        let ready = false;
        void writer.ready.then(() => {
          ready = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 5));
        const full = [writer.desiredSize, written, ready];
        const first = rx.tryReceive();
        await Promise.all([writing, writer.ready]);
        return [roomBefore, full, first, writer.desiredSize, rx.tryReceive()];
      });
      assert.deepEqual(seen, [1, [0, false, false], 1, 1, 2]);
    });

    it('ends a write into a rendezvous when somebody has received it', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(0);
        const log: unknown[] = [];
        const writing = tx.writable
          .getWriter()
          .write(1)
          .then(() => log.push('written'));
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push('receiving');
        const message = await rx.receive();
        await writing;
        return [...log, message];
      });
      assert.deepEqual(seen, ['receiving', 'written', 1]);
    });

    it('fails as soon as a write finds that nobody receives any more', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(1);
        const writer = tx.writable.getWriter();
        const closed = writer.closed.catch((error) => error);
        await writer.write(1);
        const writing = writer.write(2).catch((error) => error);
        await new Promise((resolve) => setTimeout(resolve, 2));
        rx.close();
        const error = await writing;
        const later = await writer.write(3).catch((error) => error);
        return [error.name, error.value, (await closed) === error, later === error];
      });
      assert.deepEqual(seen, ['ChannelClosedError', 2, true, true]);
    });

    it('fails with the reason of poison', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>();
        const writer = tx.writable.getWriter();
        writer.closed.catch(() => {});
        rx.poison(new RangeError('too hot'));
        const { name, reason, value } = await writer.write(1).catch((error) => error);
        return [name, reason.message, value];
      });
      assert.deepEqual(seen, ['ChannelPoisonedError', 'too hot', 1]);
    });

    it('gives up its handle alone when it is aborted, and does not send what waits', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(1);
        const other = tx.clone();
        const writer = tx.writable.getWriter();
        writer.closed.catch(() => {});
        await writer.write(1);
        const waiting = [writer.write(2), writer.write(3)].map((each) =>
          each.catch((reason) => reason),
        );
        await new Promise((resolve) => setTimeout(resolve, 2));
        await writer.abort('enough');
        const state = [tx.closed, other.closed, rx.tryReceive(), rx.size];
        return [...(await Promise.all(waiting)), ...state, other.trySend(4), rx.tryReceive()];
      });
      assert.deepEqual(seen, ['enough', 'enough', true, false, 1, 0, true, 4]);
    });

    it('closes its handle when a message cannot be sent, so that receivers do not wait', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<unknown>();
        const writer = tx.writable.getWriter();
        writer.closed.catch(() => {});
        await writer.write('first');
        const { name } = await writer.write({ f() {} }).catch((error) => error);
        return [name, tx.closed, [...rx]];
      });
      assert.deepEqual(seen, ['NotShareableError', true, ['first']]);
    });

    it('fails when its handle was closed by other means', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>();
        const writer = tx.writable.getWriter();
        writer.closed.catch(() => {});
        tx.close();
        const { name, value } = await writer.write(1).catch((error) => error);
        return [name, value, rx.size];
      });
      assert.deepEqual(seen, ['ChannelClosedError', 1, 0]);
    });

    it('hands over what is marked by move()', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<unknown>();
        const bytes = Uint8Array.of(1, 2, 3);
        await tx.writable.getWriter().write(isolane.move(bytes));
        return [bytes.length, [...((await rx.receive()) as Uint8Array)]];
      });
      assert.deepEqual(seen, [0, [1, 2, 3]]);
    });

    it('ends like the stream that is piped into it', async () => {
      const seen = await run(async () => {
        const seen: unknown[] = [];
        for (const end of ['close', 'error'] as const) {
          const [tx, rx] = isolane.channel<number>();
          let next = 0;
          const source = new ReadableStream<number>({
            pull(controller) {
              if (++next <= 2) controller.enqueue(next);
              else controller[end](new Error('broken'));
            },
          });
          seen.push(await source.pipeTo(tx.writable).catch((error) => error.message));
          seen.push(tx.closed, [...rx]);
        }
        return seen;
      });
      assert.deepEqual(seen, [undefined, true, [1, 2], 'broken', true, [1, 2]]);
    });

    it('cancels the stream that is piped into it when nobody receives', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(1);
        const seen: unknown[] = [];
        const source = new ReadableStream<number>({
          pull: (controller) => controller.enqueue(1),
          cancel: (reason) => {
            seen.push(reason.name);
          },
        });
        const piping = source.pipeTo(tx.writable).catch((error) => error.name);
        await rx.receive();
        rx.close();
        return [await piping, ...seen];
      });
      assert.deepEqual(seen, ['ChannelClosedError', 'ChannelClosedError']);
    });

    it('is left by a pipe that is aborted when the write under way has ended, as the standard says', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(1);
        const source = new ReadableStream<number>({
          pull: (controller) => controller.enqueue(1),
        });
        const controller = new AbortController();
        const { signal } = controller;
        const piping = source.pipeTo(tx.writable, { signal }).catch((reason) => reason);
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.abort('enough');
        await new Promise((resolve) => setTimeout(resolve, 5));
        const before = tx.closed;
        await rx.receive();
        return [before, await piping, tx.closed, [...rx]];
      });
      assert.deepEqual(seen, [false, 'enough', true, [1]]);
    });
  });
}
