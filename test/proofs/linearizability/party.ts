/**
 * Plays one party's part in many histories, in a guest or in Node. What it does is recorded in shared memory while it goes on, so that
 * also a history that does not end can be read.
 */
import { type Receiver, type Sender, select, selectSync, trySelect } from 'isolane';
import {
  MAIN,
  type Operation,
  OUTCOMES,
  type Outcome,
  PARTIES,
  type Result,
  type Select,
  type Step,
} from './operations.js';

/** One party's part in one history. */
export interface Part {
  /** Of the history, in the batch. */
  index: number;
  partners: number[];
  steps: Step[];
  ends: Ends[];
}

/** The party's own handles of one channel. */
export interface Ends {
  sender: Sender<unknown>;
  receiver: Receiver<unknown>;
}

/** What all parties of a batch have in common. */
export interface Shared {
  /** One place: the clock that orders calls and returns. */
  clock: Int32Array;
  /** For each history how many have come to its beginning, and how many have gone on from there. */
  gates: Int32Array;
  log: Int32Array;
}

/** Wakes the others of a history when the last has come. */
export interface Bells {
  own: Receiver<number>;
  all: Sender<number>[];
}

/** So many operations of one party are recorded in a history; of attempts that came to nothing, the last takes the place of the one before. */
export const SLOTS = 32;
/** Where each number stands in the record of one. */
export const FIELD = { step: 0, place: 1, call: 2, return: 3, outcome: 4, value: 5, chosen: 6 };
export const FIELDS = 7;

/** Where the records of a party in a history begin. */
export function slotsOf(index: number, party: number): number {
  return (index * PARTIES + party) * SLOTS * FIELDS;
}

/** A wrong channel, to see whether that is noticed. */
export type Fault = 'loses' | 'doubles' | 'reorders';

/** Handles that must stay open until all histories of the batch are over. */
const kept: Ends[] = [];

export function closeAll(): void {
  for (const { sender, receiver } of kept.splice(0)) {
    sender.close();
    receiver.close();
  }
}

export async function play(
  party: number,
  parts: Part[],
  shared: Shared,
  bells: Bells,
  fault?: Fault,
): Promise<void> {
  for (const part of parts) {
    if (fault !== undefined) part.ends = part.ends.map((ends) => faulty(ends, fault));
    kept.push(...part.ends);
  }
  await rung(party, bells);
  for (const part of parts) {
    await meet(party, part, shared, bells);
    await new Player(party, part, shared).play();
  }
}

/** Waits until all have come, and starts together with them, as far as the machine has processors. */
async function meet(party: number, part: Part, shared: Shared, bells: Bells): Promise<void> {
  const { gates } = shared;
  const [come, gone] = [part.index * 2, part.index * 2 + 1];
  const all = part.partners.length;
  if (Atomics.add(gates, come, 1) + 1 === all) {
    for (const other of part.partners) {
      if (other !== party) bells.all[other]?.trySend(part.index);
    }
  } else await rung(party, bells);
  Atomics.add(gates, gone, 1);
  for (let i = 0; i < 3000 && Atomics.load(gates, gone) < all; i++);
}

function rung(party: number, { own }: Bells): number | Promise<number> {
  return party === MAIN ? own.receive() : own.receiveSync();
}

class Player {
  private slot: number;
  private readonly end: number;

  constructor(
    party: number,
    private readonly part: Part,
    private readonly shared: Shared,
  ) {
    this.slot = slotsOf(part.index, party);
    this.end = this.slot + SLOTS * FIELDS;
  }

  async play(): Promise<void> {
    for (const [index, { operations, pause }] of this.part.steps.entries()) {
      for (let i = 0; i < pause; i++) Atomics.load(this.shared.clock, 0);
      if (operations.length === 1) await this.perform(operations[0] as Operation, index, 0);
      else await Promise.all(operations.map((each, place) => this.perform(each, index, place)));
    }
  }

  private async perform(operation: Operation, step: number, place: number): Promise<void> {
    const insists = 'insists' in operation && operation.insists === true;
    const drains = 'drains' in operation && operation.drains === true;
    const ended = new Set<number>();
    let again: number | undefined;
    for (let attempt = 0; ; attempt++) {
      const now = later(operation, attempt, ended);
      const slot = again ?? this.next();
      const { log, clock } = this.shared;
      log[slot + FIELD.step] = step;
      log[slot + FIELD.place] = place;
      log[slot + FIELD.outcome] = 0;
      log[slot + FIELD.call] = Atomics.add(clock, 0, 1);
      let result = once(now, this.part.ends);
      if (result instanceof Promise) result = await result;
      log[slot + FIELD.return] = Atomics.add(clock, 0, 1);
      log[slot + FIELD.outcome] = OUTCOMES.indexOf(result.outcome);
      log[slot + FIELD.value] = result.value ?? 0;
      log[slot + FIELD.chosen] = result.chosen ?? -1;

      const { outcome } = result;
      // What has not happened need not be recorded: that is no less true.
      again = outcome === 'late' && attempt > 3 ? slot : undefined;
      if (outcome === 'late' && insists) continue;
      if (!drains || outcome === 'closed' || outcome === 'poisoned') return;
      if (outcome === 'ended') {
        ended.add(result.chosen as number);
        if (ended.size === (operation as Select).cases.length) return;
      }
    }
  }

