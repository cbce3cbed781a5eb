import assert from 'node:assert/strict';
import { DeadlockError, type Interpreter } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { until } from '../support/wait.js';

/** What a call in a circle gives: what was called, what callSync threw, and how long the bytes are that it was to move. */
type Outcome = [result: string, message: string, left: number];

/**
 * Runs in an interpreter: waits until all `count` of the circle hold their locks, and then calls the one with this id.
 * `timeout`: 0 for none.
 */
function callTheNext(id: number, arrived: Int32Array, count: number, timeout: number): Outcome {
  const { Interpreter, move } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
  const next = Interpreter.list().find((each) => each.id === id) as Interpreter;
  const caller = timeout === 0 ? next : next.with({ timeout });
  const bytes = new Uint8Array([1, 2, 3]);
  Atomics.add(arrived, 0, 1);
  while (Atomics.load(arrived, 0) < count);
  try {
    return [caller.callSync((_bytes) => 'had it', move(bytes)), '', bytes.length];
  } catch (error) {
    const { name, message } = error as Error;
    return [name, message, bytes.length];
  }
}

const flag = () => new Int32Array(new SharedArrayBuffer(4));

/** Each interpreter calls the next one, and the last the first. */
function goRound(guests: Interpreter[], timeouts: number[] = []): Promise<Outcome[]> {
  const arrived = flag();
  return Promise.all(
    guests.map((guest, i) => {
      const next = guests[(i + 1) % guests.length] as Interpreter;
      return guest.call(callTheNext, next.id, arrived, guests.length, timeouts[i] ?? 0);
    }),
  );
}

const label = ({ id, name }: Interpreter) => `interpreter ${id} (${name})`;

/** Exactly one was told of the circle, in which it is the first; it kept what it would have moved, and the others got through. */
function assertOneWasTold(outcomes: Outcome[], guests: Interpreter[]): void {
  const told = outcomes.flatMap(([result], i) => (result === 'DeadlockError' ? i : []));
  assert.equal(told.length, 1, JSON.stringify(outcomes));
  const [victim] = told as [number];
  const circle = [...guests.slice(victim), ...guests.slice(0, victim + 1)].map(label);
  const [, message, left] = outcomes[victim] as Outcome;
  assert.equal(
    message,
    `A deadlock: ${circle.join(', which calls ').replace(', which', '')}, and each waits for the lock of the next, so that none could ever go on.`,
  );
  assert.equal(left, 3);
  for (const [i, outcome] of outcomes.entries()) {
    if (i !== victim) assert.deepEqual(outcome, ['had it', '', 0]);
  }
}

