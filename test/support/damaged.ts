import assert from 'node:assert/strict';
import type { Receiver, Sender } from 'isolane';
import { native } from './native.js';

/** See RecordPage in native/value/record_page.h. */
const MOST = 4096;
const page = native['page'] as unknown as ArrayBuffer;
const written = new Uint8Array(page, 0, MOST);
const read = new Uint8Array(page, MOST, MOST);
const length = new Uint32Array(page, 2 * MOST, 1);

interface NativeHalf {
  nativePutRecord(length: number, schema: number, ...rest: unknown[]): number;
}

/** Sends a record of these bytes, whatever they are. `schema`: the number of one, or 0. */
export function sendRecord(sender: Sender<never>, bytes: Uint8Array, schema = 0): void {
  written.set(bytes);
  const half = sender as unknown as NativeHalf;
  const status = half.nativePutRecord(bytes.length, schema, undefined, {}, undefined, undefined, 0);
  assert.equal(status, 0);
}

/** The bytes of a value that travels as a record, at least once others like it, and like what is in it, have been sent. */
export function recordOf<T>(sender: Sender<T>, receiver: Receiver<T>, value: T): Uint8Array {
  length[0] = 0;
  for (let i = 0; i < 12; i++) {
    sender.sendSync(value);
    receiver.receiveSync();
  }
  assert.notEqual(length[0], 0, 'it is no record');
  return read.slice(0, length[0]);
}

/** Sends a message that cannot be read. */
export function sendDamaged(sender: Sender<never>): void {
  sendRecord(sender, Uint8Array.of(255));
}

/** Whether that is the error for messages that are damaged. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof RangeError &&
    (error as { code?: unknown }).code === 'ERR_ISOLANE_DAMAGED_MESSAGE'
  );
}
