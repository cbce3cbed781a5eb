/**
 * The ends of a channel as streams of the Web. A stream holds nothing itself: what is queued is in the channel, whose capacity is the
 * backpressure. It has its handle to itself, so that when the stream is over, the handle is closed.
 */

import type { AbortSignalLike } from './options.js';
import type { Receiver } from './receiver.js';
import type { Sender } from './sender.js';

interface Source<T> {
  pull(controller: { enqueue(message: T): void; close(): void }): Promise<void>;
  cancel(): void;
}

interface Sink<T> {
  write(message: T, controller: { readonly signal: AbortSignalLike }): Promise<void>;
  close(): void;
  abort(): void;
}

/** What we need of the platform. */
export interface StreamClasses {
  readonly ReadableStream: new <T>(
    source: Source<T>,
    strategy: { highWaterMark: number },
  ) => ReadableStream<T>;
  readonly WritableStream: new <T>(sink: Sink<T>) => WritableStream<T>;
}

let classes = (): StreamClasses => globalThis as unknown as StreamClasses;

/** For interpreters, which load them when they are needed. */
export function setStreamClasses(find: () => StreamClasses): void {
  classes = find;
}

/** Takes a message from the channel whenever somebody reads, and none before. */
export function readableOf<T>(receiver: Receiver<T>): ReadableStream<T> {
  const { ReadableStream } = classes();
  const messages = receiver[Symbol.asyncIterator]();
  const source: Source<T> = {
    async pull(controller) {
      try {
        const next = await messages.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        giveUp(receiver);
        throw error;
      }
    },
    cancel: () => receiver.close(),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

/** Sends one message after the other; the next is accepted when the channel has taken the one before. */
export function writableOf<T>(sender: Sender<T>): WritableStream<T> {
  const { WritableStream } = classes();
  return new WritableStream<T>({
    async write(message, { signal }) {
      try {
        await sender.send(message, { signal });
      } catch (error) {
        giveUp(sender);
        throw error;
      }
    },
    close: () => sender.close(),
    abort: () => sender.close(),
  });
}

/** After an error, so that nobody waits for a stream that is no more. A channel that is over keeps its reason for those who ask the handle. */
function giveUp(endpoint: Receiver<unknown> | Sender<never>): void {
  if (!endpoint.closed) endpoint.close();
}
