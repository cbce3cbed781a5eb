import { native } from '../binding/binding.js';
import { NotShareableError } from '../errors/ownership-errors.js';
import { bufferOf, isDetached, whyUnmovable } from './buffers.js';
import { isInstance } from './classes.js';
import { StandIn } from './stand-in.js';

/**
 * Marks a value to be handed over instead of copied, when it is sent, passed to a call or returned from one.
 *
 * ArrayBuffers (those of typed arrays and DataViews too) arrive without a copy and are detached here; a Sender or
 * Receiver arrives as this very handle, which is closed here. In arrays, plain objects, Maps and Sets everything below is
 * handed over; the containers themselves are copied, and a value with nothing to hand over is copied as a whole.
 * Nothing happens before the message is really sent, or is queued by an asynchronous `send`.
 *
 * Throws a TypeError if a buffer is detached already, and a {@link NotShareableError} if a buffer cannot be detached,
 * as Node's pooled Buffers cannot.
 *
 * ```js
 * import { channel, move } from 'isolane';
 *
 * const [tx, rx] = channel(1);
 * const bytes = new Uint8Array(1_000_000);
 * tx.sendSync(move(bytes));
 * console.log(bytes.length, rx.receiveSync().length); // 0 1000000
 * ```
 */
export function move<T>(value: T): T {
  if (value instanceof native.NativeMoved) return value;
  return new native.NativeMoved(value, movableParts(value)) as T;
}

/** Checks the option of that name, and what it lists as {@link move} checks what it is given. */
export function checkTransfer(transfer: readonly object[]): void {
  if (!Array.isArray(transfer)) {
    throw new TypeError('The option transfer must be an array of buffers and endpoints.');
  }
  for (const part of transfer as readonly object[]) {
    if (typeof part !== 'object' || part === null) {
      const kind = part === null ? 'null' : `a ${typeof part}`;
      throw new TypeError(
        `The option transfer must be an array of buffers and endpoints, but has ${kind} in it.`,
      );
    }
    const buffer = bufferOf(part);
    if (buffer !== undefined) checkMovable(part as ArrayBuffer | ArrayBufferView, buffer);
  }
}

/** What was marked by `move`, without the mark. */
export function unmarked(value: unknown): unknown {
  return value instanceof native.NativeMoved ? value.value : value;
}

/** Whether sending the value may hand anything over; what instances of classes travel as is not known before. */
export function carriesMoved(value: unknown): boolean {
  let found = false;
  try {
    walk(value, (part) => {
      found ||=
        part instanceof native.NativeMoved ||
        part instanceof native.NativeOwned ||
        isInstance(part);
    });
  } catch {
    return true; // a getter or a proxy
  }
  return found;
}

/** The buffers and endpoints in a value; throws if one of them cannot be handed over. */
export function movableParts(value: unknown): object[] {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    const buffer = bufferOf(value);
    if (buffer === undefined) return [];
    checkMovable(value, buffer);
    return [buffer];
  }
  return partsOf(value, checkMovable);
}

/** The same of a box that goes; undefined if one of the buffers can only be copied. What is detached, native code tells. */
export function partsOfBox(value: unknown): object[] | undefined {
  let areMovable = true;
  const parts = partsOf(value, (part) => {
    areMovable &&= whyUnmovable(part) === undefined;
  });
  return areMovable ? parts : undefined;
}

function partsOf(
  value: unknown,
  check: (part: ArrayBuffer | ArrayBufferView, buffer: ArrayBuffer) => void,
): object[] {
  const parts = new Set<object>();
  walk(value, (part) => {
    if (part instanceof native.NativeSender || part instanceof native.NativeReceiver) {
      parts.add(part);
      return;
    }
    const buffer = bufferOf(part);
    if (buffer === undefined) return;
    check(part as ArrayBuffer | ArrayBufferView, buffer);
    parts.add(buffer);
  });
  return [...parts];
}

/** The buffers in a value that is to be shared. Not those of views, which native code meets itself. */
export function plainBuffers(value: unknown): ArrayBuffer[] {
  const found: ArrayBuffer[] = [];
  walk(value, (part) => {
    if (part instanceof ArrayBuffer) found.push(part);
  });
  return found;
}

function checkMovable(part: ArrayBuffer | ArrayBufferView, buffer: ArrayBuffer): void {
  if (isDetached(buffer)) {
    throw new TypeError('This buffer is detached: it was moved or transferred away before.');
  }
  const why = whyUnmovable(part);
  if (why !== undefined) throw new NotShareableError(why);
}

/** Visits every object in a value, through plain containers, each once; not recursive, because values can be deep. */
function walk(value: unknown, visit: (part: object) => void): void {
  const seen = new Set<unknown>();
  const left: unknown[] = [value];
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part !== 'object' || part === null || seen.has(part)) continue;
    seen.add(part);
    if (!hasPrototype(part)) continue;
    visit(part);
    for (const child of readable(part)) left.push(child);
  }
}

/** Whether the value's class can be asked for at all; a proxy may throw then. */
export function hasPrototype(value: object): boolean {
  try {
    Object.getPrototypeOf(value);
    return true;
  } catch {
    return false;
  }
}

/** Nothing where reading throws, as getters and proxies may; encoding will say so. */
function readable(container: object): unknown[] {
  try {
    return Array.from(contents(container));
  } catch {
    return [];
  }
}

function contents(container: object): Iterable<unknown> {
  if (container instanceof StandIn) return [container.encoded.data];
  if (Array.isArray(container)) return container;
  if (container instanceof Map) return [...container.keys(), ...container.values()];
  if (container instanceof Set) return container;
  const prototype: unknown = Object.getPrototypeOf(container);
  return prototype === Object.prototype || prototype === null ? Object.values(container) : [];
}
