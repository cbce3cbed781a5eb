import '../binding/symbols.js';
import { native } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { Receiver } from './receiver.js';
import { Sender } from './sender.js';

/** How a channel is made. */
export interface ChannelOptions {
  /**
   * How many messages are queued before a sender has to wait: an integer from 0 to 2 ** 31, 1024 by default. With 0 a send
   * ends when the message is received.
   */
  capacity?: number | undefined;
  /** Appears in error messages. */
  name?: string | undefined;
}

const DEFAULT_CAPACITY = 1024;
const LARGEST_CAPACITY = 2 ** 31;

/** Channels are taken apart as pairs, `const [tx, rx] = channel()`, so they are array-like in type and in fact. */
class ArrayLike {}
Object.setPrototypeOf(ArrayLike.prototype, Array.prototype);
const Pair = ArrayLike as unknown as abstract new <T>() => readonly [
  sender: Sender<T>,
  receiver: Receiver<T>,
];

/**
 * A channel with its first two handles, made by {@link channel}.
 *
 * ```js
 * import { channel } from 'isolane';
 *
 * const { sender, receiver, id } = channel({ capacity: 8, name: 'jobs' });
 * console.log(sender.id === id, receiver.name); // true jobs
 * ```
 */
export class Channel<T> extends Pair<T> {
  readonly sender: Sender<T>;
  readonly receiver: Receiver<T>;
  /** The same for all handles of this channel, in every interpreter. */
  readonly id: number;
  /** `''` by default. */
  readonly name: string;
  readonly capacity: number;

  /** @internal */
  constructor(sender: Sender<T>, receiver: Receiver<T>) {
    super();
    Object.assign(this, { 0: sender, 1: receiver, length: 2 });
    this.sender = sender;
    this.receiver = receiver;
    this.id = sender.id;
    this.name = sender.name;
    this.capacity = sender.capacity;
  }

  /** How many messages are queued now. */
  get size(): number {
    return this.receiver.size;
  }

  /** Ends the channel for all its handles: nothing more can be sent, receivers take what is queued and then end. */
  close(reason?: unknown): void {
    this.openEnd().nativeCloseChannel(reason);
  }

  /** Drops what is queued; from now on every operation on either side throws a ChannelPoisonedError with the reason. */
  poison(reason?: unknown): void {
    this.openEnd().nativePoisonChannel(reason);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private openEnd(): Sender<T> | Receiver<T> {
    return this.sender.nativeIsOpen() ? this.sender : this.receiver;
  }
}

/**
 * Makes a channel: a queue in native memory with any number of senders and receivers, in any interpreters. Each message is
 * received exactly once, in the order of its sender.
 *
 * Throws a TypeError or RangeError if the capacity is not an integer from 0 to 2 ** 31 or is more than there is memory for.
 *
 * ```js
 * import { channel, Interpreter } from 'isolane';
 *
 * const [tx, rx] = channel();
 * const interpreter = await Interpreter.create();
 * await interpreter.call((tx) => tx.sendSync(6 * 7), tx);
 * console.log(await rx.receive()); // 42
 * await interpreter.close();
 * ```
 */
export function channel<T = unknown>(options?: number | ChannelOptions): Channel<T> {
  const { capacity, name } = checked(options);
  const [senderSeed, receiverSeed] = native.createChannel(capacity, name);
  return new Channel(new Sender<T>(senderSeed), new Receiver<T>(receiverSeed));
}

function checked(options: number | ChannelOptions = {}): { capacity: number; name: string } {
  if (typeof options === 'number') return { capacity: checkedCapacity(options), name: '' };
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('channel() takes a capacity or an object with options.');
  }
  for (const later of ['overflow', 'maxBytes', 'of']) {
    if (later in options) throw notYet(`The option ${later} of channel()`, 'leave it out');
  }
  const { capacity = DEFAULT_CAPACITY, name = '' } = options;
  if (typeof name !== 'string') throw new TypeError('The name of a channel must be a string.');
  return { capacity: checkedCapacity(capacity), name };
}

function checkedCapacity(capacity: unknown): number {
  if (typeof capacity !== 'number') throw new TypeError('capacity must be a number.');
  if (capacity === Number.POSITIVE_INFINITY)
    throw notYet('An unbounded channel', 'use a capacity from 0 to 2 ** 31');
  if (!Number.isInteger(capacity) || capacity < 0 || capacity > LARGEST_CAPACITY) {
    const range = `an integer from 0 to ${LARGEST_CAPACITY}`;
    throw new RangeError(`capacity must be ${range}, but is ${capacity}.`);
  }
  return capacity;
}

function notYet(what: string, instead: string): IsolaneError {
  const text = `${what} is not supported in this version; ${instead}.`;
  return new IsolaneError('ERR_ISOLANE_NOT_SUPPORTED', text);
}
