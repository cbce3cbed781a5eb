import assert from 'node:assert/strict';
import { runScript } from '../support/run-script.js';

/** Runs a script that waits for ever if nothing ends it, and gives what it printed. */
const lines = async (script: string): Promise<string[]> => (await runScript(script)).lines;

describe('an operation that waits keeps Node alive', () => {
  it('while another party has a handle of the other side', async () => {
    assert.deepEqual(
      await lines(`
        const guest = await Interpreter.create();
        const [tx, rx] = channel();
        guest.call(async (tx) => {
          await new Promise((resolve) => setTimeout(resolve, 300));
          await tx.send('late');
        }, move(tx)).catch(() => {});
        console.log(await rx.receive());`),
      ['late'],
    );
  });

  it('while such a handle is under way', async () => {
    assert.deepEqual(
      await lines(`
        const guest = await Interpreter.create();
        const [handles, out] = channel(1);
        const [tx, rx] = channel(1);
        const received = rx.receive();
        guest.exec('0');
        handles.trySend(tx);
        tx.close();
        setTimeout(() => out.tryReceive().send('found'), 300).unref();
        console.log(await received);`),
      ['found'],
    );
  });

  it('when the handle is sent after it has begun to wait', async () => {
    assert.deepEqual(
      await lines(`
        const guest = await Interpreter.create();
        await guest.exec("globalThis.take = (tx) => { setTimeout(() => tx.trySend('sent'), 300); };");
        const [tx, rx] = channel(1);
        rx.receive().then((message) => console.log(message));
        await guest.call((tx) => globalThis.take(tx), tx);`),
      ['sent'],
    );
  });

  it('not while only its own environment could complete it', async () => {
    assert.deepEqual(
      await lines(`
        const [tx, rx] = channel();
        const rendezvous = channel(0);
        const full = rendezvous.sender;
        rx.receive().then(() => console.log('received'));
        for (let i = 0; i < 3; i++) full.send(i).then(() => console.log('sent'));
        isolane.select({ rx, full: full.offer(1) }).then(() => console.log('selected'));
        process.on('exit', () => console.log('over', tx.size, rendezvous.receiver.closed));`),
      ['over 0 false'],
    );
  });

  it('until the last of the others has given up its handle', async () => {
    assert.deepEqual(
      await lines(`
        const guest = await Interpreter.create();
        const [tx, rx] = channel(1);
        rx.receive().then(() => console.log('received'));
        isolane.select({ rx }).then(() => console.log('selected'));
        guest.call((tx) => { setTimeout(() => { tx.close(); }, 300); }, tx);
        const start = performance.now();
        process.on('exit', () => console.log(performance.now() - start > 290, tx.closed));`),
      ['true false'],
    );
  });

  it('until the other ends', async () => {
    assert.deepEqual(
      await lines(`
        const guest = await Interpreter.create();
        const [tx, rx] = channel(1);
        await guest.call((tx) => { globalThis.tx = tx; }, tx);
        rx.receive().then(() => console.log('received'));
        setTimeout(() => guest.terminate(), 100).unref();
        process.on('exit', () => console.log('over', tx.closed));`),
      ['over false'],
    );
  });

  it('until what has come is delivered, also if its own environment sent it last', async () => {
    assert.deepEqual(
      await lines(`
        const [tx, rx] = channel(0);
        const other = isolane.channel(0);
        (async () => {
          for await (const n of rx) { if (n < 5) await other.sender.send(n + 1); else console.log('the last'); }
        })();
        (async () => {
          for await (const n of other.receiver) await tx.send(n + 1);
        })();
        setTimeout(() => tx.send(0), 50);`),
      ['the last'],
    );
  });

  it('in a select, for any of its cases', async () => {
    assert.deepEqual(
      await lines(`
        const guest = await Interpreter.create();
        const [mine, rx] = channel(1);
        const [tx, theirs] = channel(0);
        await guest.call((rx) => { setTimeout(() => rx.receive(), 300); }, move(theirs));
        const { key } = await isolane.select({ rx, tx: tx.offer('taken') });
        console.log(key, mine.closed);
        await guest.close();`),
      ['tx false'],
    );
  });

  it('for a time, once', async () => {
    const start = performance.now();
    assert.deepEqual(
      await lines(`
        const guest = await Interpreter.create();
        const rx = isolane.after(300);
        rx.receive().then(() => {});
        await guest.call((rx) => { rx.receive().then(() => {}); }, rx);
        process.on('exit', () => console.log('over', rx.size));`),
      ['over 0'],
    );
    assert.ok(performance.now() - start >= 299);
  });
});
