import assert from 'node:assert/strict';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelClosedError, channel, Interpreter, move, type Sender } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection, until } from '../support/wait.js';

/** As the documentation has it. */
const options = { objectMode: true, highWaterMark: 1 };

const CAPACITY = 4;
const COUNT = 100;

/** Of a producer and a consumer: how many messages at most were with neither. */
class UnderWay {
  made = 0;
  seen = 0;
  most = 0;

  make(): { n: number } {
    this.most = Math.max(this.most, ++this.made - this.seen);
    return { n: this.made };
  }

  async see({ n }: { n: number }): Promise<void> {
    assert.equal(n, ++this.seen);
    // Slow at first, so that the producer would run away if it could.
    if (n < 20) await sleep(1);
  }

  check(): void {
    assert.deepEqual([this.made, this.seen], [COUNT, COUNT]);
    assert.ok(this.most <= CAPACITY + 5, `${this.most} were under way`);
  }

  *source(): Generator<{ n: number }> {
    while (this.made < COUNT) yield this.make();
  }

  async send(tx: Sender<{ n: number }>): Promise<void> {
    while (this.made < COUNT) await tx.send(this.make());
    tx.close();
  }

  sink(): Writable {
    return new Writable({
      ...options,
      write: (message, _, done) => void this.see(message).then(() => done(), done),
    });
  }
}

describe('with Node streams a channel has backpressure:', () => {
  it('Readable.fromWeb(rx.readable)', async () => {
    const [tx, rx] = channel<{ n: number }>(CAPACITY);
    const way = new UnderWay();
    const sending = way.send(tx);
    for await (const message of Readable.fromWeb(rx.readable, options)) await way.see(message);
    await sending;
    way.check();
  });

  it('Readable.from(rx)', async () => {
    const [tx, rx] = channel<{ n: number }>(CAPACITY);
    const way = new UnderWay();
    const sending = way.send(tx);
    await pipeline(Readable.from(rx), way.sink());
    await sending;
    way.check();
  });

  it('Writable.fromWeb(tx.writable)', async () => {
    const [tx, rx] = channel<{ n: number }>(CAPACITY);
    const way = new UnderWay();
    const source = Readable.from(way.source(), options);
    const sending = pipeline(source, Writable.fromWeb(tx.writable, options));
    for await (const message of rx) await way.see(message);
    await sending;
    assert.ok(tx.closed);
    way.check();
  });

  it('a pipeline that ends in a function', async () => {
    const [tx, rx] = channel<{ n: number }>(CAPACITY);
    const way = new UnderWay();
    const sending = pipeline(Readable.from(way.source(), options), async (source) => {
      for await (const message of source) await tx.send(message as { n: number });
      tx.close();
    });
    for await (const message of rx) await way.see(message);
    await sending;
    way.check();
  });

  it('through another interpreter and back', async () => {
    const guest = await Interpreter.create();
    const [tx, inbox] = channel<{ n: number }>(CAPACITY / 2);
    const [outbox, rx] = channel<{ n: number }>(CAPACITY / 2);
    const passing = guest.call(
      (inbox, outbox) =>
        inbox.readable
          .pipeThrough(
            new TransformStream<{ n: number }, { n: number }>({
              transform: ({ n }, controller) => controller.enqueue({ n: -n }),
            }),
          )
          .pipeTo(outbox.writable),
      move(inbox),
      move(outbox),
    );
    const way = new UnderWay();
    const sending = pipeline(
      Readable.from(way.source(), options),
      Writable.fromWeb(tx.writable, options),
    );
    for await (const { n } of Readable.fromWeb(rx.readable, options)) await way.see({ n: -n });
    await Promise.all([sending, passing]);
    assert.equal(way.seen, COUNT);
    assert.ok(way.most <= CAPACITY + 14, `${way.most} were under way`);
    await guest.close();
  });
});