  private next(): number {
    const slot = this.slot;
    if (slot >= this.end) throw new Error('There is no room for what this party does.');
    this.slot += FIELDS;
    return slot;
  }
}

/** The same with more time for each attempt, and without the cases of a select that have ended. */
function later(operation: Operation, attempt: number, ended: Set<number>): Operation {
  let now = operation;
  if ('timeout' in now && attempt > 0) {
    now = { ...now, timeout: (now.timeout as number) * (1 + attempt / 4) + attempt / 100 };
  }
  if (now.kind === 'select' && ended.size > 0) {
    now = {
      ...now,
      cases: now.cases.map((one, i) => (ended.has(i) ? { ...one, off: true } : one)),
    };
  }
  return now;
}

const EMPTY = {};

function once(operation: Operation, ends: Ends[]): Result | Promise<Result> {
  try {
    const result = attempt(operation, ends);
    return result instanceof Promise ? result.catch(failed) : result;
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Result {
  const outcomes: Record<string, Outcome> = {
    ChannelClosedError: 'closed',
    ChannelPoisonedError: 'poisoned',
    TimeoutError: 'late',
  };
  const outcome = outcomes[(error as Error).name];
  if (outcome === undefined) throw error;
  return { outcome };
}

function attempt(operation: Operation, ends: Ends[]): Result | Promise<Result> {
  if (operation.kind === 'select') return choose(operation, ends);
  const { sender, receiver } = ends[operation.channel] as Ends;
  switch (operation.kind) {
    case 'send': {
      const { form, timeout } = operation;
      const message = wrapped(operation.value);
      if (form === 'try') return { outcome: sender.trySend(message) ? 'done' : 'nothing' };
      const options = timeout === undefined ? undefined : { timeout };
      if (form === 'async') return sender.send(message, options).then(() => DONE);
      sender.sendSync(message, options);
      return DONE;
    }
    case 'receive': {
      const { form, timeout } = operation;
      if (form === 'try') {
        const message = receiver.tryReceive(EMPTY);
        return message === EMPTY ? { outcome: 'nothing' } : got(message);
      }
      const options = timeout === undefined ? undefined : { timeout };
      if (form === 'async') return receiver.receive(options).then(got);
      return got(receiver.receiveSync(options));
    }
    case 'size':
      return { outcome: 'value', value: receiver.size };
    case 'closeSender':
      sender.close();
      return DONE;
    case 'closeReceiver':
      receiver.close();
      return DONE;
    case 'close':
      // What channel.close() does; a Channel stays where it was made.
      (sender as unknown as { nativeCloseChannel(): void }).nativeCloseChannel();
      return DONE;
    case 'poison':
      sender.poison();
      return DONE;
  }
}

const DONE: Result = { outcome: 'done' };

function choose(operation: Select, ends: Ends[]): Result | Promise<Result> {
  const { form, timeout, order } = operation;
  const cases: Parameters<typeof select>[0] = Object.fromEntries(
    operation.cases.map(({ channel, value, off }, i) => {
      const { sender, receiver } = ends[channel] as Ends;
      if (off === true) return [i, null];
      return [i, value === undefined ? receiver : sender.offer(wrapped(value))];
    }),
  );
  const options = timeout === undefined ? { order } : { order, timeout };
  if (form === 'try') {
    const chosen = trySelect(cases, { order });
    return chosen === undefined ? { outcome: 'nothing' } : happened(operation, chosen);
  }
  if (form === 'async') {
    return select(cases, options).then((chosen) => happened(operation, chosen));
  }
  return happened(operation, selectSync(cases, options));
}

function happened(
  { cases }: Select,
  { key, value, closed }: { key: string; value?: unknown; closed?: unknown },
): Result {
  const chosen = Number(key);
  if (closed === true) return { outcome: 'ended', chosen };
  return cases[chosen]?.value === undefined ? { ...got(value), chosen } : { ...DONE, chosen };
}

/** Messages of several sorts: those that travel in the queue itself, and those that have memory of their own. */
function wrapped(value: number): unknown {
  const sorts = [value, `${value}`, { value }, [value], `${value}`.padStart(40)];
  return sorts[value % sorts.length];
}

function got(message: unknown): Result {
  if (typeof message === 'object' && message !== null) {
    return { outcome: 'value', value: Number(Object.values(message)[0]) };
  }
  return { outcome: 'value', value: Number(message) };
}

/** Handles whose `trySend` is wrong. */
function faulty({ sender, receiver }: Ends, fault: Fault): Ends {
  let count = 0;
  let held: unknown;
  const trySend = (message: unknown): boolean => {
    count++;
    if (fault === 'loses') return count % 2 === 0 || sender.trySend(message);
    if (fault === 'doubles') return sender.trySend(message) && sender.trySend(message);
    if (count % 2 === 0) return sender.trySend(message) && sender.trySend(held);
    held = message;
    return true;
  };
  const wrong = new Proxy(sender, {
    get(target, name) {
      if (name === 'trySend') return trySend;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { sender: wrong, receiver };
}
