import * as isolane from 'isolane';
import {
  Interpreter,
  type OpOptions,
  type Receiver,
  type SelectOptions,
  type Sender,
} from 'isolane';
import { until } from './wait.js';

type Library = typeof isolane;
type End = Sender<unknown> | Receiver<unknown>;
type Cases = Parameters<typeof isolane.select>[0];

/** What a party can do. It waits as its setting does: for a promise, or with its thread blocked; `await` serves both. */
export interface Io {
  isolane: Library;
  send<T>(tx: Sender<T>, value: T, options?: OpOptions): Promise<void> | void;
  receive<T>(rx: Receiver<T>, options?: OpOptions): Promise<T> | T;
  each<T>(rx: Receiver<T>): AsyncIterable<T> | Iterable<T>;
  select<C extends Cases>(
    cases: C,
    options?: SelectOptions,
  ): Promise<isolane.Selected<C>> | isolane.Selected<C>;
  /** Lets the others go on, for loops that only try. */
  turn(): Promise<void> | void;
  /** The name of the error that an action ends with, or `done`. */
  outcome(action: () => unknown): Promise<string>;
}

type Forms = (library: Library) => Io;

const asyncForms: Forms = (library) => ({
  isolane: library,
  send: (tx, value, options) => tx.send(value, options),
  receive: (rx, options) => rx.receive(options),
  each: (rx) => rx,
  select: (cases, options) => library.select(cases, options),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  async outcome(action) {
    try {
      await action();
    } catch (error) {
      return (error as Error).name;
    }
    return 'done';
  },
});

const blockingForms: Forms = (library) => ({
  isolane: library,
  send: (tx, value, options) => tx.sendSync(value, options),
  receive: (rx, options) => rx.receiveSync(options),
  each: (rx) => ({ [Symbol.iterator]: () => rx[Symbol.iterator]() }),
  select: (cases, options) => library.selectSync(cases, options),
  turn: () => void library.after(0.1).receiveSync(),
  async outcome(action) {
    try {
      await action();
    } catch (error) {
      return (error as Error).name;
    }
    return 'done';
  },
});

type Role<A extends unknown[], R> = (io: Io, ...args: A) => R | Promise<R>;

export interface Party<R> {
  result: Promise<R>;
  /** Resolves when the party has come to a wait. */
  waits(): Promise<void>;
}

/**
 * Begins a party, which gets handles of its own for the ends among its arguments, also in arrays and plain objects; they close
 * when it ends. It is shipped as source, so it has nothing but its arguments.
 */
export type Start = <A extends unknown[], R>(role: Role<A, R>, ...args: A) => Party<R>;

/** The same arguments with other ends in them. Shipped as source, too. */
function withEnds(library: Library, args: unknown[], change: (end: End) => unknown): unknown[] {
  const map = (value: unknown): unknown => {
    if (value instanceof library.Sender || value instanceof library.Receiver) return change(value);
    if (Array.isArray(value)) return value.map(map);
    if (typeof value !== 'object' || value === null) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, map(each)]));
  };
  return args.map(map);
}

function here<A extends unknown[], R>(role: Role<A, R>, args: A): Party<R> {
  const own: End[] = [];
  const given = withEnds(isolane, args, (end) => {
    const mine = end.clone();
    own.push(mine);
    return mine;
  }) as A;
  const run = async () => role(asyncForms(isolane), ...given);
  const result = run().finally(() => {
    for (const end of own) end.close();
  });
  return { result, waits: () => new Promise((resolve) => setImmediate(resolve)) };
}

function there<A extends unknown[], R>(
  role: Role<A, R>,
  args: A,
  made: Promise<Interpreter>[],
): Party<R> {
  const given = withEnds(isolane, args, (end) => isolane.move(end.clone()));
  const making = Interpreter.create();
  made.push(making);
  const run = async () => {
    const guest = await making;
    await guest.exec(`var role = ${role}, forms = ${blockingForms}, withEnds = ${withEnds}`);
    return (await guest.call(
      async (...args) => {
        const { isolane, role, forms, withEnds } = globalThis as unknown as Shipped;
        try {
          return await role(forms(isolane), ...args);
        } finally {
          withEnds(isolane, args, (end) => end.close());
        }
      },
      ...given,
    )) as R;
  };
  return {
    result: run(),
    waits: async () => {
      const guest = await making;
      await until(() => guest.state === 'blocked', 'the party waits');
    },
  };
}

interface Shipped {
  isolane: Library;
  role: Role<unknown[], unknown>;
  forms: Forms;
  withEnds: typeof withEnds;
}

const settings: [name: string, isHere: (index: number) => boolean][] = [
  ['in one event loop', () => true],
  ['between interpreters that block', () => false],
  ['between an event loop and interpreters that block', (index) => index % 2 === 0],
  ['between interpreters that block and an event loop', (index) => index % 2 === 1],
];

/** Describes the same in several settings: where the parties are that a test starts, and how they wait. */
export function inEachSetting(title: string, describeTests: (start: Start) => void): void {
  for (const [name, isHere] of settings) {
    describe(`${title}, ${name}`, () => {
      const made: Promise<Interpreter>[] = [];
      let started = 0;
      afterEach(async () => {
        started = 0;
        const ended = made.splice(0).map(async (making) => (await making).terminate());
        await Promise.all(ended);
      });
      describeTests((role, ...args) => {
        const party = isHere(started++) ? here(role, args) : there(role, args, made);
        // A test that has failed already does not look at the others any more.
        party.result.catch(() => {});
        return party;
      });
    });
  }
}
