import { Status } from '../binding/codes.js';
import '../binding/symbols.js';
import { type EndpointSeed, native } from '../binding/binding.js';
import { currentScope, goOn, isStopped, neverSettles } from '../binding/call-scope.js';
import { nextTurn, now } from '../binding/world.js';
import { taken } from '../codec/messages.js';
import { ChannelClosedError } from '../errors/channel-errors.js';
import { channelName, describeEndpoint, failure, INSPECT } from './failure.js';
import { Fifo, type Waiting } from './fifo.js';
import { takeQueued } from './many.js';
import {
  type CancelReason,
  goesOnLater,
  type OpOptions,
  throwIfAborted,
  timedOut,
  timeoutOf,
  watch,
} from './options.js';
import { Outcomes } from './outcomes.js';
import { readableOf } from './streams.js';

const { NOTHING, NativePacked } = native;
const done = Status.done;
const wouldBlock = Status.wouldBlock;

/** An asynchronous receive that found no message. */
class PendingReceive implements Waiting<PendingReceive> {
  next: PendingReceive | null = null;
  previous: PendingReceive | null = null;
  stopWatching: (() => void) | undefined = undefined;
  /** The call that waits, if it may be stopped. */
  readonly scope = currentScope();

  constructor(
    readonly resolve: (message: unknown) => void,
    readonly reject: (error: unknown) => void,
  ) {}
}

/**
 * The receiving end of a channel. Each message goes to exactly one of a channel's receivers.
 *
 * ```js
 * import { channel } from 'isolane';
 *
 * const [tx, rx] = channel();
 * tx.sendSync(1);
 * tx.sendSync(2);
 * tx.close();
 * for await (const message of rx) console.log(message); // 1, then 2
 * ```
 */
export class Receiver<out T> extends native.NativeReceiver {
  private readonly pending = new Fifo<PendingReceive>();
  private readonly outcomes = new Outcomes();
  /** Whether native code was asked to tell when there is a message for the first pending receive. */
  private armed = false;
  private paused = false;
  private released = false;
  /** What reading a message has thrown when others before it had been taken: thrown by what takes the next. */
  private unread: { readonly error: unknown } | undefined = undefined;
  /** Selects that wait for this handle. @internal */
  selects: Set<{ again(): void }> | undefined = undefined;
  /** Which of the choices of selects in fair order was this, the last time; 0: none yet. @internal */
  lastChosen = 0;
  private stream: ReadableStream<T> | undefined = undefined;

  /** @internal */
  constructor(seed: EndpointSeed) {
    super(seed);
  }

  /** The channel's id: all handles of one channel have the same, in every interpreter. */
  get id(): number {
    return this.nativeChannelId();
  }

  /** The channel's name, `''` by default. */
  get name(): string {
    return this.nativeName();
  }

  /** How many messages the channel holds at most; 0: each is handed from hand to hand. */
  get capacity(): number {
    return this.nativeCapacity();
  }

  /** How many messages are queued now. */
  get size(): number {
    return this.nativeSize();
  }

  /** Whether this handle is closed or moved, or the channel is closed; messages may still be queued in the latter case. */
  get closed(): boolean {
    return this.released || !this.nativeIsOpen() || this.nativeChannelStatus() !== done;
  }

  /**
   * Takes a message if there is one, else returns `ifEmpty`.
   *
   * Throws a ChannelClosedError when the channel is closed (or has no sender left) and everything is taken, a
   * ChannelPoisonedError, and a MovedError if this handle was moved away.
   *
   * ```js
   * import { channel } from 'isolane';
   *
   * const [tx, rx] = channel();
   * console.log(rx.tryReceive('nothing')); // nothing
   * tx.trySend(7);
   * console.log(rx.tryReceive()); // 7
   * ```
   */
  tryReceive<D = undefined>(ifEmpty?: D): T | D {
    if (this.pending.head === null) {
      const message = this.take();
      if (message !== NOTHING) return message as T;
      const status = this.nativeStatus();
      if (status !== wouldBlock) throw this.failure(status);
    }
    // Whatever there is belongs to the receives that came before.
    return ifEmpty as D;
  }

  /**
   * Takes a message, blocking this thread until there is one.
   *
   * Throws what {@link tryReceive} throws, and a TimeoutError when the time is up.
   */
  receiveSync(options?: OpOptions): T {
    if (options === undefined && this.pending.head === null) {
      const message = this.take(Number.POSITIVE_INFINITY);
      if (message === NOTHING) throw this.failure(this.nativeStatus());
      return message as T;
    }
    return this.receiveSyncInTurn(options);
  }

