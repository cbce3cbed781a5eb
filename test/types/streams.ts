/** What TypeScript makes of the streams of a channel: that this file compiles is the test. */

import { Readable, Writable } from 'node:stream';
import type {
  ReadableStream as NodesReadable,
  WritableStream as NodesWritable,
} from 'node:stream/web';
import type { Receiver, Sender } from 'isolane';

declare const sender: Sender<number>;
declare const receiver: Receiver<number>;

export async function streams(): Promise<void> {
  for await (const message of receiver.readable) message satisfies number;
  const { value } = await receiver.readable.getReader().read();
  value satisfies number | undefined;
  await sender.writable.getWriter().write(1);
  // @ts-expect-error: it takes numbers.
  await sender.writable.getWriter().write('1');
  await receiver.readable.pipeTo(sender.writable);
  receiver.readable satisfies NodesReadable<number>;
  sender.writable satisfies NodesWritable<number>;
  Readable.fromWeb(receiver.readable, { objectMode: true });
  Writable.fromWeb(sender.writable, { objectMode: true });
  // @ts-expect-error: it is made once.
  receiver.readable = new ReadableStream<number>();
}
