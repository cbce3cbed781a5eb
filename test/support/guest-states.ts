import { channel, Interpreter } from 'isolane';
import { until } from './wait.js';

type Isolane = typeof import('isolane');

/** What an interpreter may be doing while somebody looks into it; each resolves once it is. What it does has no end. */
export const guestStates: [what: string, enter: (guest: Interpreter) => Promise<unknown>][] = [
  ['is idle', async () => {}],
  ['runs an endless loop', endless],
  ['backtracks in a regular expression', backtracking],
  ['waits for the lock of another', waiting],
  ['is blocked in a receive', receiving],
  ['is blocked in a rendezvous', sending],
  ['runs for another thread that called it', calledSync],
];

async function endless(guest: Interpreter): Promise<void> {
  const started = new Int32Array(new SharedArrayBuffer(4));
  const spin = guest.call((started) => {
    for (;;) Atomics.store(started, 0, 1);
  }, started);
  spin.catch(() => {});
  await until(() => Atomics.load(started, 0) === 1, 'the loop runs');
}

async function backtracking(guest: Interpreter): Promise<void> {
  const started = new Int32Array(new SharedArrayBuffer(4));
  const match = guest.call((started) => {
    Atomics.store(started, 0, 1);
    return /^(a+)+$/.test(`${'a'.repeat(60)}b`);
  }, started);
  match.catch(() => {});
  await until(() => Atomics.load(started, 0) === 1, 'the match has begun');
}

async function waiting(guest: Interpreter): Promise<void> {
  const other = await Interpreter.create({ name: 'other' });
  await endless(other);
  const waiting = guest.call((id) => {
    const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
    Interpreter.list()
      .find((each) => each.id === id)
      ?.callSync(() => {});
  }, other.id);
  // When the guest has ended, the other may go too.
  waiting.catch(() => {}).finally(() => other.terminate());
  await until(() => other.lock.waiting === 1, 'the guest waits for the lock');
}

async function receiving(guest: Interpreter): Promise<unknown> {
  const { sender, receiver } = channel();
  guest.call((rx) => rx.receiveSync(), receiver).catch(() => {});
  await until(() => guest.state === 'blocked', 'the guest is blocked');
  return sender; // or the channel would close
}

async function sending(guest: Interpreter): Promise<unknown> {
  const { sender, receiver } = channel(0);
  guest.call((tx) => tx.sendSync('nobody takes this'), sender).catch(() => {});
  await until(() => guest.state === 'blocked', 'the guest is blocked');
  return receiver;
}

async function calledSync(guest: Interpreter): Promise<unknown> {
  const caller = await Interpreter.create({ name: 'caller' });
  const started = new Int32Array(new SharedArrayBuffer(4));
  const call = caller.call(
    (id, started) => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
      const guest = Interpreter.list().find((each) => each.id === id);
      guest?.callSync((started) => {
        for (;;) Atomics.store(started, 0, 1);
      }, started);
    },
    guest.id,
    started,
  );
  // The end of the guest is the end of the call.
  call.catch(() => {}).finally(() => caller.terminate());
  await until(() => Atomics.load(started, 0) === 1, 'the loop runs');
  return caller;
}