describe('interpreters that call each other with callSync', function () {
  this.timeout(60_000);

  const create = interpreters();
  const several = (...names: string[]) => Promise.all(names.map((name) => create({ name })));

  it('at the same time: one is told that this is a deadlock, and the other goes on', async () => {
    const guests = await several('here', 'there');
    for (let round = 0; round < 3; round++) assertOneWasTold(await goRound(guests), guests);
    for (const guest of guests) {
      assert.equal(await guest.call(() => 'goes on'), 'goes on');
      assert.equal(
        guest.callSync(() => 'goes on'),
        'goes on',
      );
    }
  });

  it('in a circle of three: one is told, with the names of all', async () => {
    const guests = await several('a', 'b', 'c');
    assertOneWasTold(await goRound(guests), guests);
  });

  it('in a circle of three with others who wait for them: one is told, and all the others get through', async () => {
    const guests = await several('a', 'b', 'c');
    const beside = await several('d', 'e');
    const arrived = flag();
    const waiting = beside.map((guest, i) =>
      guest.call(callTheNext, guests[i]?.id ?? 0, arrived, 1, 0),
    );
    const circle = goRound(guests);
    assert.deepEqual(await Promise.all(waiting), [
      ['had it', '', 0],
      ['had it', '', 0],
    ]);
    assertOneWasTold(await circle, guests);
  });

  it('throws a DeadlockError, which crosses like any other', async () => {
    const guests = await several('here', 'there');
    const arrived = flag();
    const throws = (id: number, arrived: Int32Array): unknown => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
      const other = Interpreter.list().find((each) => each.id === id);
      Atomics.add(arrived, 0, 1);
      while (Atomics.load(arrived, 0) < 2);
      return other?.callSync(() => 'had it');
    };
    const [one, two] = guests as [Interpreter, Interpreter];
    const ends = await Promise.allSettled([
      one.call(throws, two.id, arrived),
      two.call(throws, one.id, arrived),
    ]);
    const failed = ends.filter((end) => end.status === 'rejected');
    assert.equal(failed.length, 1);
    const error: unknown = failed[0]?.reason;
    assert.ok(error instanceof DeadlockError, String(error));
    assert.equal(error.code, 'ERR_ISOLANE_DEADLOCK');
  });

  it('by way of the main thread: what that is in belongs to the circle', async () => {
    const guests = (await several('a', 'b', 'c')) as [Interpreter, Interpreter, Interpreter];
    const [a, b, c] = guests;
    const arrived = flag();
    // c calls a, which main has entered, and from there b, where it waits for c.
    const there = c.call(callTheNext, a.id, arrived, 2, 0);
    await until(() => Atomics.load(arrived, 0) === 1, 'c has its lock');
    await a.provide({ callTheNext: String(callTheNext) });
    const here = a.callSync(
      (b, c, arrived) => {
        const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
        const next = Interpreter.list().find((each) => each.id === b) as Interpreter;
        const { callTheNext } = globalThis as unknown as { callTheNext: string };
        return next.callSync(
          (text, c, arrived) => {
            const call = new Function(`return ${text}`)() as (...args: unknown[]) => Outcome;
            return call(c, arrived, 2, 0);
          },
          callTheNext,
          c,
          arrived,
        );
      },
      b.id,
      c.id,
      arrived,
    );
    const outcomes: Outcome[] = [here, await there];
    const told = outcomes.filter(([result]) => result === 'DeadlockError');
    assert.equal(told.length, 1, JSON.stringify(outcomes));
    for (const guest of guests) assert.ok(told[0]?.[1].includes(label(guest)), told[0]?.[1]);
    assert.ok(outcomes.some(([result]) => result === 'had it'));
  });

  it('by way of a Node runtime: likewise', async () => {
    const [a, b] = (await several('a', 'b')) as [Interpreter, Interpreter];
    const node = await create({ runtime: 'node', name: 'node' });
    const arrived = flag();
    const entered = node.call(
      (a, b, arrived, text) => {
        const { Interpreter } = Reflect.get(globalThis, 'isolane') as typeof import('isolane');
        const first = Interpreter.list().find((each) => each.id === a) as Interpreter;
        return first.callSync(
          (text, b, arrived) => {
            const call = new Function(`return ${text}`)() as (...args: unknown[]) => Outcome;
            return call(b, arrived, 2, 0);
          },
          text,
          b,
          arrived,
        );
      },
      a.id,
      b.id,
      arrived,
      String(callTheNext),
    );
    // Were b's call to come first, it would just get through.
    await until(() => Atomics.load(arrived, 0) === 1, 'the thread of Node is in a');
    const outcomes = await Promise.all([entered, b.call(callTheNext, a.id, arrived, 2, 0)]);
    assertOneWasTold(outcomes, [a, b]);
  });

  it('is no deadlock as long as one of them will give up', async () => {
    const guests = await several('patient', 'impatient');
    const [patient, impatient] = (await goRound(guests, [0, 300])) as [Outcome, Outcome];
    assert.deepEqual(patient, ['had it', '', 0]);
    assert.equal(impatient[0], 'LockTimeoutError');
    assert.equal(impatient[2], 3);
  });

  it('is no deadlock as long as one of them runs', async () => {
    const [a, b, c] = (await several('a', 'b', 'c')) as [Interpreter, Interpreter, Interpreter];
    const arrived = flag();
    const goOn = flag();
    const runs = c.call(
      (arrived, goOn) => {
        Atomics.add(arrived, 0, 1);
        while (Atomics.load(goOn, 0) === 0);
        return 'ran';
      },
      arrived,
      goOn,
    );
    const second = b.call(callTheNext, c.id, arrived, 2, 0);
    await until(() => c.lock.waiting === 1, 'b waits for c');
    const first = a.call(callTheNext, b.id, arrived, 3, 0);
    await until(() => b.lock.waiting === 1, 'a waits for b');
    // Both look more than once meanwhile.
    const { waitedMs } = c.lock;
    await until(() => c.lock.waitedMs - waitedMs > 150, 'they have waited for several slices');
    Atomics.store(goOn, 0, 1);
    assert.equal(await runs, 'ran');
    assert.deepEqual(await Promise.all([first, second]), [
      ['had it', '', 0],
      ['had it', '', 0],
    ]);
  });
});
