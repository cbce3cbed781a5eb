/** One party of the soak: does anything that can be done with channels, in Node's main loop or in a guest, and records it. */
import { move, type Receiver, type Sender, select, selectSync, trySelect } from 'isolane';
import { randomFrom } from '../../support/random-values.js';
import { COUNTS, LANES, type Ledger, MESSAGES, SENT } from './ledger.js';

type AnySender = Sender<unknown>;
type AnyReceiver = Receiver<unknown>;

/** Handles, by what else may be done with them. Only `open` ones travel in messages: Node has handles of their channels, too. */
export interface Ends {
  open: { senders: AnySender[]; receivers: AnyReceiver[] };
  own: { senders: AnySender[]; receivers: AnyReceiver[] };
}

const FAILURES = new Map<string, (typeof COUNTS)[number]>([
  ['TimeoutError', 'timed out'],
  ['AbortError', 'aborted'],
  ['ChannelClosedError', 'found closed'],
  ['ChannelPoisonedError', 'found poisoned'],
]);

/** An actor has so many handles of a kind at most. */
const MOST = 6;

export class Actor {
  private readonly random: () => number;

  constructor(
    private readonly number: number,
    seed: number,
    private readonly ends: Ends,
    /** More of them come here. */
    private readonly more: Receiver<Ends>,
    private readonly ledger: Ledger,
    /** Whether it may block its thread. */
    private readonly blocks: boolean,
  ) {
    this.random = randomFrom(seed);
  }

