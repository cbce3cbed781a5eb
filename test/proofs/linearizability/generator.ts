import { randomFrom } from '../../support/random-values.js';
import {
  type Case,
  type ChannelShape,
  type Form,
  MAIN,
  type Operation,
  type Program,
  type Receive,
  type Select,
  type Step,
  type Waiting,
} from './operations.js';

/** Histories of any of the kinds, which the seed and their number determine. */
export function program(seed: number, number: number): Program {
  return new Generator(randomFrom(seed ^ Math.imul(number + 1, 0x9e3779b1)), number).make();
}

const SHAPES: [weight: number, shape: ChannelShape][] = [
  [6, { capacity: 0, overflow: 'block' }],
  [6, { capacity: 1, overflow: 'block' }],
  [4, { capacity: 2, overflow: 'block' }],
  [1, { capacity: 3, overflow: 'block' }],
  [3, { capacity: Number.POSITIVE_INFINITY, overflow: 'block' }],
  [1, { capacity: 1, overflow: 'drop-newest' }],
  [1, { capacity: 2, overflow: 'drop-newest' }],
  [1, { capacity: 1, overflow: 'drop-oldest' }],
  [1, { capacity: 2, overflow: 'drop-oldest' }],
];

class Generator {
  private channels: ChannelShape[] = [];
  private messages = 0;

  constructor(
    private readonly random: () => number,
    private readonly number: number,
  ) {}

  make(): Program {
    const kinds = [
      [6, 'free', () => this.free()],
      [2, 'balanced', () => this.balanced()],
      [2, 'drained', () => this.drained()],
    ] as const;
    const [, kind, steps] = this.weighted(kinds);
    this.channels = Array.from({ length: this.chance(0.4) ? 2 : 1 }, () => this.shape(kind));
    const parties = steps();
    return { number: this.number, kind, channels: this.channels, parties };
  }

  /** Anything at all, but nothing that could wait for ever. */
  private free(): Program['parties'] {
    // Else most of most histories would be played on channels that have ended.
    const ends = this.chance(0.4);
    return this.parties().map((party) => {
      const closed = new Set<string>();
      const steps = this.times(2, 5, () => this.freeStep(party, ends, closed));
      return { party, steps };
    });
  }

  private freeStep(party: number, ends: boolean, closed: Set<string>): Step {
    const operations: Operation[] = [];
    if (ends && this.chance(0.2)) {
      const kind = this.of(['closeSender', 'closeReceiver', 'close', 'poison'] as const);
      const channel = this.below(this.channels.length);
      closed.add(`${kind} ${channel}`);
      operations.push({ kind, channel });
    } else if (this.chance(0.05)) {
      operations.push({ kind: 'size', channel: this.below(this.channels.length) });
    } else if (this.chance(0.15)) {
      operations.push(this.freeSelect(party, closed));
    } else if (this.chance(0.1)) {
      // Several at once on the same handles, which keeps them in order.
      operations.push(...this.times(2, 3, () => this.freeTransfer('async')));
    } else {
      operations.push(this.freeTransfer(this.form(party)));
    }
    return { operations, pause: this.pause() };
  }

  private freeTransfer(form: Form): Operation {
    const channel = this.below(this.channels.length);
    const waiting: Waiting = form === 'try' ? { form } : { form, timeout: this.timeout() };
    return this.chance(0.5)
      ? { kind: 'send', channel, value: this.message(), ...waiting }
      : { kind: 'receive', channel, ...waiting };
  }

  /** Not of handles that the party has closed itself: which of the cases a select then looks at first is a matter of luck. */
  private freeSelect(party: number, closed: Set<string>): Operation {
    const cases: Case[] = this.times(2, 2, () => {
      const channel = this.below(this.channels.length);
      const sends = this.chance(0.5);
      if (closed.has(`${sends ? 'closeSender' : 'closeReceiver'} ${channel}`)) return [];
      return sends ? [{ channel, value: this.message() }] : [{ channel }];
    }).flat();
    const form = this.form(party);
    if (cases.length === 0) return { kind: 'size', channel: 0 };
    return this.select(cases, form === 'try' ? { form } : { form, timeout: this.timeout() });
  }

