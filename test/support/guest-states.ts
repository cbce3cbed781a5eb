import { channel, Interpreter } from 'isolane';
import { until } from './wait.js';

type Isolane = typeof import('isolane');

/** What an interpreter may be doing while somebody looks into it; each resolves once it is. What it does has no end. */
export const guestStates: [what: string, enter: (guest: Interpreter) => Promise<unknown>][] = [
  ['is idle', async () => {}],
  ['runs an endless loop', endless],
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