  /**
   * Takes a message, waiting until there is one. Receives of one handle are served in the order of the calls.
   *
   * Rejects with what {@link tryReceive} throws, a TimeoutError, or the signal's reason; then no message was taken.
   *
   * ```js
   * import { channel } from 'isolane';
   *
   * const [tx, rx] = channel();
   * const message = rx.receive({ timeout: 1000 });
   * tx.trySend('hello');
   * console.log(await message); // hello
   * ```
   */
  receive(options?: OpOptions): Promise<T> {
    if (isStopped()) return neverSettles();
    try {
      throwIfAborted(options);
      timeoutOf(options);
      if (this.pending.head === null) {
        const message = this.take();
        if (message !== NOTHING) return Promise.resolve(message as T);
        const status = this.nativeStatus();
        if (status !== wouldBlock) throw this.failure(status);
      }
      return this.receiveLater(options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Waits for one message, and takes with it what else is queued, at most `max` in all. Rejects like {@link receive}. Numbers are taken
   * hundreds at a time, which is much faster than one by one. If a message cannot be read, those before it are returned, and the next
   * call throws why, unless this handle is closed before.
   *
   * ```js
   * import { channel } from 'isolane';
   *
   * const [tx, rx] = channel();
   * tx.sendManySync([1, 2, 3]);
   * console.log(await rx.receiveMany(10)); // [ 1, 2, 3 ]
   * ```
   */
  async receiveMany(max: number, options?: OpOptions): Promise<T[]> {
    checkMax(max);
    const messages = this.takeAtOnce(max, options);
    if (messages.length === 0) {
      messages.push(await this.receive(options));
      takeQueued(this, messages, max);
    }
    return messages;
  }

  /** {@link receiveMany}, blocking this thread. */
  receiveManySync(max: number, options?: OpOptions): T[] {
    checkMax(max);
    const messages = this.takeAtOnce(max, options);
    if (messages.length === 0) {
      messages.push(this.receiveSync(options));
      takeQueued(this, messages, max);
    }
    return messages;
  }

  /** Takes messages until the channel is closed and drained, blocking this thread. Leaving the loop leaves the handle open. */
  [Symbol.iterator](): IterableIterator<T> {
    return new MessageIterator<T>(this);
  }

  /** Takes messages until the channel is closed and drained. Leaving the loop leaves the handle open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new AsyncMessageIterator<T>(this);
  }

  /**
   * The messages as a stream of the Web, always the same one. It takes a message when somebody reads, and none before; it ends when the
   * channel is closed and drained. Cancelling it closes this handle.
   *
   * A read rejects with a ChannelPoisonedError, a ChannelClosedError if this handle was closed by other means, or a MovedError.
   *
   * ```js
   * import { channel } from 'isolane';
   *
   * const [tx, rx] = channel();
   * tx.sendManySync([1, 2]);
   * tx.close();
   * for await (const message of rx.readable) console.log(message); // 1, then 2
   * ```
   */
  get readable(): ReadableStream<T> {
    this.stream ??= readableOf(this);
    return this.stream;
  }

  /** Another handle of the same channel, to be closed on its own. */
  clone(): Receiver<T> {
    if (!this.nativeIsOpen()) throw this.failure(Status.closed);
    return this.nativeDuplicate() as Receiver<T>;
  }

  /**
   * Gives up this handle; receives that are pending on it reject with a ChannelClosedError. When the last receiver of a
   * channel is gone, sending into it throws a ChannelClosedError.
   */
  close(): void {
    if (this.released || !this.nativeIsOpen()) return;
    this.outcomes.after(() => {
      this.rejectPending();
      this.released = true;
      this.unread = undefined;
      this.nativeRelease();
      for (const select of this.selects ?? []) select.again();
    });
  }

  /** Drops what is queued; from now on every operation on either side throws a ChannelPoisonedError with the reason. */
  poison(reason?: unknown): void {
    this.nativePoisonChannel(reason);
  }

  override toString(): string {
    return describeEndpoint(this, 'Receiver');
  }

  /** How Node prints it. @internal */
  [INSPECT](): string {
    return this.toString();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Native code says that there may be a message for the first pending receive. @internal */
  onReady(): void {
    if (!this.armed || this.pending.head === null) return;
    goOn(this.pending.head.scope);
    this.advance();
    this.outcomes.tell();
  }

  /** The next message for an iterator, blocking; `NOTHING` when the channel is closed and drained. @internal */
  nextSync(): unknown {
    this.flush(Number.POSITIVE_INFINITY);
    const message = this.take(Number.POSITIVE_INFINITY);
    if (message === NOTHING) {
      const status = this.nativeStatus();
      if (status !== Status.closed || this.released || !this.nativeIsOpen()) {
        throw this.failure(status);
      }
    }
    return message;
  }

  /** A message, or `NOTHING` if there is none that is not someone else's, or none any more. @internal */
  takeNow(): unknown {
    return this.pending.head === null ? this.take() : NOTHING;
  }

  /** Has the next call that takes a message throw what reading one has thrown. @internal */
  throwNext(error: unknown): void {
    this.unread = { error };
  }

  /** Throws that, if this is the next such call. @internal */
  throwUnread(): void {
    const { unread } = this;
    this.unread = undefined;
    if (unread !== undefined) throw unread.error;
  }

  /** The same for a select, which comes after the receives that are pending. @internal */
  takeForSelect(): unknown {
    if (this.pending.head !== null) this.outcomes.after(() => this.advance());
    return this.takeNow();
  }

  /** Whether that found the channel closed and drained. Throws if this handle is, or the channel was poisoned. @internal */
  hasEnded(): boolean {
    const status = this.pending.head === null ? this.nativeStatus() : wouldBlock;
    if (status === wouldBlock) return false;
    if (status === Status.closed && !this.released && this.nativeIsOpen()) return true;
    throw this.failure(status);
  }

  /** Whether there are receives that come before a select. @internal */
  get isBusy(): boolean {
    return this.pending.head !== null;
  }

  /** `take` returns the message for the first of them. @internal */
  firstHasHappened(take: () => unknown): void {
    const first = this.pending.head;
    if (first !== null) this.outcomes.resolveLater(this.remove(first), take);
    this.outcomes.tell();
  }

  /** Pending receives do not wait in the event loop while this thread blocks in a select. @internal */
  pause(): void {
    this.paused = true;
    this.withdraw();
    this.outcomes.tell();
  }

  /** @internal */
  resume(): void {
    this.paused = false;
    if (!this.armed) this.advance();
    this.outcomes.tell();
  }

  private failure(status: Status): Error {
    return failure(this, 'receiver', status, this.released);
  }

  /** A message, or `NOTHING`. Without `timeout` it only tries. Throws if the message cannot be read. */
  private take(timeout?: number): unknown {
    if (this.unread !== undefined) this.throwUnread();
    return taken(this.nativeTake(timeout));
  }

  private receiveLater(options: OpOptions | undefined): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      const receive = new PendingReceive(resolve, reject);
      receive.stopWatching = watch(options, (why) => this.cancel(receive, why));
      this.outcomes.after(() => {
        this.pending.push(receive);
        if (this.pending.head === receive) this.advance();
      });
    }) as Promise<T>;
  }

  private takeAtOnce(max: number, options: OpOptions | undefined): T[] {
    const messages: T[] = [];
    // Options may be wrong, or say that nothing is wanted any more.
    if (options === undefined && !isStopped()) takeQueued(this, messages, max);
    return messages;
  }

  /** Serves as many of the pending receives as can be now, and asks to be told when there is a message for the next. */
  private advance(): void {
    for (let receive = this.pending.head; receive !== null; receive = this.pending.head) {
      this.armed = false;
      if (!this.serve(receive, () => this.nativeSettle()) && this.waitAgain(receive)) return;
    }
  }

  /** Gives a pending receive the message that `take` returns, or what that throws; false if there is none. */
  private serve(receive: PendingReceive, take: () => unknown): boolean {
    let message: unknown;
    try {
      message = taken(take());
    } catch (error) {
      this.outcomes.reject(this.remove(receive), () => error);
      return true;
    }
    if (message === NOTHING) return false;
    this.remove(receive);
    if (message instanceof NativePacked) {
      this.outcomes.resolveLater(receive, () => native.unpack(message));
    } else {
      this.outcomes.resolve(receive, message);
    }
    return true;
  }

  /** Whether the first pending receive has to wait now; otherwise it has been rejected, or may try again. */
  private waitAgain(receive: PendingReceive): boolean {
    let status = this.nativeStatus();
    if (status === wouldBlock) {
      if (this.paused) return true;
      status = this.nativeArm();
      this.armed = status === wouldBlock || status === done;
      if (this.armed) return status === wouldBlock;
    }
    this.outcomes.reject(this.remove(receive), () => this.failure(status));
    return false;
  }

  private remove(receive: PendingReceive): PendingReceive {
    this.pending.remove(receive);
    receive.stopWatching?.();
    if (this.pending.head === null) for (const select of this.selects ?? []) select.again();
    return receive;
  }

  private cancel(receive: PendingReceive, why: CancelReason): void {
    this.outcomes.after(() => {
      if (this.pending.has(receive)) this.cancelPending(receive, why);
    });
  }

  private cancelPending(receive: PendingReceive, why: CancelReason): void {
    const wasFirst = this.pending.head === receive;
    const isServed = wasFirst && this.withdraw();
    if (!isServed) this.remove(receive);
    if (!isServed && why !== 'stopped') {
      this.outcomes.reject(receive, () =>
        'abort' in why ? why.abort : timedOut(`The receive from ${channelName(this)}`, why.timeout),
      );
    }
    if (wasFirst) this.advance();
  }

  /** Stops waiting. Whether a message had been handed over already, which the first pending receive has now. */
  private withdraw(): boolean {
    const first = this.pending.head;
    if (!this.armed || first === null) return false;
    this.armed = false;
    return this.serve(first, () => this.nativeWithdraw());
  }

  private rejectPending(): void {
    this.withdraw();
    for (let receive = this.pending.head; receive !== null; receive = this.pending.head) {
      const text = `The receiver of ${channelName(this)} was closed here while it was receiving.`;
      this.outcomes.reject(this.remove(receive), () => new ChannelClosedError(text));
    }
  }

  /** A blocking receive that has options, or comes after receives that are pending. */
  private receiveSyncInTurn(options: OpOptions | undefined): T {
    throwIfAborted(options);
    const timeout = timeoutOf(options);
    const end = now() + timeout;
    let status = this.flush(end);
    if (status === done) {
      const message = this.take(Math.max(0, end - now()));
      if (message !== NOTHING) return message as T;
      status = this.nativeStatus();
    }
    if (status !== Status.timedOut && status !== wouldBlock) throw this.failure(status);
    throw timedOut(`The receive from ${channelName(this)}`, timeout);
  }

  /** Serves what is pending, blocking; `done`, or why it has not come to an end. */
  private flush(end: number): Status {
    return this.pending.head === null ? done : this.outcomes.after(() => this.flushPending(end));
  }

  private flushPending(end: number): Status {
    for (let receive = this.pending.head; receive !== null; receive = this.pending.head) {
      if (this.withdraw()) continue;
      const isServed = this.serve(receive, () => this.nativeSettle(Math.max(0, end - now())));
      if (isServed) continue;
      const status = this.nativeStatus();
      if (goesOnLater(status)) {
        this.advance();
        return status;
      }
      this.outcomes.reject(this.remove(receive), () => this.failure(status));
    }
    return done;
  }
}

class MessageIterator<T> implements IterableIterator<T> {
  constructor(private readonly receiver: Receiver<T>) {}