  /**
   * As much is sent as received, and nobody gives up: such a history ends, unless a message or a wake-up is lost. Those who receive do so
   * from whatever has something, as those who send may have chosen either channel.
   */
  private balanced(): Program['parties'] {
    const count = this.between(3, 9);
    const parties = this.parties();
    const senders = this.between(1, parties.length - 1);
    const sends = this.shared(count, senders);
    const receives = this.shared(count, parties.length - senders);
    return parties.map((party, i) => ({
      party,
      steps: Array.from({ length: [...sends, ...receives][i] as number }, () => ({
        operations: [
          i < senders ? this.sending(this.patient(party)) : this.receiving(this.patient(party)),
        ],
        pause: this.pause(),
      })),
    }));
  }

  /** Everything is sent, and then the senders are closed one after the other; receivers go on until they have got all. */
  private drained(): Program['parties'] {
    const parties = this.parties();
    const senders = this.between(1, parties.length - 1);
    return parties.map((party, i) => {
      const steps: Step[] =
        i < senders
          ? this.times(1, 4, () => ({
              operations: [this.sending(this.patient(party))],
              pause: this.pause(),
            }))
          : [
              {
                operations: [{ ...this.receiving(this.patient(party)), drains: true }],
                pause: this.pause(),
              },
            ];
      const closing = this.channels.map(
        (_, channel): Step => ({ operations: [{ kind: 'closeSender', channel }], pause: 0 }),
      );
      // Receivers have a handle for sending, too.
      return { party, steps: i < senders ? [...steps, ...closing] : [...closing, ...steps] };
    });
  }

  private sending(how: Waiting): Operation {
    const select = this.chance(0.25);
    if (!select) {
      const channel = this.below(this.channels.length);
      return { kind: 'send', channel, value: this.message(), ...how };
    }
    const cases = this.channels.map((_, channel) => ({ channel, value: this.message() }));
    return this.select(cases, how);
  }

  private receiving(how: Waiting): Receive | Select {
    if (this.channels.length === 1 && this.chance(0.75)) {
      return { kind: 'receive', channel: 0, ...how };
    }
    return this.select(
      this.channels.map((_, channel) => ({ channel })),
      how,
    );
  }

  private select(cases: Case[], how: Waiting): Select {
    return {
      kind: 'select',
      cases,
      order: this.of(['random', 'priority', 'fair'] as const),
      ...how,
    };
  }

  /** In the end it happens: it waits for as long as it takes, or tries again and again, as what is cancelled must not take anything along. */
  private patient(party: number): Waiting {
    const form = party === MAIN || this.chance(0.25) ? 'async' : 'sync';
    if (this.chance(0.6)) return { form };
    return { form, timeout: this.timeout(), insists: true };
  }

  private form(party: number): Form {
    if (this.chance(0.35)) return 'try';
    return party === MAIN || this.chance(0.2) ? 'async' : 'sync';
  }

  private timeout(): number {
    return this.of([0, 0.02, 0.1, 0.1, 0.3, 0.3, 1]);
  }

  private pause(): number {
    return this.chance(0.5) ? 0 : this.below(60);
  }

  private shape(kind: string): ChannelShape {
    for (;;) {
      const [, shape] = this.weighted(SHAPES);
      if (kind !== 'balanced' || shape.overflow === 'block') return shape;
    }
  }

  /** Two to four, in any order; guests mostly, since Node's timers count in milliseconds. */
  private parties(): number[] {
    const guests = this.shuffled([0, 1, 2, 3]).slice(0, this.between(2, 4));
    if (this.chance(0.2)) guests[this.below(guests.length)] = MAIN;
    return guests;
  }

  private message(): number {
    return ++this.messages;
  }

  /** `count` in `parts` parts, of which each has at least one. */
  private shared(count: number, parts: number): number[] {
    const shares = Array.from({ length: parts }, () => 1);
    for (let i = parts; i < count; i++) {
      const at = this.below(parts);
      shares[at] = (shares[at] as number) + 1;
    }
    return shares;
  }

  private times<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: this.between(least, most) }, make);
  }

  private between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  private weighted<T extends readonly [weight: number, ...rest: unknown[]]>(
    choices: readonly T[],
  ): T {
    let left = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    return choices.find(([weight]) => {
      left -= weight;
      return left < 0;
    }) as T;
  }

  private shuffled<T>(items: T[]): T[] {
    return items
      .map((item) => [this.random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  }
}
