import '../binding/symbols.js';
import { native } from '../binding/binding.js';
import { Overflow } from '../binding/codes.js';
import { Schema } from '../schema/schema.js';
import { Receiver } from './receiver.js';
import { Sender } from './sender.js';
import { listenForLosses, type OnUndelivered } from './undelivered.js';

/** How a channel is made. */
export interface ChannelOptions<T = unknown> {
  /**
   * How many messages are queued before a sender has to wait: an integer from 0 to 2 ** 31, or `Infinity`; 1024 by default. With 0 a
   * send ends when the message is received.
   */
  capacity?: number | undefined;
  /**
   * What happens to a message that finds the channel full. `block` (by default): its sender waits. `drop-newest`: it is dropped.
   * `drop-oldest`: what has been queued for longest is dropped. Not with a capacity of 0.
   */
  overflow?: 'block' | 'drop-newest' | 'drop-oldest' | undefined;
  /**
   * The channel is also full when what is queued has so many bytes: those of strings, buffers and encoded objects, and 8 for a number or
   * the like. An empty one takes a single message of any size. No limit by default. Not with a capacity of 0.
   */
  maxBytes?: number | undefined;
  /**
   * Is told, in this interpreter, of every message that was accepted and will never be received: dropped by an overflow, or left when the
   * last receiver was gone or the channel was poisoned. It does not keep Node alive.
   */
  onUndelivered?: OnUndelivered<T> | undefined;
  /** What messages are, made by {@link struct}: they are checked when they are sent, and have just the fields that it names. */
  of?: Schema<T> | undefined;
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
 * Throws a TypeError or RangeError if an option is not what it must be, or the capacity is more than there is memory for.
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
export function channel<T = unknown>(options?: number | ChannelOptions<T>): Channel<T> {
  const { capacity, name, overflow, maxBytes, onUndelivered, schema } = checked(options);
  const [senderSeed, receiverSeed] = native.createChannel(
    capacity,
    name,
    overflow,
    maxBytes,
    onUndelivered !== undefined,
    schema,
  );
  const made = new Channel(new Sender<T>(senderSeed), new Receiver<T>(receiverSeed));
  if (onUndelivered !== undefined) {
    listenForLosses(made.id, onUndelivered as OnUndelivered<unknown>);
  }
  return made;
}

interface Checked<T> {
  capacity: number;
  name: string;
  overflow: Overflow;
  maxBytes: number;
  onUndelivered: OnUndelivered<T> | undefined;
  /** Its number. */
  schema: number;
}

const overflows = {
  block: Overflow.block,
  'drop-newest': Overflow.dropNewest,
  'drop-oldest': Overflow.dropOldest,
};

function checked<T>(options: number | ChannelOptions<T> = {}): Checked<T> {
  if (typeof options === 'number') return checked({ capacity: options });
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('channel() takes a capacity or an object with options.');
  }
  const { capacity = DEFAULT_CAPACITY, name = '', overflow = 'block', onUndelivered } = options;
  const { maxBytes = Number.POSITIVE_INFINITY, of } = options;
  if (typeof name !== 'string') throw new TypeError('The name of a channel must be a string.');
  if (!Object.hasOwn(overflows, overflow)) {
    const known = Object.keys(overflows).join(', ');
    throw new TypeError(`overflow must be one of ${known}, but is ${String(overflow)}.`);
  }
  if (onUndelivered !== undefined && typeof onUndelivered !== 'function') {
    throw new TypeError('onUndelivered must be a function.');
  }
  if (of !== undefined && !(of instanceof Schema)) {
    throw new TypeError('The option of must be a schema, made by struct().');
  }
  checkNumber(capacity, 'capacity', 0);
  checkNumber(maxBytes, 'maxBytes', 1);
  if (capacity === 0 && (overflow !== 'block' || maxBytes !== Number.POSITIVE_INFINITY)) {
    throw new RangeError(
      'overflow and maxBytes need a capacity of 1 or more: nothing is queued with 0.',
    );
  }
  return {
    capacity,
    name,
    overflow: overflows[overflow],
    maxBytes,
    onUndelivered,
    schema: of?.number ?? 0,
  };
}

function checkNumber(given: unknown, name: string, least: number): void {
  if (typeof given !== 'number') throw new TypeError(`${name} must be a number.`);
  const most = name === 'capacity' ? LARGEST_CAPACITY : Number.MAX_SAFE_INTEGER;
  if (given === Number.POSITIVE_INFINITY) return;
  if (!Number.isInteger(given) || given < least || given > most) {
    const range = `an integer from ${least} to ${most}, or Infinity`;
    throw new RangeError(`${name} must be ${range}, but is ${given}.`);
  }
}