  /** Goes on until it is told to stop, or there are messages enough. */
  async act(lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, (_, i) => this.lane(this.number * LANES + i)));
    this.closeAll();
  }

  private closeAll(): void {
    for (const { senders, receivers } of [this.ends.open, this.ends.own]) {
      for (const end of [...senders.splice(0), ...receivers.splice(0)]) end.close();
    }
    for (let ends = this.more.tryReceive(); ends !== undefined; ends = this.more.tryReceive()) {
      for (const { senders, receivers } of [ends.open, ends.own]) {
        for (const end of [...senders, ...receivers]) end.close();
      }
    }
    this.more.close();
  }

  private async lane(lane: number): Promise<void> {
    const { stop, next } = this.ledger;
    while (Atomics.load(stop, this.number) === 0) {
      const ends = this.more.tryReceive();
      if (ends !== undefined) this.take(ends);
      const over = Atomics.load(next, 0) > MESSAGES - 1000;
      if (over || this.chance(this.blocks ? 0.02 : 0.1)) await turn();
      if (over) continue;
      if (this.chance(0.05)) this.cloneOrClose();
      else if (this.chance(0.15)) await this.select(lane);
      else if (this.chance(0.5)) await this.send(lane);
      else await this.receive(lane);
    }
  }

  private take({ open, own }: Ends): void {
    for (const [kind, ends] of [
      ['open', open],
      ['own', own],
    ] as const) {
      for (const end of ends.senders) this.keep(this.ends[kind].senders, end);
      for (const end of ends.receivers) this.keep(this.ends[kind].receivers, end);
    }
  }

  private keep<End extends { close(): void }>(ends: End[], end: End): void {
    ends.push(end);
    if (ends.length > MOST) ends.splice(this.below(ends.length), 1)[0]?.close();
  }

  private cloneOrClose(): void {
    const { senders, receivers } = this.chance(0.5) ? this.ends.open : this.ends.own;
    const ends: (AnySender | AnyReceiver)[] = this.chance(0.5) ? senders : receivers;
    if (ends.length === 0) return;
    const at = this.below(ends.length);
    if (this.chance(0.5) && ends.length < MOST) {
      ends.push((ends[at] as AnySender).clone());
      this.count('clone');
    } else {
      ends.splice(at, 1)[0]?.close();
      this.count('close');
    }
  }

  private async send(lane: number): Promise<void> {
    const sender = this.of([...this.ends.open.senders, ...this.ends.own.senders]);
    if (sender === undefined) return turn();
    const form = this.form('trySend', 'sendSync', 'send', 'sendMany', 'sendManySync');
    const many = form === 'sendMany' || form === 'sendManySync' ? this.below(6) + 1 : 1;
    const messages = Array.from({ length: many }, () => this.message());
    const values = messages.map(({ value }) => value);
    this.begin(lane, messages);
    let accepted = 0;
    const { options, stop } = this.options(form);
    try {
      if (form === 'trySend') accepted = sender.trySend(values[0]) ? 1 : 0;
      else if (form === 'sendMany') accepted = await sender.sendMany(values, options);
      else if (form === 'sendManySync') accepted = sender.sendManySync(values, options);
      else {
        if (form === 'send') await sender.send(values[0], options);
        else sender.sendSync(values[0], options);
        accepted = 1;
      }
    } catch (error) {
      this.failed(error, sender);
      accepted = acceptedBefore(error as Error, messages);
    }
    stop();
    this.end(lane, messages, (i) => i < accepted);
  }

  private async receive(lane: number): Promise<void> {
    const receiver = this.of([...this.ends.open.receivers, ...this.ends.own.receivers]);
    if (receiver === undefined) return turn();
    const form = this.form(
      'tryReceive',
      'receiveSync',
      'receive',
      'receiveMany',
      'receiveManySync',
    );
    const most = form === 'receiveMany' || form === 'receiveManySync' ? this.below(6) + 1 : 1;
    this.ledger.receiving[lane] = most;
    let values: unknown[] = [];
    const { options, stop } = this.options(form);
    try {
      if (form === 'tryReceive') {
        const value = receiver.tryReceive();
        if (value !== undefined) values = [value];
      } else if (form === 'receiveMany') values = await receiver.receiveMany(most, options);
      else if (form === 'receiveManySync') values = receiver.receiveManySync(most, options);
      else if (form === 'receive') values = [await receiver.receive(options)];
      else values = [receiver.receiveSync(options)];
    } catch (error) {
      this.failed(error, receiver);
    }
    stop();
    this.got(lane, values);
  }

  private async select(lane: number): Promise<void> {
    const messages: Message[] = [];
    const parts = Array.from({ length: this.below(3) + 1 }, () => {
      if (this.chance(0.5)) {
        return this.of([...this.ends.open.receivers, ...this.ends.own.receivers]);
      }
      const sender = this.of([...this.ends.open.senders, ...this.ends.own.senders]);
      if (sender === undefined) return undefined;
      const message = this.message();
      messages.push(message);
      return { sender, message };
    });
    this.begin(lane, messages);
    const form = this.form('trySelect', 'selectSync', 'select');
    const order = this.of(['random', 'priority', 'fair'] as const) ?? 'random';
    const { options, stop } = this.options(form);
    let taken: Message | undefined;
    const values: unknown[] = [];
    try {
      const cases = Object.fromEntries(
        parts.map((part, i) => [
          i,
          part !== undefined && 'message' in part ? part.sender.offer(part.message.value) : part,
        ]),
      );
      this.ledger.receiving[lane] = 1;
      const chosen =
        form === 'trySelect'
          ? trySelect(cases, { order })
          : form === 'select'
            ? await select(cases, { ...options, order })
            : selectSync(cases, { ...options, order });
      const part = chosen && parts[Number(chosen.key)];
      if (part !== undefined && 'message' in part) taken = part.message;
      else if (chosen !== undefined && 'closed' in chosen) this.drop(part as AnyReceiver);
      else if (chosen !== undefined) values.push(chosen.value);
    } catch (error) {
      this.failed(error);
      // One of them has ended, nobody says which.
      for (const part of parts) {
        const end = part !== undefined && 'message' in part ? part.sender : part;
        if (end?.closed && end.size === 0) this.drop(end);
      }
    }
    stop();
    this.end(lane, messages, (i) => messages[i] === taken);
    this.got(lane, values);
  }

  private message(): Message {
    const id = Atomics.add(this.ledger.next, 0, 1);
    const plain = [id, `#${id}`, { id }, { id, text: 'x'.repeat(this.below(200)) }, [id]];
    const kind = this.below(plain.length + 4);
    if (kind < plain.length) return { id, value: plain[kind] };
    if (kind === plain.length) return { id, value: Float64Array.of(id) };
    if (kind === plain.length + 1) return { id, value: { id, bytes: this.bytes(id) } };
    if (kind === plain.length + 2) {
      this.count('bytes moved');
      return { id, value: move({ id, bytes: this.bytes(id) }) };
    }
    const { senders, receivers } = this.ends.open;
    const end = this.of<AnySender | AnyReceiver>([...senders, ...receivers]);
    if (end === undefined || this.chance(0.5)) return { id, value: id };
    this.count('endpoint sent');
    const clone = end.clone();
    return { id, value: { id, end: this.chance(0.5) ? move(clone) : clone }, clone };
  }

  private bytes(id: number): Uint8Array {
    return new Uint8Array(this.below(3000) + 1).fill(id & 255);
  }

  private begin(lane: number, messages: Message[]): void {
    this.ledger.sending[lane] = messages.length;
    for (const { id } of messages) Atomics.store(this.ledger.sent, id, SENT.trying);
  }

  private end(lane: number, messages: Message[], accepted: (i: number) => boolean): void {
    for (const [i, { id, clone }] of messages.entries()) {
      Atomics.store(this.ledger.sent, id, accepted(i) ? SENT.accepted : SENT.refused);
      clone?.close(); // harmless if it was moved
    }
    this.ledger.sending[lane] = 0;
  }

  private got(lane: number, values: unknown[]): void {
    for (const value of values) {
      Atomics.add(this.ledger.received, idOf(value), 1);
      const end = endWithin(value);
      if (end === undefined) continue;
      this.count('endpoint received');
      if (this.chance(0.5)) end.close();
      else if ('trySend' in end) this.keep(this.ends.open.senders, end);
      else this.keep(this.ends.open.receivers, end);
    }
    this.ledger.receiving[lane] = 0;
  }

  private failed(error: unknown, end?: AnySender | AnyReceiver): void {
    const { name } = error as Error;
    const outcome = FAILURES.get(name);
    if (outcome === undefined) throw error;
    this.count(outcome);
    if (end !== undefined && name.startsWith('Channel')) this.drop(end);
  }

  /** Gives up a handle of what has ended. */
  private drop(end: AnySender | AnyReceiver): void {
    end.close();
    for (const { senders, receivers } of [this.ends.open, this.ends.own]) {
      for (const ends of [senders, receivers] as unknown[][]) {
        const at = ends.indexOf(end);
        if (at >= 0) ends.splice(at, 1);
      }
    }
  }

  private options(form: string): {
    options: { timeout?: number; signal?: AbortSignal };
    stop: () => void;
  } {
    const isAsync = !form.startsWith('try') && !form.endsWith('Sync');
    const timeout = this.of([0, 0.05, 0.3, 2]) as number;
    if (!isAsync || this.chance(0.6)) return { options: { timeout }, stop: () => {} };
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), this.below(4));
    const options = { signal: controller.signal };
    return { options, stop: () => clearTimeout(timer) };
  }

  private form<Form extends (typeof COUNTS)[number]>(...forms: Form[]): Form {
    const form = this.of(forms) as Form;
    if (form.endsWith('Sync') && !this.blocks) return this.form(...forms);
    this.count(form);
    return form;
  }

  private count(what: (typeof COUNTS)[number]): void {
    Atomics.add(this.ledger.counts, COUNTS.indexOf(what), 1);
  }

  private of<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(choices.length)];
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

