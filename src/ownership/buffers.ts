/** What JavaScript does not say by itself about buffers. */

/** Whether the buffer was moved or transferred away. */
export function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    // `ArrayBuffer.prototype.detached` is not there in V8 11.3; a view on a detached buffer is a TypeError everywhere.
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** The buffer of a view, or the buffer itself, if it could be handed over; undefined for anything else. */
export function bufferOf(value: object): ArrayBuffer | undefined {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  return buffer instanceof ArrayBuffer ? buffer : undefined;
}

type WhyUnmovable = (value: ArrayBuffer | ArrayBufferView) => string | undefined;

let ask: WhyUnmovable = () => undefined;

/** Lets the host say which buffers cannot be moved, because others live in them too. */
export function setWhyUnmovable(whyUnmovable: WhyUnmovable): void {
  ask = whyUnmovable;
}

/** Why the buffer cannot be moved and what to do about it, or undefined. */
export function whyUnmovable(value: ArrayBuffer | ArrayBufferView): string | undefined {
  return ask(value);
}
