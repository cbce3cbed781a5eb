import '../binding/symbols.js';
import { type NativeSelection, native, type Packed } from '../binding/binding.js';
import { currentScope, goOn, isStopped, neverSettles } from '../binding/call-scope.js';
import { Selected as Outcome } from '../binding/codes.js';
import { now } from '../binding/world.js';
import { DeadlockError } from '../errors/channel-errors.js';
import { Offer } from './offer.js';
import {
  type AbortSignalLike,
  type CancelReason,
  throwIfAborted,
  timedOut,
  timeoutOf,
  watch,
} from './options.js';
import { Receiver } from './receiver.js';
import type { Sender } from './sender.js';

const { NOTHING } = native;

/** One case of a select; `null`, `undefined` and `false` are cases that are switched off. */
export type SelectCase = Receiver<unknown> | Offer | null | undefined | false;

/** What a select has chosen: the key of the case, and what was received. */
export type Selected<Cases> = {
  [Key in keyof Cases & (string | number)]: Cases[Key] extends infer Case
    ? Case extends Receiver<infer T>
      ?
          | { readonly key: `${Key}`; readonly value: T; readonly closed?: undefined }
          | { readonly key: `${Key}`; readonly value?: undefined; readonly closed: true }
      : Case extends Offer
        ? { readonly key: `${Key}`; readonly value?: undefined; readonly closed?: undefined }
        : never
    : never;
}[keyof Cases & (string | number)];

/** How to choose among several cases that are ready, and how long to wait for one. */
export interface SelectOptions {
  /**
   * `random` (by default): each as likely as any other; `priority`: the first of them; `fair`: the one whose handle was chosen least
   * recently.
   */
  order?: 'random' | 'priority' | 'fair' | undefined;
  /** Milliseconds, fractions allowed; waits for ever by default. */
  timeout?: number | undefined;
  /** When it aborts, the select rejects with its reason, and nothing has happened. `selectSync` looks at it once, at the start. */
  signal?: AbortSignalLike | undefined;
}

type Cases = Readonly<Record<string, SelectCase>>;
type Chosen = { key: string; value?: unknown; closed?: true };
type AnyReceiver = Receiver<unknown>;
type AnyOffer = Offer;
type End = AnyReceiver | Sender<never>;

let chosenSoFar = 0;

/** False if the case is switched off; throws if it is none. */
function isOn(one: unknown, key: string): one is AnyReceiver | AnyOffer {
  if (one instanceof Receiver) return true;
  if (one === null || one === undefined || one === false) return false;
  if (!(one instanceof Offer)) {
    const what = 'a receiver, an offer (sender.offer(value)), or null to switch it off';
    throw new TypeError(`The case ${key} of a select must be ${what}.`);
  }
  if (one.taken) throw new TypeError(`The offer of case ${key} was taken before.`);
  return true;
}

/** The cases of one select that are switched on, and how to choose among them. */
class Choice {
  readonly keys: string[];
  readonly cases: (AnyReceiver | AnyOffer)[];

  constructor(
    cases: Cases,
    private readonly order: 'random' | 'priority' | 'fair',
  ) {
    // Both at once: to look each key up takes longer, in large objects several times.
    this.keys = Object.keys(cases);
    this.cases = Object.values(cases) as (AnyReceiver | AnyOffer)[];
    let count = 0;
    for (let i = 0; i < this.cases.length; i++) {
      const key = this.keys[i] as string;
      const one: unknown = this.cases[i];
      if (!isOn(one, key)) continue;
      this.keys[count] = key;
      this.cases[count++] = one;
    }
    this.keys.length = this.cases.length = count;
  }

  get size(): number {
    return this.cases.length;
  }

  /** The index of a case that has happened, and what came of it; undefined if none can happen now. Throws for a poisoned channel. */
  attempt(): { index: number; chosen: Chosen } | undefined {
    if (this.order === 'random') return this.attemptAtRandom();
    return this.order === 'fair' ? this.attemptLeastRecent() : this.attemptIn(this.cases.keys());
  }