describe('a Node stream from a receiver', () => {
  it('closes the handle when it is destroyed, and takes no message then', async () => {
    for (const error of [undefined, new Error('no more')]) {
      const [tx, rx] = channel<number>();
      const other = rx.clone();
      const stream = Readable.fromWeb(rx.readable, options);
      const failed = new Promise((resolve) => stream.once('error', resolve));
      stream.resume();
      await sleep(2);
      stream.destroy(error);
      if (error !== undefined) assert.equal(await failed, error);
      await until(() => rx.closed, 'the handle is closed');
      tx.trySend(1);
      await sleep(2);
      assert.equal(other.tryReceive(), 1);
    }
  });

  it('closes it when the pipeline fails behind it', async () => {
    const [tx, rx] = channel<number>(1);
    const sending = tx.sendMany([1, 2, 3, 4, 5, 6, 7, 8]);
    const error = new Error('the disk is full');
    const sink = new Writable({ ...options, write: (_, __, done) => done(error) });
    assert.equal(await rejection(pipeline(Readable.fromWeb(rx.readable, options), sink)), error);
    await until(() => rx.closed, 'the handle is closed');
    assert.ok((await rejection(sending.then(() => tx.send(0)))).name === 'ChannelClosedError');
  });

  it('closes it when the pipeline is aborted while nothing comes', async () => {
    const [tx, rx] = channel<number>();
    const controller = new AbortController();
    const source = Readable.fromWeb(rx.readable, options);
    const sink = new Writable({ ...options, write: (_, __, done) => done() });
    const piping = rejection(pipeline(source, sink, { signal: controller.signal }));
    await sleep(2);
    controller.abort();
    assert.equal((await piping).name, 'AbortError');
    await until(() => rx.closed && tx.closed, 'the handle is closed');
  });

  it('fails with the reason of poison', async () => {
    const [tx, rx] = channel<number>();
    const stream = Readable.fromWeb(rx.readable, options);
    const reading = rejection(stream.toArray());
    tx.poison(new Error('too hot'));
    const error = await reading;
    assert.equal(error.name, 'ChannelPoisonedError');
    assert.equal((error.cause as Error).message, 'too hot');
  });

  it('takes bytes without the mode for objects', async () => {
    const [tx, rx] = channel<Uint8Array>();
    tx.sendManySync([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    tx.close();
    const chunks = await Readable.fromWeb(rx.readable).toArray();
    assert.deepEqual(Buffer.concat(chunks), Buffer.of(1, 2, 3));
  });
});

describe('a Node stream into a sender', () => {
  const create = interpreters();

  it('closes the handle when it ends', async () => {
    const [tx, rx] = channel<string>();
    const stream = Writable.fromWeb(tx.writable, options);
    stream.write('a');
    stream.end('b');
    const seen: string[] = [];
    for await (const message of rx) seen.push(message);
    assert.deepEqual(seen, ['a', 'b']);
  });

  it('closes it when it is destroyed with an error, and does not send what waits', async () => {
    const [tx, rx] = channel<number>(1);
    const stream = Writable.fromWeb(tx.writable, options);
    const error = new Error('no more');
    const failed = new Promise((resolve) => stream.once('error', resolve));
    tx.trySend(0);
    stream.write(1);
    await sleep(2);
    stream.destroy(error);
    assert.equal(await failed, error);
    await until(() => tx.closed, 'the handle is closed');
    assert.deepEqual([...rx], [0]);
  });

  it('closes it when it is destroyed without one, after what it was given', async () => {
    const [tx, rx] = channel<number>(1);
    const stream = Writable.fromWeb(tx.writable, options);
    tx.trySend(0);
    stream.write(1);
    await sleep(2);
    stream.destroy();
    const seen: number[] = [];
    for await (const message of rx) seen.push(message);
    assert.deepEqual(seen, [0, 1]);
  });

  it('closes it when its source fails', async () => {
    const [tx, rx] = channel<number>();
    const source = Readable.from(
      (function* () {
        yield 1;
        throw new Error('the file is broken');
      })(),
    );
    const piping = rejection(pipeline(source, Writable.fromWeb(tx.writable, options)));
    assert.equal((await piping).message, 'the file is broken');
    await until(() => tx.closed, 'the handle is closed');
    assert.deepEqual([...rx], [1]);
  });

  it('closes it when the pipeline is aborted while the channel is full', async () => {
    const [tx, rx] = channel<number>(1);
    const controller = new AbortController();
    const source = Readable.from([1, 2, 3, 4, 5]);
    const piping = rejection(
      pipeline(source, Writable.fromWeb(tx.writable, options), { signal: controller.signal }),
    );
    await sleep(5);
    controller.abort();
    assert.equal((await piping).name, 'AbortError');
    await until(() => tx.closed, 'the handle is closed');
    assert.deepEqual([...rx], [1]);
  });

  it('destroys its source when nobody receives any more', async () => {
    const [tx, rx] = channel<number>(1);
    const source = new Readable({
      ...options,
      read() {
        this.push(1);
      },
    });
    const piping = rejection(pipeline(source, Writable.fromWeb(tx.writable, options)));
    await rx.receive();
    rx.close();
    const error = (await piping) as ChannelClosedError;
    assert.deepEqual([error.name, error.value], ['ChannelClosedError', 1]);
    assert.ok(source.destroyed);
  });

  it('tells the receivers that it failed, if a handle that was kept poisons the channel', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>();
    const reading = rejection(
      guest.call(async (rx) => {
        for await (const _ of rx.readable);
      }, rx),
    );
    const kept = tx.clone();
    const broken = new Transform({
      ...options,
      transform: (_, __, done) => done(new Error('bad')),
    });
    await pipeline(Readable.from([1]), broken, Writable.fromWeb(tx.writable, options)).then(
      () => kept.close(),
      (error) => kept.poison(error),
    );
    const error = await reading;
    assert.equal(error.name, 'ChannelPoisonedError');
    assert.equal((error.cause as Error).message, 'bad');
  });
});
