import assert from 'node:assert/strict';
import { channel, move } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { rejection } from '../support/wait.js';

describe('exec', () => {
  const create = interpreters();

  it('declares for good: var, let, const, functions and classes', async () => {
    const guest = await create();
    await guest.exec(`
      var a = 1; let b = 2; const c = 3;
      function d() { return ++b; }
      class E { f = 5 }
    `);
    await guest.exec('b += 10; d()');
    assert.deepEqual(await guest.evaluate('[a, b, c, typeof d, new E().f]'), [
      1,
      13,
      3,
      'function',
      5,
    ]);
    assert.equal(await guest.call(() => Reflect.get(globalThis, 'a')), 1);
  });

  it('gives nothing, whatever the last value is', async () => {
    const guest = await create();
    assert.equal(await guest.exec('(() => {})'), undefined);
    assert.equal(await guest.exec(''), undefined);
  });

  it('rejects with what the script throws, and keeps what was done before', async () => {
    const guest = await create();
    const error = await rejection(guest.exec('var before = 1; null.x'));
    assert.ok(error instanceof TypeError);
    assert.equal(await guest.evaluate('before'), 1);
    const again = await rejection(guest.exec('const twice = 1; const twice = 2;'));
    assert.ok(again instanceof SyntaxError);
    assert.match(again.message, /twice/);
  });

  it('can use a hashbang, comments and sloppy mode', async () => {
    const guest = await create();
    await guest.exec('#!/usr/bin/env node\nsloppy = 010; // octal');
    assert.equal(await guest.evaluate('sloppy'), 8);
  });

  it('says where a syntax error is', async () => {
    const guest = await create();
    const error = await rejection(guest.exec('let fine = 1;\nlet = = 2;'));
    assert.ok(error instanceof SyntaxError);
    assert.match(`${error.message}\n${error.stack}`, /:2:\d+|:2\b/);
  });

  for (const wrong of [undefined, null, 5, {}]) {
    it(`refuses ${wrong === null ? 'null' : typeof wrong} as code`, async () => {
      const guest = await create();
      assert.equal((await rejection(guest.exec(wrong as unknown as string))).name, 'TypeError');
      assert.equal((await rejection(guest.evaluate(wrong as unknown as string))).name, 'TypeError');
    });
  }
});

describe('evaluate', () => {
  const create = interpreters();

  it('gives the value of an expression', async () => {
    const guest = await create();
    assert.equal(await guest.evaluate('6 * 7'), 42);
    assert.deepEqual(await guest.evaluate('{ a: [1, 2] }'), { a: [1, 2] });
    assert.equal(await guest.evaluate('"text" // with a comment'), 'text');
    assert.equal(await guest.evaluate('undefined'), undefined);
  });

  it('awaits promises', async () => {
    const guest = await create();
    assert.equal(await guest.evaluate('Promise.resolve(5)'), 5);
    assert.equal(
      await guest.evaluate('new Promise((resolve) => setTimeout(resolve, 5, "later"))'),
      'later',
    );
    const error = await rejection(guest.evaluate('Promise.reject(new RangeError("no"))'));
    assert.ok(error instanceof RangeError);
  });

  it('takes expressions alone', async () => {
    const guest = await create();
    assert.ok((await rejection(guest.evaluate('if (true) 1'))) instanceof SyntaxError);
    assert.ok((await rejection(guest.evaluate(''))) instanceof SyntaxError);
  });

  it('names a variable that is not there', async () => {
    const guest = await create();
    const error = await rejection(guest.evaluate('nothingOfTheKind'));
    assert.ok(error instanceof ReferenceError);
    assert.match(error.message, /nothingOfTheKind/);
  });
});

describe('provide', () => {
  const create = interpreters();

  it('makes globals, by copy', async () => {
    const guest = await create();
    const config = { deep: [1] };
    await guest.provide({ config, other: 2 });
    config.deep.push(2);
    assert.deepEqual(await guest.evaluate('config.deep'), [1]);
    assert.equal(await guest.evaluate('other'), 2);
  });

  it('hands over what is moved, and endpoints', async () => {
    const guest = await create();
    const bytes = new Uint8Array(100).fill(2);
    const [tx, rx] = channel<number>();
    await guest.provide({ bytes: move(bytes), out: move(tx) });
    assert.equal(bytes.length, 0);
    assert.equal(tx.closed, true);
    await guest.exec('out.sendSync(bytes.reduce((a, b) => a + b))');
    assert.equal(rx.receiveSync(), 200);
  });

  it('refuses what has no properties to make globals of', async () => {
    const guest = await create();
    for (const values of [new Map([['a', 1]]), new Set([1]), [1], null, 'text', new Date()]) {
      const error = await rejection(guest.provide(values as never));
      assert.equal(error.name, 'TypeError');
      assert.match(error.message, /provide\(\) takes a plain object/);
    }
  });

  it('replaces what it provided before', async () => {
    const guest = await create();
    await guest.provide({ a: 1, b: 1 });
    await guest.provide({ b: 2 });
    assert.deepEqual(await guest.evaluate('[a, b]'), [1, 2]);
  });

  for (const wrong of [undefined, null, 5]) {
    it(`refuses ${wrong}`, async () => {
      const guest = await create();
      const error = await rejection(guest.provide(wrong as unknown as Record<string, unknown>));
      assert.equal(error.name, 'TypeError');
    });
  }
});
