import assert from 'node:assert/strict';
import { worlds } from './worlds.js';

declare const isolane: typeof import('isolane');

for (const [world, run] of Object.entries(worlds)) {
  describe(`the readable stream of a receiver, in ${world},`, () => {
    it('gives all messages in order, and ends when the channel is closed and drained', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<unknown>(2);
        const sending = tx.sendMany([1, undefined, null, { a: [2] }]).then(() => tx.close());
        const seen: unknown[] = [];
        for await (const message of rx.readable) seen.push(message);
        await sending;
        return seen;
      });
      assert.deepEqual(seen, [1, undefined, null, { a: [2] }]);
    });

    it('is one and the same, and of the global class', async () => {
      const same = await run(async () => {
        const [tx, rx] = isolane.channel();
        const { readable } = rx;
        tx.close();
        const ended = await readable.getReader().read();
        return [rx.readable === readable, readable instanceof ReadableStream, ended.done];
      });
      assert.deepEqual(same, [true, true, true]);
    });

    it('takes no message before somebody reads, and then only that one', async () => {
      const sizes = await run(async () => {
        const turn = () => new Promise((resolve) => setTimeout(resolve, 2));
        const [tx, rx] = isolane.channel<number>();
        const reader = rx.readable.getReader();
        tx.sendManySync([1, 2, 3]);
        await turn();
        const before = rx.size;
        const { value } = await reader.read();
        await turn();
        return [before, value, rx.size];
      });
      assert.deepEqual(sizes, [3, 1, 2]);
    });

    it('serves reads in the order of the calls, and each once', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(0);
        const reader = rx.readable.getReader();
        const reads = [reader.read(), reader.read(), reader.read()];
        const sent = tx.sendMany([1, 2, 3, 4], { timeout: 20 });
        const values = (await Promise.all(reads)).map(({ value }) => value);
        return [values, await sent];
      });
      assert.deepEqual(seen, [[1, 2, 3], 3]);
    });

    it('closes the handle when it is cancelled, and takes no message for a read that waits', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>();
        const other = rx.clone();
        const reader = rx.readable.getReader();
        const reading = reader.read();
        await new Promise((resolve) => setTimeout(resolve, 2));
        await reader.cancel('enough');
        tx.trySend(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        return [await reading, rx.closed, other.closed, other.tryReceive(), await reader.read()];
      });
      const end = { value: undefined, done: true };
      assert.deepEqual(seen, [end, true, false, 1, end]);
    });

    it('tells senders by its cancelling that nobody receives any more', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(1);
        await tx.send(1);
        const sending = tx.send(2).catch((error) => [error.name, error.value]);
        await rx.readable.cancel();
        return await sending;
      });
      assert.deepEqual(seen, ['ChannelClosedError', 2]);
    });

    it('closes the handle when its loop is left, unless told not to', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>();
        tx.sendManySync([1, 2, 3]);
        for await (const _ of rx.readable.values({ preventCancel: true })) break;
        const before = rx.closed;
        for await (const _ of rx.readable) break;
        return [before, rx.closed, tx.closed];
      });
      assert.deepEqual(seen, [false, true, true]);
    });

    it('fails with the reason of poison', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>();
        tx.trySend(1);
        const reader = rx.readable.getReader();
        const closed = reader.closed.catch((error) => error);
        await reader.read();
        const reading = reader.read().catch((error) => error);
        tx.poison(new RangeError('too hot'));
        const error = await reading;
        const later = await rx.receive().catch((error) => error.name);
        return [error.name, error.reason.message, (await closed) === error, later];
      });
      assert.deepEqual(seen, ['ChannelPoisonedError', 'too hot', true, 'ChannelPoisonedError']);
    });

    it('fails when its handle is closed or moved away by other means', async () => {
      const seen = await run(async () => {
        const seen: unknown[] = [];
        for (const late of [true, false]) {
          const [tx, rx] = isolane.channel<number>();
          const reader = rx.readable.getReader();
          const reading = late ? reader.read() : undefined;
          await new Promise((resolve) => setTimeout(resolve, 2));
          rx.close();
          seen.push(await (reading ?? reader.read()).catch((error) => error.name));
          seen.push(await reader.closed.catch((error) => error.name), tx.closed);
        }
        const [tx, rx] = isolane.channel<number>();
        const [letters, box] = isolane.channel<unknown>();
        const { readable } = rx;
        letters.trySend(isolane.move(rx));
        const { name } = await readable
          .getReader()
          .read()
          .catch((error) => error);
        seen.push(name, tx.closed, box.size);
        return seen;
      });
      const closed = ['ChannelClosedError', 'ChannelClosedError', true];
      assert.deepEqual(seen, [...closed, ...closed, 'MovedError', false, 1]);
    });

    it('can be teed, transformed and piped', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>(1);
        const [outbox, squares] = isolane.channel<number>(1);
        const sending = tx.sendMany([1, 2, 3]).then(() => tx.close());
        const [one, two] = rx.readable.tee();
        const piping = one
          .pipeThrough(
            new TransformStream<number, number>({
              transform: (n, controller) => controller.enqueue(n * n),
            }),
          )
          .pipeTo(outbox.writable);
        const seen: number[][] = [[], []];
        const reading = (async () => {
          for await (const n of two) seen[0]?.push(n);
        })();
        for await (const n of squares) seen[1]?.push(n);
        await Promise.all([sending, piping, reading]);
        return seen;
      });
      assert.deepEqual(seen, [
        [1, 2, 3],
        [1, 4, 9],
      ]);
    });

    it('shares the messages with other handles and other ways of receiving', async () => {
      const seen = await run(async () => {
        const [tx, rx] = isolane.channel<number>();
        const reader = rx.readable.getReader();
        const reads = [reader.read().then(({ value }) => value)];
        await new Promise((resolve) => setTimeout(resolve, 2));
        reads.push(rx.receive());
        tx.sendManySync([1, 2, 3]);
        return [await Promise.all(reads), rx.clone().tryReceive()];
      });
      assert.deepEqual(seen, [[1, 2], 3]);
    });

    it('lets the event loop turn, however much there is to read', async () => {
      const between = await run(async () => {
        const [tx, rx] = isolane.channel<number>(5000);
        tx.sendManySync(Array.from({ length: 5000 }, (_, i) => i));
        tx.close();
        const at: number[] = [];
        let seen = 0;
        setImmediate(() => at.push(seen));
        for await (const _ of rx.readable) seen++;
        return [(at[0] as number) < 5000, seen];
      });
      assert.deepEqual(between, [true, 5000]);
    });
  });
}
