import assert from 'node:assert/strict';
import { after, never, TimeoutError, tick } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { rejection } from '../support/wait.js';

declare const isolane: typeof import('isolane');

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('after', () => {
  const create = interpreters();

  it('gives the moment that was meant, once', async () => {
    const start = performance.now();
    const due = performance.timeOrigin + start + 12.5;
    const rx = after(12.5);
    assert.equal(rx.tryReceive('not yet'), 'not yet');
    const moment = await rx.receive();
    assert.ok(performance.now() - start >= 12.4);
    assert.ok(Math.abs(moment - due) < 1000, `${moment} for ${due}`);
    assert.equal(rx.tryReceive('no other'), 'no other');
    assert.ok((await rejection(rx.receive({ timeout: 5 }))) instanceof TimeoutError);
  });

  it('blocks, too, and in an interpreter', async () => {
    const start = performance.now();
    assert.equal(typeof after(10).receiveSync(), 'number');
    assert.ok(performance.now() - start >= 9.9);
    const guest = await create();
    assert.equal(await guest.call(() => typeof isolane.after(5).receiveSync()), 'number');
    assert.equal(await guest.call(async () => typeof (await isolane.after(5).receive())), 'number');
  });

  it('of nothing is there at once', () => {
    assert.equal(typeof after(0).tryReceive(), 'number');
  });

  it('travels, and fires wherever it is', async () => {
    const guest = await create();
    assert.equal(await guest.call((rx) => typeof rx.receiveSync(), after(20)), 'number');
  });

  it('refuses what is no time', () => {
    for (const wrong of [-1, Number.NaN]) assert.throws(() => after(wrong), RangeError);
    for (const wrong of ['1', undefined, 1n]) assert.throws(() => after(wrong as never), TypeError);
    for (const wrong of [-1, 0, Number.NaN]) assert.throws(() => tick(wrong), RangeError);
  });

  it('keeps Node alive while somebody waits for it, and not after', async () => {
    const start = performance.now();
    const { lines } = await runScript(`
      const rx = isolane.after(300);
      console.log(typeof (await rx.receive()));
      rx.receive().then(() => console.log('never'));`);
    assert.deepEqual(lines, ['number']);
    assert.ok(performance.now() - start >= 299);
  });
});

describe('tick', () => {
  it('comes again and again, at whole periods after the start', async () => {
    using ticks = tick(5);
    const moments = [];
    for (let i = 0; i < 5; i++) moments.push(await ticks.receive());
    for (let i = 1; i < moments.length; i++) {
      const periods = ((moments[i] as number) - (moments[i - 1] as number)) / 5;
      assert.ok(periods > 0.9 && Math.abs(periods - Math.round(periods)) < 0.2, String(periods));
    }
  });

  it('has no backlog for a slow reader', async () => {
    using ticks = tick(5);
    await ticks.receive();
    await sleep(40);
    assert.equal(ticks.size, 1);
    assert.equal(typeof ticks.tryReceive(), 'number');
    assert.equal(ticks.tryReceive('none'), 'none');
  });

  it('ends when its receiver is closed', () => {
    const ticks = tick(5);
    assert.equal(ticks.closed, false);
    ticks.close();
    assert.equal(ticks.closed, true);
  });
});

describe('never', () => {
  it('does not come, and keeps nobody alive', async () => {
    assert.equal(never().tryReceive('nothing'), 'nothing');
    assert.throws(() => never().receiveSync({ timeout: 5 }), TimeoutError);
    assert.throws(() => tick(Number.POSITIVE_INFINITY).receiveSync({ timeout: 5 }), TimeoutError);
    const { lines } = await runScript(`
      isolane.never().receive().then(() => console.log('came'));
      console.log('done');`);
    assert.deepEqual(lines, ['done']);
  });
});
