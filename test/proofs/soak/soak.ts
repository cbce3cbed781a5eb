import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type Channel,
  type ChannelOptions,
  channel,
  Interpreter,
  move,
  type OnUndelivered,
  type Receiver,
  type Sender,
} from 'isolane';
import { randomFrom } from '../../support/random-values.js';
import type * as here from './actor.js';
import { Actor, closeWithin, type Ends, idOf } from './actor.js';
import { ACTORS, COUNTS, LANES, type Ledger, MESSAGES, newLedger, SENT } from './ledger.js';

export interface SoakOptions {
  seed: number;
  milliseconds: number;
  onRound?: (round: number) => void;
  /** May falsify what was recorded, before it is looked at. */
  falsify?: (ledger: Ledger) => void;
}

export interface Report {
  rounds: number;
  table: [what: string, count: number][];
  /** What was wrong; empty if nothing was. */
  problems: string[];
  /** Resident bytes at the end of each round. */
  memory: number[];
}

/** Plays rounds until the time is up; after each, every message has to be accounted for. */
export async function soak({ seed, milliseconds, onRound, falsify }: SoakOptions): Promise<Report> {
  const random = randomFrom(seed);
  const totals = new Map<string, number>();
  const report: Report = { rounds: 0, table: [], problems: [], memory: [] };
  const end = performance.now() + milliseconds;
  do {
    const left = end - performance.now();
    const round = new Round(Math.floor(random() * 2 ** 31), Math.min(2000, Math.max(left, 200)));
    for (const problem of await round.play(falsify)) {
      report.problems.push(`round ${report.rounds}: ${problem}`);
    }
    for (const [what, count] of round.counts()) {
      totals.set(what, (totals.get(what) ?? 0) + count);
    }
    round.forget();
    gc();
    report.memory.push(process.memoryUsage().rss);
    report.rounds++;
    onRound?.(report.rounds);
    // One that hangs may have left anything behind.
  } while (performance.now() < end && report.problems.length === 0);
  report.table = [...totals];
  return report;
}

/** By how much a later third of the rounds used more memory than the first, in the median; undefined if there were too few. */
export function growth({ memory }: Report): number | undefined {
  // While the allocator, the code caches and the pools of threads fill, memory grows rightly.
  const steady = memory.slice(Math.min(3, memory.length));
  const third = Math.floor(steady.length / 3);
  if (third < 3) return undefined;
  const median = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] as number;
  return median(steady.slice(-third)) - median(steady.slice(0, third));
}

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

const actorModule = pathToFileURL(require.resolve('./actor.js')).href;

const FLAVOURS: ChannelOptions[] = [
  { capacity: 0 },
  { capacity: 1 },
  { capacity: 3 },
  { capacity: 64 },
  {},
  { capacity: Number.POSITIVE_INFINITY },
  { capacity: 1, overflow: 'drop-newest' },
  { capacity: 16, overflow: 'drop-newest' },
  { capacity: 1, overflow: 'drop-oldest' },
  { capacity: 16, overflow: 'drop-oldest' },
  { capacity: 16, maxBytes: 2000 },
  { maxBytes: 500, overflow: 'drop-oldest' },
  { capacity: Number.POSITIVE_INFINITY, maxBytes: 4000 },
];

/** A channel, of which this thread may have a receiver to empty it at the end: its handles may then travel in messages. */
interface Made {
  channel: Channel<unknown>;
  open: boolean;
}

interface Guest {
  number: number;
  interpreter: Interpreter;
  more: Sender<Ends>;
  playing: Promise<void>;
  terminated: boolean;
}

/**
 * What was undelivered. Apart from the round, since a listener lives as long as its channel, and so does what it can reach: that must not
 * be the channel, nor much.
 */
class Losses {
  times = new Int32Array(MESSAGES);
  readonly reasons = new Map<string, number>();

  listener(): OnUndelivered<unknown> {
    return (value, { reason }) => {
      const id = idOf(value);
      this.times[id] = (this.times[id] as number) + 1;
      const what = `undelivered: ${reason}`;
      this.reasons.set(what, (this.reasons.get(what) ?? 0) + 1);
      closeWithin(value);
    };
  }
}

class Round {
  private readonly random: () => number;
  private readonly ledger: Ledger = newLedger();
  private readonly losses = new Losses();
  private readonly made: Made[] = [];
  private readonly guests: Guest[] = [];
  private readonly ended: Guest[] = [];
  private readonly leaving: Promise<void>[] = [];
  private readonly others = new Map<string, number>();
  private readonly problems: string[] = [];
  private actors = 0;

