import assert from 'node:assert/strict';
import { channel, Receiver, Sender } from 'isolane';

describe('a channel', () => {
  it('gives out what was put in', () => {
    const [tx, rx] = channel<string>();
    tx.sendSync('hello');
    assert.equal(rx.receiveSync(), 'hello');
  });

  it('is a pair, and an object with both ends', () => {
    const pair = channel<number>();
    const [tx, rx] = pair;
    assert.ok(tx instanceof Sender);
    assert.ok(rx instanceof Receiver);
    assert.equal(pair.sender, tx);
    assert.equal(pair.receiver, rx);
    assert.equal([...pair].length, 2);
  });

  it('holds 1024 messages by default', () => {
    assert.equal(channel().capacity, 1024);
    assert.equal(channel({}).capacity, 1024);
  });

  it('counts what is queued', () => {
    const both = channel<number>(4);
    const [tx, rx] = both;
    assert.equal(both.size, 0);
    tx.trySend(1);
    tx.trySend(2);
    assert.deepEqual([both.size, tx.size, rx.size], [2, 2, 2]);
    rx.tryReceive();
    assert.equal(both.size, 1);
  });

  it('has an id that both ends share, and no other channel has', () => {
    const a = channel();
    const b = channel();
    assert.equal(typeof a.id, 'number');
    assert.equal(a.sender.id, a.id);
    assert.equal(a.receiver.id, a.id);
    assert.equal(a.sender.clone().id, a.id);
    assert.notEqual(a.id, b.id);
  });

  it('has a name, which messages about it contain', () => {
    const jobs = channel({ name: 'jobs' });
    assert.deepEqual([jobs.name, jobs.sender.name, jobs.receiver.name], ['jobs', 'jobs', 'jobs']);
    jobs.close();
    assert.throws(() => jobs.sender.trySend(1), /jobs/);
    assert.equal(channel().name, '');
  });

  it('gives undefined, or what was asked for, when there is nothing', () => {
    const [tx, rx] = channel<number | undefined>();
    const nothing = Symbol('nothing');
    assert.equal(rx.tryReceive(), undefined);
    assert.equal(rx.tryReceive(nothing), nothing);
    tx.trySend(undefined);
    assert.equal(rx.tryReceive(nothing), undefined);
  });
});
