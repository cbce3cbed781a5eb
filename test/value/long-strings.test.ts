import assert from 'node:assert/strict';
import { channel, share, TimeoutError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';

declare const isolane: typeof import('isolane');

function through<T>(value: T): T {
  const [tx, rx] = channel<T>(1);
  tx.sendSync(value);
  return rx.receiveSync();
}

/** Of so many characters, none of which can be told from the one before by its neighbours. */
function text(length: number, alphabet: string): string {
  let made = '';
  for (let i = 0; i < length; i++) made += alphabet[(i * i + (i >> 5)) % alphabet.length];
  return made;
}

const latin = 'abcdefghijklmnopqrstuvwxyz\0é\xff';
const wide = 'aé\xff\u0100中\ud83d\ude00\ud800\udfff';

describe('long strings', () => {
  const create = interpreters();

  for (const [what, alphabet, unit] of [
    ['of one byte a character', latin, 1],
    ['of two bytes a character', wide, 2],
  ] as const) {
    for (const bytes of [4094, 4096, 4098, 100_000, 2 ** 20]) {
      it(`of ${bytes} bytes, ${what}, arrive as they are, and again`, async () => {
        const sent = text(bytes / unit, alphabet);
        const copy = text(bytes / unit, alphabet);
        for (let i = 0; i < 3; i++) assert.ok(through(sent) === copy);
        assert.ok(sent === copy);
        const received = through(sent);
        assert.ok(through(received) === copy);
        assert.ok(share(received).value === copy);
        const guest = await create();
        assert.ok((await guest.call((value) => value, received)) === copy);
        assert.ok(
          (await guest.call((value) => value.slice(1) + value[0], sent)).at(-1) === copy[0],
        );
      });
    }
  }

  it('are told apart', () => {
    const texts = Array.from({ length: 50 }, (_, i) => text(5000, latin) + i);
    const copies = texts.map((one) => `${one}`);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < texts.length; i++) assert.ok(through(texts[i]) === copies[i]);
    }
  });

  it('may be parts of others, be joined of parts, or be names of properties', () => {
    const whole = text(20_000, latin);
    const part = whole.slice(100, 15_000);
    const joined = part + whole;
    assert.ok(through(part) === [...whole].slice(100, 15_000).join(''));
    assert.ok(through(joined) === `${part}${whole}`);
    assert.ok(through(joined).slice(0, part.length) === part);
    const names = { [part]: 1, [text(5000, wide)]: 2 };
    for (const name of Object.keys(names)) {
      const received = through(name);
      assert.equal(names[received], names[name]);
      assert.equal(through(names)[received], names[name]);
      assert.equal(new Map([[name, 3]]).get(received), 3);
      assert.equal(`${received}!`.length, name.length + 1);
      assert.ok(JSON.parse(JSON.stringify(received)) === JSON.parse(JSON.stringify(name)));
      assert.ok(received.replace(/b/g, 'c') === name.replace(/b/g, 'c'));
    }
  });

  it('stay what they are while they are sent from within a function that reads them', () => {
    const source = JSON.stringify(Array.from({ length: 2000 }, (_, i) => `é${i}`));
    const read: unknown = JSON.parse(source, (_key, value) => {
      through(source);
      return value;
    });
    assert.deepEqual(read, JSON.parse(`${source}`));
    const replaced = source.replace(/\d+/g, (number) => {
      through(source);
      return String(Number(number) + 1);
    });
    assert.deepEqual(JSON.parse(replaced)[1999], 'é2000');
  });

  it('may be external strings of Node itself', () => {
    const made = Buffer.alloc(2 ** 21, 'node').toString('latin1');
    assert.ok(through(made) === 'node'.repeat(2 ** 19));
    assert.ok(through(made) === made);
    const wider = Buffer.from('中'.repeat(2 ** 20), 'utf16le').toString('utf16le');
    assert.ok(through(wider) === '中'.repeat(2 ** 20));
  });

  it('go from guest to guest to host after their sender has ended', async () => {
    const [first, second] = [await create(), await create()];
    const [tx, rx] = channel<string>(1);
    await first.call((tx) => tx.sendSync('guest'.repeat(100_000)), tx);
    await first.close();
    const [out, back] = channel<string>(1);
    await second.call((rx, out) => out.sendSync(rx.receiveSync()), rx, out);
    await second.close();
    assert.ok(back.receiveSync() === 'guest'.repeat(100_000));
  });

  it('weigh their bytes in a channel that is bounded by them', async () => {
    const [tx, rx] = channel<string>({ capacity: 10, maxBytes: 10_000 });
    const long = 'x'.repeat(5000);
    assert.equal(tx.trySend(long), true);
    assert.equal(tx.trySend(long), true);
    assert.equal(tx.trySend(long), false);
    await assert.rejects(tx.send(long, { timeout: 5 }), TimeoutError);
    assert.equal(rx.receiveSync(), long);
    assert.equal(tx.trySend(long), true);
  });

  it('are one block of memory, however often they are sent and whoever has them', async function () {
    this.timeout(120_000);
    await runScript(
      `
      const MB = 2 ** 20;
      const rss = () => process.memoryUsage().rss / MB;
      const guests = await Promise.all(Array.from({ length: 4 }, () => Interpreter.create()));
      for (const guest of guests) await guest.exec('globalThis.kept = []');
      let sent = 'x'.repeat(32 * MB);
      const [tx, rx] = channel();
      let kept = [];
      const before = rss();
      for (let i = 0; i < 50; i++) {
        tx.sendSync(sent);
        kept.push(rx.receiveSync());
      }
      for (const guest of guests) {
        await guest.call((rx) => void (globalThis.receiver = rx), rx);
        tx.sendSync(sent);
        tx.sendSync(sent);
        await guest.exec('kept.push(receiver.receiveSync(), receiver.receiveSync())');
        assert.equal(await guest.evaluate('kept[1].charCodeAt(1000)'), 120);
      }
      const full = rss();
      assert.ok(full - before < 100, 'grew by ' + (full - before) + ' MB');
      sent = kept = undefined;
      await Promise.all(guests.map((guest) => guest.close()));
      for (let i = 0; rss() > full - 25; i++) {
        assert.ok(i < 1000, 'stays at ' + rss() + ' of ' + full + ' MB');
        global.gc();
        await sleep(5);
      }
      `,
      { nodeArgs: ['--expose-gc'], limit: 100_000 },
    );
  });

  it('are collected in time, at both ends', async function () {
    this.timeout(120_000);
    await runScript(
      `
      const MB = 2 ** 20;
      const guest = await Interpreter.create();
      const [tx, rx] = channel(4);
      const sent = guest.call((tx, MB) => {
        for (let i = 0; i < 2000; i++) tx.sendSync('x'.repeat(MB) + i);
        tx.close();
      }, tx, MB);
      tx.close();
      let most = 0;
      for await (const text of rx) {
        assert.equal(text.length > MB, true);
        most = Math.max(most, process.memoryUsage().rss / MB);
      }
      await sent;
      assert.ok(most < 800, 'up to ' + most + ' MB');
      await guest.close();
      `,
      { limit: 100_000 },
    );
  });

  it('end an interpreter by themselves that is to have less', async () => {
    const guest = await create({ memoryLimit: 32 << 20 });
    const [tx, rx] = channel<string>(1);
    tx.sendSync('z'.repeat(100 << 20));
    const kept = guest.call((rx) => {
      const text = rx.receiveSync();
      const end = Date.now() + 10_000;
      while (Date.now() < end) Array.from({ length: 1000 }, (_, i) => ({ i }));
      return text.length;
    }, rx);
    await assert.rejects(kept, { name: 'MemoryLimitError' });
  });

  it('count towards the limit of an interpreter that has them, once each', async () => {
    const MB = 2 ** 20;
    const guest = await create({ memoryLimit: 64 * MB });
    const same = await guest.call((MB) => {
      const [tx, rx] = isolane.channel<string>(1);
      const text = 'x'.repeat(MB);
      const kept: string[] = [];
      for (let i = 0; i < 1000; i++) {
        tx.sendSync(text);
        kept.push(rx.receiveSync());
        // So that the engine looks.
        if (i % 100 === 0) new ArrayBuffer(20 * MB);
      }
      return kept.length;
    }, MB);
    assert.equal(same, 1000);
    const many = guest.call((MB) => {
      const [tx, rx] = isolane.channel<string>(1);
      const kept: string[] = [];
      for (let i = 0; i < 1000; i++) {
        tx.sendSync('x'.repeat(MB) + i);
        kept.push(rx.receiveSync());
      }
      return kept.length;
    }, MB);
    await assert.rejects(many, { name: 'MemoryLimitError' });
  });
});
