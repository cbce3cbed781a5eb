import { Status } from '../binding/codes.js';
import '../binding/symbols.js';
import { type EndpointSeed, native, type Packed } from '../binding/binding.js';
import { currentScope, goOn, isStopped, neverSettles } from '../binding/call-scope.js';
import { now } from '../binding/world.js';
import { pack, put, putOrPack, shaped } from '../codec/messages.js';
import { withoutMarks } from '../ownership/without-marks.js';
import { type Schema, schemaOf } from '../schema/schema.js';
import { channelFailure, channelName, describeEndpoint, failure, INSPECT } from './failure.js';
import { Fifo, type Waiting } from './fifo.js';
import { sendMany, sendManySync } from './many.js';
import { Offer } from './offer.js';
import {
  type CancelReason,
  goesOnLater,
  type OpOptions,
  throwIfAborted,
  timedOut,
  timeoutOf,
  transferOf,
  watch,
} from './options.js';
import { Outcomes } from './outcomes.js';
import { writableOf } from './streams.js';

const done = Status.done;
const wouldBlock = Status.wouldBlock;

/** An asynchronous send that could not go at once. */
class PendingSend implements Waiting<PendingSend> {
  next: PendingSend | null = null;
  previous: PendingSend | null = null;
  stopWatching: (() => void) | undefined = undefined;
  /** The call that waits, if it may be stopped. */
  readonly scope = currentScope();

  constructor(
    readonly message: Packed,
    private readonly original: unknown,
    readonly resolve: () => void,
    readonly reject: (error: unknown) => void,
  ) {}

  /** What the sender of the message can use again, once it is certain that it is not sent. */
  value(): unknown {
    try {
      return native.hasTaken(this.message)
        ? native.unpack(this.message)
        : withoutMarks(this.original);
    } catch {
      // An instance in it could not be made anew.
      return withoutMarks(this.original);
    }
  }

  /**
   * The signal's reason, for a message that is not sent. What was moved into the message cannot go back into the
   * buffers it came from: it hangs on the reason, as on our own errors.
   */
  aborted(reason: unknown): unknown {
    if (native.hasTaken(this.message) && typeof reason === 'object' && reason !== null) {
      try {
        Reflect.set(reason, 'value', this.value());
      } catch {
        // It is an object of the user's, with a setter that throws.
      }
    }
    return reason;
  }
}

/**
 * The sending end of a channel. Any number of senders feed one channel; each is a handle of its own, which can itself be
 * sent to other interpreters.
 *
 * ```js
 * import { channel } from 'isolane';
 *
 * const [tx, rx] = channel(2);
 * await tx.send('a');
 * console.log(tx.trySend('b'), tx.trySend('c')); // true false
 * tx.close();
 * console.log([...rx]); // [ 'a', 'b' ]
 * ```
 */
export class Sender<in T> extends native.NativeSender {
  private readonly pending = new Fifo<PendingSend>();
  private readonly outcomes = new Outcomes();
  /** Whether native code was asked to tell when the first pending send may go on. */
  private armed = false;
  private paused = false;
  /** Set by `close`; pending sends are still sent then. */
  private released = false;
  /** Selects that wait for this handle. @internal */
  selects: Set<{ again(): void }> | undefined = undefined;
  /** Which of the choices of selects in fair order was this, the last time; 0: none yet. @internal */
  lastChosen = 0;
  private stream: WritableStream<T> | undefined = undefined;

  /** The channel's, if it has one. @internal */
  readonly schema: Schema<unknown> | undefined;

