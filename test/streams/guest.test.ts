import assert from 'node:assert/strict';
import { channel, move } from 'isolane';
import { assertSame } from '../globals/same.js';
import { interpreters } from '../support/interpreters.js';
import { aMoment, rejection } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('the streams of a guest', () => {
  const create = interpreters();

  it('are globals that do what those of Node do', async () => {
    const guest = await create();
    await assertSame(guest, [
      '[ReadableStream, WritableStream, TransformStream, CountQueuingStrategy, ByteLengthQueuingStrategy].map((c) => [c.name, c.length])',
      '[new ReadableStream(), new WritableStream(), new TransformStream()].map((s) => Object.prototype.toString.call(s))',
      'Array.fromAsync === undefined || (async () => { const all = []; for await (const n of ReadableStream.from([1, 2, 3])) all.push(n); return all; })()',
      '[new CountQueuingStrategy({ highWaterMark: 3 }).size({}), new ByteLengthQueuingStrategy({ highWaterMark: 3 }).size(new Uint8Array(7))]',
      'new ReadableStream().getReader() && new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" }).constructor.name',
      '(async () => { const s = new ReadableStream({ type: "bytes", pull(c) { c.enqueue(Uint8Array.of(1, 2)); c.close(); } }); const r = s.getReader({ mode: "byob" }); const { value } = await r.read(new Uint8Array(8)); return [...value]; })()',
      '(async () => { const t = new TransformStream(); const w = t.writable.getWriter(); w.write(1); w.close(); return (await t.readable.getReader().read()).value; })()',
      'ReadableStream()',
      'new ReadableStream({ pull: 5 })',
      'new ReadableStream({}, { highWaterMark: -1 })',
      'new WritableStream({ type: "bytes" })',
      'new CountQueuingStrategy()',
      '((s) => { s.getReader(); s.getReader(); })(new ReadableStream())',
      '((s) => { s.getReader(); return s.cancel(); })(new ReadableStream())',
      'new WritableStream({ write() { throw new RangeError("no"); } }).getWriter().write(1)',
      '((w, c) => { let signal; const s = new WritableStream({ start(k) { signal = k.signal; } }); s.abort("why"); return [signal.aborted, signal.reason]; })()',
      '(async () => { const c = new AbortController(); c.abort(); return new ReadableStream().pipeTo(new WritableStream(), { signal: c.signal }); })()',
    ]);
  });

  it('work though the guest has replaced other globals', async () => {
    const guest = await create();
    await guest.exec(`
      for (const name of ['AbortController', 'AbortSignal', 'DOMException', 'ReadableStream', 'WritableStream', 'queueMicrotask', 'structuredClone', 'setTimeout']) {
        globalThis[name] = undefined;
      }
    `);
    const seen = await guest.call(async () => {
      const [tx, rx] = isolane.channel<number>(1);
      const writer = tx.writable.getWriter();
      await writer.write(1);
      const waiting = writer.write(2).catch((reason) => reason);
      writer.closed.catch(() => {});
      await writer.abort('enough');
      const [one, two] = rx.readable.tee();
      const first = await one.getReader().read();
      return [await waiting, first.value, (await two.getReader().read()).value];
    });
    assert.deepEqual(seen, ['enough', 1, 1]);
  });

  it('have backpressure across interpreters', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>(4);
    const [ticks, seen] = channel<number>(0);
    let made = 0;
    const source = new ReadableStream<number>({
      pull(controller) {
        if (made === 200) controller.close();
        else controller.enqueue(made++);
      },
    });
    const reading = guest.call(
      async (rx, ticks) => {
        let sum = 0;
        for await (const n of rx.readable) {
          await ticks.send(n);
          sum += n;
        }
        ticks.close();
        return sum;
      },
      move(rx),
      move(ticks),
    );
    const piping = source.pipeTo(tx.writable);
    let most = 0;
    for await (const n of seen) most = Math.max(most, made - n);
    await piping;
    assert.equal(await reading, (199 * 200) / 2);
    // Those in the channel, and one in each of: the source, its pipe, the write, the read, the tick.
    assert.ok(most <= 4 + 6, `${most} were under way`);
    assert.equal(made, 200);
  });

  it('may come back as results, a message at a time', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>();
    tx.sendManySync([1, 2, 3]);
    tx.close();
    const seen: number[] = [];
    for await (const n of await guest.call((rx) => rx.readable, rx)) seen.push(n);
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('take no message for a call that was stopped', async () => {
    const guest = await create();
    const [tx, rx] = channel<number>();
    const reading = guest.with({ timeout: 20 }).call(async (rx) => {
      for await (const n of rx.readable) await n;
    }, rx);
    assert.match((await rejection(reading)).name, /Timeout/);
    tx.trySend(1);
    await aMoment();
    assert.equal(rx.tryReceive(), 1);
  });

  it('cannot travel, and say what can', async () => {
    const guest = await create();
    const messages = await guest.call(async () => {
      const [tx, rx] = isolane.channel<unknown>();
      const thrown: string[] = [];
      for (const stream of [rx.readable, tx.clone().writable]) {
        try {
          tx.trySend({ deep: [stream] });
        } catch (error) {
          thrown.push((error as Error).message);
        }
      }
      return thrown;
    });
    const here = 'streams stay where they are';
    assert.deepEqual(messages, [
      `$.deep[0] is a ReadableStream; ${here}, send the receiver of a channel instead`,
      `$.deep[0] is a WritableStream; ${here}, send the sender of a channel instead`,
    ]);
  });
});