  /**
   * To be called before it waits. Who comes to a rendezvous from the other side takes the first that waits there: so that it is as the
   * order says, they stand there in that order.
   */
  arrange(): void {
    if (this.order === 'priority') return;
    const { keys, cases } = this;
    const order = this.order === 'fair' ? this.leastRecent() : shuffled(this.size);
    const arranged = order.map(
      (i) => [keys[i] as string, cases[i] as AnyReceiver | AnyOffer] as const,
    );
    arranged.forEach(([key, one], i) => {
      keys[i] = key;
      cases[i] = one;
    });
  }

  /** What came of a case that native code has found to have happened. */
  happened(index: number, value: unknown): Chosen {
    const one = this.cases[index] as AnyReceiver | AnyOffer;
    const key = this.note(index);
    if (one instanceof Receiver) return { key, value };
    one.taken = true;
    return { key };
  }

  ends(): End[] {
    return this.cases.map((_, index) => this.endOf(index));
  }

  messages(): (Packed | undefined)[] {
    return this.cases.map((one) => (one instanceof Offer ? one.message : undefined));
  }

  private attemptAtRandom(): { index: number; chosen: Chosen } | undefined {
    const { size } = this;
    if (size === 0) return undefined;
    if (size === 1) {
      const chosen = this.tryCase(0);
      return chosen && { index: 0, chosen };
    }
    // Any of them first; then, if need be, the others, each as likely as any other.
    const first = Math.floor(Math.random() * size);
    const chosen = this.tryCase(first);
    if (chosen !== undefined) return { index: first, chosen };
    const left = [...this.cases.keys()];
    left[first] = left[size - 1] as number;
    for (let count = size - 1; count > 0; count--) {
      const at = Math.floor(Math.random() * count);
      const index = left[at] as number;
      const chosen = this.tryCase(index);
      if (chosen !== undefined) return { index, chosen };
      left[at] = left[count - 1] as number;
    }
    return undefined;
  }

  private attemptLeastRecent(): { index: number; chosen: Chosen } | undefined {
    const { size } = this;
    if (size === 0) return undefined;
    // Mostly the first of them can happen, and then they need not be put in order.
    let first = 0;
    for (let i = 1; i < size; i++) if (this.lastChosen(i) < this.lastChosen(first)) first = i;
    const chosen = this.tryCase(first);
    return chosen === undefined ? this.attemptIn(this.leastRecent()) : { index: first, chosen };
  }

  private attemptIn(order: Iterable<number>): { index: number; chosen: Chosen } | undefined {
    for (const index of order) {
      const chosen = this.tryCase(index);
      if (chosen !== undefined) return { index, chosen };
    }
    return undefined;
  }

  private leastRecent(): number[] {
    return [...this.cases.keys()].sort((a, b) => this.lastChosen(a) - this.lastChosen(b));
  }

  private lastChosen(index: number): number {
    return this.endOf(index).lastChosen;
  }

  private endOf(index: number): End {
    const one = this.cases[index] as AnyReceiver | AnyOffer;
    return one instanceof Offer ? one.sender : one;
  }

  private tryCase(index: number): Chosen | undefined {
    const one = this.cases[index] as AnyReceiver | AnyOffer;
    if (one instanceof Offer) {
      if (!one.sender.tryOffer(one)) return undefined;
      one.taken = true;
      return { key: this.note(index) };
    }
    const value = one.takeForSelect();
    if (value !== NOTHING) return { key: this.note(index), value };
    return one.hasEnded() ? { key: this.note(index), closed: true } : undefined;
  }

  private note(index: number): string {
    if (this.order === 'fair') this.endOf(index).lastChosen = ++chosenSoFar;
    return this.keys[index] as string;
  }
}

function shuffled(size: number): number[] {
  const order = Array.from({ length: size }, (_, i) => i);
  for (let left = size; left > 1; left--) {
    const at = Math.floor(Math.random() * left);
    const swapped = order[at] as number;
    order[at] = order[left - 1] as number;
    order[left - 1] = swapped;
  }
  return order;
}

/** A select that waits in the event loop. @internal */
export class PendingSelect extends native.NativeSelection {
  private readonly scope = currentScope();
  private stopWatching: (() => void) | undefined = undefined;
  private over = false;
  /** Whether it tries its cases just now, and so will see what has changed. */
  private trying = false;
  /** Why it is given up, said by code of the user's that ran while it tried its cases. */
  private cancelled: CancelReason | undefined = undefined;