  constructor(
    seed: number,
    private readonly milliseconds: number,
  ) {
    this.random = randomFrom(seed);
  }

  /** What was wrong. */
  async play(falsify?: (ledger: Ledger) => void): Promise<string[]> {
    for (let i = 0; i < 8; i++) this.makeChannel();
    const more = channel<Ends>();
    const number = this.actors++;
    const local = new Actor(number, this.seed(), this.ends(), more.receiver, this.ledger, false);
    const acting = local.act(LANES);
    acting.catch((error: Error) => this.wrong(`in Node: ${error.stack}`));
    for (let i = 0; i < 3; i++) await this.createGuest();
    const end = performance.now() + this.milliseconds;
    while (performance.now() < end && this.problems.length === 0) {
      await sleep(this.below(20));
      await this.interfere(more.sender);
    }
    this.ledger.stop.fill(1);
    for (const guest of [...this.guests]) this.leave(guest);
    if (!(await within(20_000, Promise.allSettled([acting, ...this.leaving])))) {
      const states = this.ended.map(({ number, interpreter }) => `${number} ${interpreter.state}`);
      return [...this.problems, `somebody does not stop: ${states.join(', ')}`];
    }
    this.empty();
    // Reports of what is undelivered are letters, and still under way.
    for (let i = 0; i < 200 && this.account().length > 0; i++) await sleep(10);
    falsify?.(this.ledger);
    return [...this.problems, ...this.account()];
  }

  counts(): [what: string, count: number][] {
    const sent = Atomics.load(this.ledger.next, 0) - 1;
    const of = (state: number) => this.ledger.sent.filter((each) => each === state).length;
    const sum = (list: Int32Array) => list.reduce((a, b) => a + b, 0);
    return [
      ['messages', sent],
      ['accepted', of(SENT.accepted)],
      ['refused', of(SENT.refused)],
      ['received', sum(this.ledger.received)],
      ['undelivered', sum(this.losses.times)],
      ['in the middle at a termination', of(SENT.trying) + this.vanished().length],
      ...this.losses.reasons,
      ...this.others,
      ...COUNTS.map((what, i): [string, number] => [what, this.ledger.counts[i] as number]),
    ];
  }

  /** Gives back the memory of the round, be it that the library has not yet let go of all of its channels. */
  forget(): void {
    this.losses.times = new Int32Array(0);
  }

  /** Something that changes who there is. */
  private async interfere(more: Sender<Ends>): Promise<void> {
    const choice = this.random();
    const guest = this.guests[this.below(this.guests.length)];
    if (this.guests.length < 2 || (choice < 0.12 && this.guests.length < 4)) {
      if (this.actors < ACTORS) await this.createGuest();
    } else if (choice < 0.2 && guest !== undefined) {
      guest.terminated = true;
      this.count('interpreters terminated');
      this.leave(guest);
    } else if (choice < 0.28 && guest !== undefined) {
      this.ledger.stop[guest.number] = 1;
      this.count('interpreters closed');
      this.leave(guest);
    } else if (choice < 0.4) {
      const at = this.below(this.made.length);
      const { channel } = this.made[at] as Made;
      const poisons = this.random() < 0.5;
      if (poisons) channel.poison('soak');
      else channel.close('soak');
      this.count(poisons ? 'channels poisoned' : 'channels closed');
      this.makeChannel();
    } else (this.random() < 0.5 ? more : guest?.more)?.trySend(move(this.ends()));
  }

  private async createGuest(): Promise<void> {
    const number = this.actors++;
    const interpreter = await Interpreter.create({ name: `soak ${number}` });
    const { sender, receiver } = channel<Ends>();
    const playing = interpreter.call(
      async (url, number, seed, ends, more, ledger, lanes) => {
        const { Actor } = (await import(url)) as typeof here;
        await new Actor(number, seed, ends, more, ledger, true).act(lanes);
      },
      actorModule,
      number,
      this.seed(),
      move(this.ends()),
      move(receiver),
      this.ledger,
      this.below(LANES) + 1,
    );
    const guest = { number, interpreter, more: sender, playing, terminated: false };
    playing.catch((error: Error) => {
      if (!guest.terminated) this.wrong(`in guest ${number}: ${error.stack}`);
    });
    this.guests.push(guest);
    this.count('interpreters created');
  }