  /** @internal */
  constructor(seed: EndpointSeed) {
    super(seed);
    this.schema = schemaOf(this.nativeSchema());
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

  /** Whether nothing can be sent here any more: the handle is closed or moved, or the channel is closed. */
  get closed(): boolean {
    return this.released || !this.nativeIsOpen() || this.nativeChannelStatus() !== done;
  }

  /**
   * Sends without waiting; false if it would have to wait.
   *
   * Throws a ChannelClosedError, whose `value` is the message, if the channel is closed or has no receiver; a
   * ChannelPoisonedError; a NotShareableError; a MovedError if this handle was moved away.
   */
  trySend(value: T): boolean {
    if (this.pending.head === null) {
      const status = put(this, this.schema, value);
      if (status === done) return true;
      if (status === wouldBlock) return false;
      throw this.failure(status, withoutMarks(value));
    }
    if (this.released) throw this.failure(Status.closed, withoutMarks(value));
    return false;
  }

  /**
   * Sends, blocking this thread while the channel is full (with capacity 0: until it is received).
   *
   * Throws what {@link trySend} throws, and a TimeoutError when the time is up.
   *
   * ```js
   * import { channel } from 'isolane';
   *
   * const [tx, rx] = channel();
   * tx.sendSync({ hello: 'world' });
   * console.log(rx.receiveSync()); // { hello: 'world' }
   * ```
   */
  sendSync(value: T, options?: OpOptions): void {
    if (options === undefined && this.pending.head === null) {
      const status = put(this, this.schema, value, Number.POSITIVE_INFINITY);
      if (status !== done) throw this.failure(status, withoutMarks(value));
      return;
    }
    this.sendSyncInTurn(value, options);
  }

  /**
   * Sends; resolves once the message is accepted (with capacity 0: received). Messages of one sender arrive in the order
   * of the calls, whether they were awaited or not.
   *
   * Rejects with what {@link trySend} throws, a TimeoutError, or the signal's reason; then the message was not sent.
   *
   * ```js
   * import { channel } from 'isolane';
   *
   * const [tx, rx] = channel(1);
   * await tx.send(1);
   * await tx.send(2, { timeout: 5 }).catch((error) => console.log(error.name)); // TimeoutError
   * console.log(await rx.receive()); // 1
   * ```
   */
  send(value: T, options?: OpOptions): Promise<void> {
    if (isStopped()) return neverSettles();
    try {
      throwIfAborted(options);
      timeoutOf(options);
      const message = this.putOrPack(value, options);
      return message === undefined ? Promise.resolve() : this.sendLater(message, value, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends several values in order; resolves to how many were sent, which is all of them unless the time was up or the signal
   * aborted after some. Options are for the whole. Rejects like {@link send}.
   *
   * Numbers in an array or a typed array go hundreds at a time, which is much faster than one by one.
   */
  sendMany(values: Iterable<T>, options?: OpOptions): Promise<number> {
    return sendMany(this, values, options);
  }

  /** {@link sendMany}, blocking this thread. */
  sendManySync(values: Iterable<T>, options?: OpOptions): number {
    return sendManySync(this, values, options);
  }

  /**
   * A case of a `select`: this value is sent if it is chosen. It is encoded now, once; what is marked by `move()` is handed over only when
   * it is sent.
   *
   * Throws a NotShareableError, and a ChannelClosedError or MovedError if this handle was closed or moved away.
   *
   * ```js
   * import { channel, select } from 'isolane';
   *
   * const [tx, rx] = channel(1);
   * const { key } = await select({ sent: tx.offer('hello') });
   * console.log(key, rx.tryReceive()); // sent hello
   * ```
   */
  offer(value: T): Offer {
    if (this.released || !this.nativeIsOpen())
      throw this.failure(Status.closed, withoutMarks(value));
    return new Offer(this, native.packOffer(shaped(this.schema, value)), value);
  }

  /**
   * A stream of the Web that sends what is written to it, always the same one. A write ends when the channel has taken its message.
   * When the stream is closed or aborted, or a write fails, this handle is closed.
   *
   * A write rejects with what {@link send} rejects with.
   *
   * ```js
   * import { channel } from 'isolane';
   *
   * const [tx, rx] = channel();
   * await new Blob(['some ', 'text']).stream().pipeThrough(new TextDecoderStream()).pipeTo(tx.writable);
   * console.log([...rx].join('')); // some text
   * ```
   */
  get writable(): WritableStream<T> {
    this.stream ??= writableOf(this);
    return this.stream;
  }

  /** Another handle of the same channel, to be closed on its own. */
  clone(): Sender<T> {
    if (this.released || !this.nativeIsOpen()) throw this.failure(Status.closed);
    return this.nativeDuplicate() as Sender<T>;
  }

  /**
   * Gives up this handle, after what it is still sending. When the last sender of a channel is gone, receivers take what is
   * queued, and then end.
   */
  close(): void {
    if (this.released || !this.nativeIsOpen()) return;
    this.outcomes.after(() => {
      this.released = true;
      if (this.pending.head === null) this.nativeRelease();
      for (const select of this.selects ?? []) select.again();
    });
  }

  /** Drops what is queued; from now on every operation on either side throws a ChannelPoisonedError with the reason. */
  poison(reason?: unknown): void {
    this.nativePoisonChannel(reason);
  }

  override toString(): string {
    return describeEndpoint(this, 'Sender');
  }

  /** How Node prints it. @internal */
  [INSPECT](): string {
    return this.toString();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Native code says that the first pending send may go on. @internal */
  onReady(): void {
    if (!this.armed || this.pending.head === null) return;
    goOn(this.pending.head.scope);
    this.advance();
    this.outcomes.tell();
  }

  /** Sends at once; or the message, encoded once, that is to be sent by `sendLater`. @internal */
  putOrPack(value: T, options: OpOptions | undefined): Packed | undefined {
    if (this.released) throw this.failure(Status.closed, withoutMarks(value));
    const transfer = options === undefined ? undefined : transferOf(options);
    if (this.pending.head !== null) return pack(this.schema, value, transfer);
    const status = putOrPack(this, this.schema, value, transfer);
    if (typeof status !== 'number') return status;
    if (status !== done) throw this.failure(status, withoutMarks(value));
    return undefined;
  }

  /** `value`: what the message was made of. @internal */
  sendLater(message: Packed, value: T, options: OpOptions | undefined): Promise<void> {
    if (isStopped()) return neverSettles();
    return new Promise((resolve, reject) => {
      const send = new PendingSend(message, value, resolve, reject);
      send.stopWatching = watch(options, (why) => this.cancel(send, why));
      this.outcomes.after(() => {
        this.pending.push(send);
        if (this.pending.head === send) this.advance();
      });
    });
  }

  /** Sends what a select offers, after the sends that are pending; false if that would have to wait. @internal */
  tryOffer(offer: Offer): boolean {
    const closed = this.released;
    if (!closed && this.pending.head !== null) this.outcomes.after(() => this.advance());
    if (!closed && this.pending.head !== null) return false;
    const status = closed ? Status.closed : this.nativePutPacked(offer.message);
    if (status === done) return true;
    if (status === wouldBlock) return false;
    throw this.failure(status, withoutMarks(offer.value));
  }

  /** Whether there are sends that come before what a select offers. @internal */
  get isBusy(): boolean {
    return this.pending.head !== null;
  }

  /** What the first of them sends. @internal */
  get firstMessage(): Packed | undefined {
    return this.pending.head?.message;
  }

  /** Somebody has sent it. @internal */
  firstHasHappened(): void {
    const first = this.pending.head;
    if (first !== null) this.settle(first, done);
    this.outcomes.tell();
  }

  /** Pending sends do not wait in the event loop while this thread blocks in a select. @internal */
  pause(): void {
    this.paused = true;
    const first = this.pending.head;
    if (first !== null && this.withdraw(first) === done) this.settle(first, done);
    this.outcomes.tell();
  }

  /** @internal */
  resume(): void {
    this.paused = false;
    if (!this.armed) this.advance();
    this.outcomes.tell();
  }

  private put(value: T, timeout: number | undefined, options: OpOptions | undefined): Status {
    return options?.transfer === undefined
      ? put(this, this.schema, value, timeout)
      : this.nativePut(shaped(this.schema, value), timeout, transferOf(options));
  }

  private failure(status: Status, value?: unknown): Error {
    return failure(this, 'sender', status, this.released, value);
  }

  /** Sends as many of the pending messages as can go now, and asks to be told when the next may. */
  private advance(): void {
    for (let send = this.pending.head; send !== null; send = this.pending.head) {
      const status = this.armed
        ? this.nativeSettle(send.message)
        : this.nativePutPacked(send.message);
      this.armed = false;
      if (status === wouldBlock) {
        if (this.paused) return;
        const armed = this.nativeArm(send.message);
        this.armed = armed === wouldBlock || armed === done;
        if (armed === wouldBlock) return;
        if (armed !== done) this.settle(send, armed);
      } else {
        this.settle(send, status);
      }
    }
  }

  /** Ends a pending send as `status` says. */
  private settle(send: PendingSend, status: Status): void {
    if (status === done) this.outcomes.resolve(this.remove(send), undefined);
    else {
      // Before it is removed: the handle may be released then.
      const isOpen = this.nativeIsOpen();
      this.outcomes.reject(this.remove(send), () =>
        isOpen
          ? channelFailure(this, 'sender', status, send.value())
          : failure(this, 'sender', status, false, send.value()),
      );
    }
  }

  private remove(send: PendingSend): PendingSend {
    this.pending.remove(send);
    send.stopWatching?.();
    if (this.pending.head === null) {
      if (this.released) this.nativeRelease();
      for (const select of this.selects ?? []) select.again();
    }
    return send;
  }

  private cancel(send: PendingSend, why: CancelReason): void {
    this.outcomes.after(() => {
      if (this.pending.has(send)) this.cancelPending(send, why);
    });
  }

  private cancelPending(send: PendingSend, why: CancelReason): void {
    const wasFirst = this.pending.head === send;
    if (wasFirst && this.withdraw(send) === done) this.settle(send, done);
    else if (why === 'stopped') this.remove(send);
    else {
      this.outcomes.reject(this.remove(send), () =>
        'abort' in why
          ? send.aborted(why.abort)
          : timedOut(`The send to ${channelName(this)}`, why.timeout, send.value()),
      );
    }
    if (wasFirst) this.advance();
  }

  private withdraw(send: PendingSend): Status {
    if (!this.armed) return wouldBlock;
    this.armed = false;
    return this.nativeWithdraw(send.message);
  }

  /** A blocking send that has options, or comes after sends that are pending. */
  private sendSyncInTurn(value: T, options: OpOptions | undefined): void {
    throwIfAborted(options);
    const timeout = timeoutOf(options);
    if (this.released) throw this.failure(Status.closed, withoutMarks(value));
    const end = now() + timeout;
    let status = this.flush(end);
    if (status === done) {
      status = this.put(value, Math.max(0, end - now()), options);
    }
    if (status === done) return;
    if (status === Status.timedOut || status === wouldBlock) {
      throw timedOut(`The send to ${channelName(this)}`, timeout, withoutMarks(value));
    }
    throw this.failure(status, withoutMarks(value));
  }

  /** Sends what is pending, blocking; `done`, or why it has not come to an end. */
  private flush(end: number): Status {
    return this.pending.head === null ? done : this.outcomes.after(() => this.flushPending(end));
  }

  private flushPending(end: number): Status {
    for (let send = this.pending.head; send !== null; send = this.pending.head) {
      let status = this.withdraw(send);
      if (status !== done) {
        status = this.nativePutPacked(send.message, Math.max(0, end - now()));
      }
      if (goesOnLater(status)) {
        this.advance();
        return status;
      }
      this.settle(send, status);
    }
    return done;
  }
}
