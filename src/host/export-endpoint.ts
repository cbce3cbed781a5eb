import '../binding/symbols.js';
import { type NodeBinding, native } from '../binding/binding.js';
import { Receiver } from '../channel/receiver.js';
import { Sender } from '../channel/sender.js';
import { unmarked } from '../ownership/move.js';

const binding = native as NodeBinding;

/** An end of a channel on its way to native code. Made by {@link exportEndpoint}. */
export class ExportedEndpoint {
  /** The address of the table of functions, for `isolane_get()`. The same for all of them in a process. */
  readonly api: bigint = binding.nativeApi();
  /** What `claim_sender()` or `claim_receiver()` turns into a handle, once. */
  readonly token: bigint;

  /** @internal */
  constructor(token: bigint) {
    this.token = token;
  }

  /** Gives the handle up, unless native code has claimed it. */
  close(): void {
    binding.dropExport(this.token);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Hands an end of a channel over to native code: to another addon, or to threads in C or C++, which send and receive by
 * the functions of `isolane/isolane.h` and need no engine. Give the result's `api` and `token` to the addon.
 *
 * Native code gets a handle of its own, a clone of this one, or this one with {@link move}. It counts as open from now
 * on: until native code closes it, or, while it is not claimed, until `close()` or the end of this Node environment.
 * *Node only*: not in interpreters, apart from those with `runtime: 'node'`.
 *
 * Throws a MovedError or a ChannelClosedError if the handle was given away or is closed.
 *
 * ```js
 * import { channel, exportEndpoint, move } from 'isolane';
 *
 * const [tx, rx] = channel();
 * const exported = exportEndpoint(move(tx));
 * console.log(typeof exported.api, typeof exported.token); // bigint bigint
 * // addon.start(exported.api, exported.token);
 * exported.close(); // no addon has claimed it
 * console.log(rx.closed); // true
 * ```
 */
export function exportEndpoint(endpoint: Sender<never> | Receiver<unknown>): ExportedEndpoint {
  const own = unmarked(endpoint);
  if (!(own instanceof Sender || own instanceof Receiver)) {
    throw new TypeError('Only a Sender or a Receiver can be exported.');
  }
  // A clone of what is not open throws, and says what became of it.
  if (!own.nativeIsOpen()) own.clone();
  return new ExportedEndpoint(binding.exportEndpoint(own, own !== endpoint));
}
