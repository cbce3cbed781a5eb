import * as threads from 'node:worker_threads';

type IsMarked = (value: object) => boolean;

/** Not in Node 20. */
const isMarked = (threads as { isMarkedAsUntransferable?: IsMarked }).isMarkedAsUntransferable;

/** Why Node does not let a buffer be detached, and what to do. */
export function whyUnmovable(value: ArrayBuffer | ArrayBufferView): string | undefined {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  const isPart = Buffer.isBuffer(value) && value.byteLength < buffer.byteLength;
  if (isMarked === undefined ? isPooled(buffer, isPart) : isMarked(buffer)) {
    return isPart
      ? 'This Buffer lies in a pool that it shares with others, and cannot be moved. Allocate it with Buffer.allocUnsafeSlow() or Buffer.alloc(), or move a copy: Uint8Array.prototype.slice.call(buffer).'
      : 'This buffer was marked as untransferable, and cannot be moved.';
  }
  return undefined;
}

/** In Node 20, which does not tell: the pool has a known size, and the one in use is where a small Buffer comes from. */
function isPooled(buffer: ArrayBufferLike, isPart: boolean): boolean {
  return (
    buffer.byteLength === Buffer.poolSize && (isPart || buffer === Buffer.allocUnsafe(1).buffer)
  );
}