  next(): IteratorResult<T, undefined> {
    const message = this.receiver.nextSync();
    return message === NOTHING
      ? { value: undefined, done: true }
      : { value: message as T, done: false };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** After so many messages in a row that were there at once, an asynchronous loop lets the event loop turn. */
const MOST_IN_A_ROW = 1024;

class AsyncMessageIterator<T> implements AsyncIterableIterator<T> {
  private inARow = 0;

  constructor(private readonly receiver: Receiver<T>) {}

  next(): Promise<IteratorResult<T, undefined>> {
    if (++this.inARow > MOST_IN_A_ROW) return this.nextAfterTurn();
    if (isStopped()) return neverSettles();
    try {
      const message = this.receiver.takeNow();
      return message === NOTHING
        ? this.nextLater()
        : Promise.resolve({ value: message as T, done: false });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async nextAfterTurn(): Promise<IteratorResult<T, undefined>> {
    this.inARow = 0;
    await nextTurn();
    return this.next();
  }

  private async nextLater(): Promise<IteratorResult<T, undefined>> {
    this.inARow = 0;
    try {
      return { value: await this.receiver.receive(), done: false };
    } catch (error) {
      // A handle that was closed here is an error; a channel that has ended is the end of the loop.
      if (error instanceof ChannelClosedError && this.receiver.nativeIsOpen()) {
        return { value: undefined, done: true };
      }
      throw error;
    }
  }
}

function checkMax(max: number): void {
  if (!Number.isInteger(max) || max < 1) {
    throw new RangeError(`The number of messages must be a positive integer, but is ${max}.`);
  }
}