  /** The others go on meanwhile. */
  private leave(guest: Guest): void {
    this.guests.splice(this.guests.indexOf(guest), 1);
    this.ended.push(guest);
    this.leaving.push(this.end(guest));
  }

  private async end({ terminated, interpreter, playing, more }: Guest): Promise<void> {
    if (terminated) await interpreter.terminate('soak');
    else {
      await playing.catch(() => {});
      await interpreter.close();
    }
    more.close();
  }

  private makeChannel(): void {
    const made = channel<unknown>({
      ...(FLAVOURS[this.below(FLAVOURS.length)] as ChannelOptions),
      onUndelivered: this.losses.listener(),
    });
    this.made.push({ channel: made, open: this.random() < 0.7 });
    this.count('channels made');
  }

  /** Handles of some of the channels. */
  private ends(): Ends {
    const ends: Ends = {
      open: { senders: [], receivers: [] },
      own: { senders: [], receivers: [] },
    };
    for (const { channel, open } of this.made) {
      if (this.random() < 0.5) continue;
      const { senders, receivers } = open ? ends.open : ends.own;
      if (channel.sender.closed) continue;
      if (this.random() < 0.7) senders.push(channel.sender.clone());
      if (this.random() < 0.7) receivers.push(channel.receiver.clone());
    }
    return ends;
  }

  /** Takes what is still queued. */
  private empty(): void {
    for (const { channel, open } of this.made) {
      // The others end with their last receiver, and what is queued is undelivered.
      if (open) {
        channel.close();
        this.drain(channel.receiver);
      }
      channel.receiver.close();
      channel.sender.close();
    }
  }

  private drain(receiver: Receiver<unknown>): void {
    try {
      for (const value of receiver) {
        const id = idOf(value);
        this.ledger.received[id] = (this.ledger.received[id] as number) + 1;
        closeWithin(value);
      }
    } catch (error) {
      if ((error as Error).name !== 'ChannelPoisonedError') throw error;
    }
  }

  /** What is wrong with the messages. */
  private account(): string[] {
    const { sent, received } = this.ledger;
    const problems: string[] = [];
    const report = (what: string, ids: number[]) => {
      if (ids.length > 0) problems.push(`${ids.length} ${what}: ${ids.slice(0, 20).join(', ')}`);
    };
    const ids = Array.from({ length: Atomics.load(this.ledger.next, 0) - 1 }, (_, i) => i + 1);
    const arrived = (id: number) => (received[id] as number) + (this.losses.times[id] as number);
    const those = (state: number, wrong: (times: number) => boolean) =>
      ids.filter((id) => sent[id] === state && wrong(arrived(id)));
    report(
      'arrived more than once',
      ids.filter((id) => arrived(id) > 1),
    );
    report(
      'were refused, and arrived',
      those(SENT.refused, (times) => times > 0),
    );
    report(
      'arrived, and were never sent',
      those(SENT.never, (times) => times > 0),
    );
    const terminated = this.ended.filter((guest) => guest.terminated);
    const inTheMiddle = (slots: Int32Array) =>
      terminated
        .flatMap(({ number }) => [...slots.subarray(number * LANES, (number + 1) * LANES)])
        .reduce((sum, each) => sum + each, 0);
    const vanished = this.vanished();
    if (vanished.length > inTheMiddle(this.ledger.receiving)) {
      report('were accepted, and are gone', vanished);
    }
    const unknown = those(SENT.trying, () => true);
    if (unknown.length > inTheMiddle(this.ledger.sending)) {
      report('were sent by somebody who does not know of it', unknown);
    }
    return problems;
  }

  /** What was accepted, and nobody has recorded that it was received. */
  private vanished(): number[] {
    const vanished: number[] = [];
    for (let id = 1; id < Atomics.load(this.ledger.next, 0); id++) {
      const arrived = (this.ledger.received[id] as number) + (this.losses.times[id] as number);
      if (this.ledger.sent[id] === SENT.accepted && arrived === 0) vanished.push(id);
    }
    return vanished;
  }

  private wrong(what: string): void {
    this.problems.push(what);
  }

  private count(what: string): void {
    this.others.set(what, (this.others.get(what) ?? 0) + 1);
  }

  private seed(): number {
    return this.below(2 ** 31);
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

async function within(limit: number, ending: Promise<unknown>): Promise<boolean> {
  const controller = new AbortController();
  const late = sleep(limit, false, { signal: controller.signal }).catch(() => false);
  const ended = await Promise.race([ending.then(() => true), late]);
  controller.abort();
  return ended;
}