/** The message that was refused comes back with the error, and those before it have been sent. */
function acceptedBefore(error: Error & { value?: unknown }, messages: Message[]): number {
  // Unless it was aborted: then it comes back only if it was moved.
  if (error.name === 'AbortError' && error.value === undefined) return 0;
  const id = idOf(error.value);
  const at = messages.findIndex((message) => message.id === id);
  if (at < 0) throw new Error(`Message ${id} came back, of ${messages.map(({ id }) => id)}.`);
  closeWithin(error.value);
  return at;
}

interface Message {
  id: number;
  value: unknown;
  /** A handle made for this message alone. */
  clone?: AnySender | AnyReceiver;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The id of a message; throws if it is not as it was sent. */
export function idOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return Number(value.slice(1));
  if (value instanceof Float64Array || Array.isArray(value)) return value[0] as number;
  const { id, bytes } = value as { id: number; bytes?: Uint8Array };
  if (bytes?.some((byte) => byte !== (id & 255)) || bytes?.length === 0) {
    throw new Error(`Message ${id} is damaged.`);
  }
  return id;
}

function endWithin(value: unknown): AnySender | AnyReceiver | undefined {
  return (value as { end?: AnySender | AnyReceiver }).end;
}

export function closeWithin(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const end = endWithin(value);
  // What comes back as it was given to a send may still have its mark.
  if (end !== undefined && 'close' in end) end.close();
}