  constructor(
    private readonly choice: Choice,
    private readonly resolve: (chosen: Chosen) => void,
    private readonly reject: (error: unknown) => void,
    options: SelectOptions,
  ) {
    super(choice.ends(), choice.messages());
    this.stopWatching = watch(options, (why) => this.cancel(why));
    for (const end of choice.ends()) {
      end.selects ??= new Set();
      end.selects.add(this);
    }
    this.advance();
  }

  /** Native code says that a case may have happened, or can now. @internal */
  onReady(): void {
    if (this.over) return;
    goOn(this.scope);
    this.again();
  }

  /** Looks once more, as a handle was closed here, or has nothing pending any more. */
  again(): void {
    if (this.over || this.trying) return;
    const outcome = this.nativeSettle();
    if (outcome >= 0) this.finish(outcome);
    else if (!this.attempt()) this.advance();
  }

  /** Waits; whatever can happen meanwhile, happens. */
  private advance(): void {
    for (;;) {
      // A case comes after what is pending on its handle, and is looked at again when that is done.
      this.choice.ends().forEach((end, i) => {
        this.nativeSkip(i, end.isBusy);
      });
      const outcome = this.nativeArm();
      if (outcome >= 0) this.finish(outcome);
      else if (outcome === Outcome.tryAgain && !this.attempt()) continue;
      return;
    }
  }

  private attempt(): boolean {
    return this.tryCases() || (this.cancelled !== undefined && this.cancel(this.cancelled));
  }

  private tryCases(): boolean {
    this.trying = true;
    try {
      const found = this.choice.attempt();
      if (found === undefined) return false;
      this.nativeChoose(found.index);
      this.end();
      this.resolve(found.chosen);
    } catch (error) {
      this.nativeChoose(this.choice.size);
      this.end();
      this.reject(error);
    } finally {
      this.trying = false;
    }
    return true;
  }

  private finish(index: number): void {
    this.end();
    try {
      this.resolve(this.choice.happened(index, taken(this, this.choice, index)));
    } catch (error) {
      this.reject(error);
    }
  }

  /** Whether it is over, which it is unless a case may be happening just now. */
  private cancel(why: CancelReason): boolean {
    if (this.over) return true;
    if (this.trying) {
      this.cancelled = why;
      return false;
    }
    const outcome = this.nativeWithdraw();
    if (outcome >= 0) {
      this.finish(outcome);
      return true;
    }
    this.end();
    if (why === 'stopped') return true;
    this.reject('timeout' in why ? timedOut('The select', why.timeout) : why.abort);
    return true;
  }

  private end(): void {
    this.over = true;
    this.stopWatching?.();
    for (const end of this.choice.ends()) end.selects?.delete(this);
  }
}

function taken(selection: NativeSelection, choice: Choice, index: number): unknown {
  return choice.cases[index] instanceof Offer ? undefined : selection.nativeTake(index);
}

/**
 * Waits until one of several cases can happen, and has exactly that one happen; the others leave no trace. A case receives (a
 * {@link Receiver}) or sends (`sender.offer(value)`). A receiver whose channel is closed and drained is ready, too: `{ key, closed: true }`.
 *
 * Rejects with a ChannelPoisonedError if a channel was poisoned, a ChannelClosedError if an offer can no longer be sent, a TimeoutError,
 * or the signal's reason. With all cases switched off it waits for the time-out or the signal, or for ever.
 *
 * ```js
 * import { channel, select } from 'isolane';
 *
 * const [tx, numbers] = channel(1);
 * const [words, rx] = channel(1);
 * tx.trySend(7);
 * words.trySend('full');
 * const chosen = await select({ number: numbers, word: words.offer('hello') });
 * if (chosen.key === 'number') console.log(chosen.value, rx.size); // 7 1
 * ```
 */
