import * as threads from 'node:worker_threads';

type IsMarked = (value: object) => boolean;

/** Not in Node 20. */
const isMarked = (threads as { isMarkedAsUntransferable?: IsMarked }).isMarkedAsUntransferable;

/** Why Node does not let a buffer be detached, and what to do. */
export function whyUnmovable(value: ArrayBuffer | ArrayBufferView): string | undefined {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (isPooled(value, buffer)) {
    return 'This Buffer lies in a pool that it shares with others, and cannot be moved. Allocate it with Buffer.allocUnsafeSlow() or Buffer.alloc(), or move a copy: Uint8Array.prototype.slice.call(buffer).';
  }
  if (isMarked?.(buffer)) return 'This buffer was marked as untransferable, and cannot be moved.';
  return undefined;
}

function isPooled(value: ArrayBuffer | ArrayBufferView, buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength !== Buffer.poolSize) return false;
  if (isMarked !== undefined) return isMarked(buffer);
  return Buffer.isBuffer(value) && value.byteLength < buffer.byteLength;
}