export function select<const C extends Cases>(
  cases: C,
  options: SelectOptions = {},
): Promise<Selected<C>> {
  if (isStopped()) return neverSettles();
  try {
    const choice = prepared(cases, options);
    const found = choice.attempt();
    if (found !== undefined) return Promise.resolve(found.chosen as Selected<C>);
    choice.arrange();
    return new Promise<Chosen>((resolve, reject) => {
      new PendingSelect(choice, resolve, reject, options);
    }) as Promise<Selected<C>>;
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * {@link select}, blocking this thread.
 *
 * Throws what `select` rejects with, and a DeadlockError if all cases are switched off and there is no time-out.
 */
export function selectSync<const C extends Cases>(
  cases: C,
  options: SelectOptions = {},
): Selected<C> {
  const choice = prepared(cases, options);
  const timeout = timeoutOf(options);
  const found = choice.attempt();
  if (found !== undefined) return found.chosen as Selected<C>;
  if (choice.size === 0 && timeout === Number.POSITIVE_INFINITY) {
    throw new DeadlockError('This select would wait for ever: none of its cases is switched on.');
  }
  const end = now() + timeout;
  const ends = choice.ends();
  for (const one of ends) one.pause();
  try {
    const chosen = blockingly(choice, end, true);
    if (chosen === undefined) throw timedOut('The select', timeout);
    return chosen as Selected<C>;
  } finally {
    for (const one of ends) one.resume();
  }
}

class BlockingSelect extends native.NativeSelection {}

/** Waits until a case has happened, or the time is up. `paused`: what is pending on the handles does not wait in the event loop now. */
function blockingly(choice: Choice, end: number, paused: boolean): Chosen | undefined {
  choice.arrange();
  const ends = choice.ends();
  for (;;) {
    const { selection, isStandIn } = selectionOf(choice, ends, paused);
    const outcome = selection.nativeWait(Math.max(0, end - now()));
    if (outcome === Outcome.interrupted) throw new TypeError('The select was interrupted.');
    if (outcome >= 0) {
      const take = (): unknown => taken(selection, choice, outcome);
      if (!isStandIn.has(outcome)) return choice.happened(outcome, take());
      (ends[outcome] as End).firstHasHappened(take);
      continue;
    }
    let found: ReturnType<Choice['attempt']>;
    try {
      found = choice.attempt();
    } finally {
      selection.nativeChoose(found?.index ?? choice.size);
    }
    if (found !== undefined) return found.chosen;
    if (outcome === Outcome.timedOut) return undefined;
  }
}

/**
 * What waits for the cases. Where operations are pending on a handle, the first of them stands in for its case (`isStandIn`), or, if they
 * wait in the event loop, nothing: the case comes after them.
 */
function selectionOf(
  choice: Choice,
  ends: readonly End[],
  paused: boolean,
): { selection: NativeSelection; isStandIn: Set<number> } {
  const messages = choice.messages();
  const isStandIn = new Set<number>();
  const skipped: number[] = [];
  const busy = new Set<End>();
  ends.forEach((one, i) => {
    if (!one.isBusy) return;
    if (paused && !busy.has(one)) {
      isStandIn.add(i);
      if (!(one instanceof Receiver)) messages[i] = one.firstMessage;
    } else {
      skipped.push(i);
    }
    busy.add(one);
  });
  const selection = new BlockingSelect(ends, messages);
  for (const i of skipped) selection.nativeSkip(i, true);
  return { selection, isStandIn };
}

/**
 * {@link select} without waiting: undefined if no case can happen now. Throws what `select` rejects with.
 *
 * ```js
 * import { channel, trySelect } from 'isolane';
 *
 * const [tx, rx] = channel(1);
 * console.log(trySelect({ rx })); // undefined
 * console.log(trySelect({ tx: tx.offer(1) })?.key, trySelect({ rx })?.value); // tx 1
 * ```
 */
export function trySelect<const C extends Cases>(
  cases: C,
  options: Pick<SelectOptions, 'order'> = {},
): Selected<C> | undefined {
  const choice = prepared(cases, options);
  const found = choice.attempt();
  if (found !== undefined) return found.chosen as Selected<C>;
  // They were looked at one after the other: only in a moment in which it stands in all of them it is certain that none can happen.
  return choice.size < 2 ? undefined : (blockingly(choice, 0, false) as Selected<C> | undefined);
}

function prepared(cases: Cases, options: SelectOptions): Choice {
  if (typeof cases !== 'object' || cases === null) {
    throw new TypeError('A select takes an object whose properties are its cases.');
  }
  const { order = 'random' } = options;
  if (order !== 'random' && order !== 'priority' && order !== 'fair') {
    throw new TypeError(`order must be 'random', 'priority' or 'fair', but is ${String(order)}.`);
  }
  throwIfAborted(options);
  timeoutOf(options);
  return new Choice(cases, order);
}
