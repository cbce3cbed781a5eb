/** Messages between senders and receivers and native code: small plain objects are written and read here, everything else there. */

import { type NativeSender, NOT_PLAIN, native } from '../binding/binding.js';
import type { Status } from '../binding/codes.js';
import { readRecord } from './read.js';
import { forgetInner, inner, innerCount, writeRecord } from './write.js';

const { RECORD } = native;

/** `sender.nativePut`, without a transfer list. */
export function put(sender: NativeSender, value: unknown, timeout?: number): Status {
  if (typeof value === 'object' && value !== null) {
    const length = writeRecord(value);
    if (length > 0) {
      const status = sender.nativePutRecord(
        length,
        0,
        timeout,
        value,
        inner[0],
        inner[1],
        innerCount,
        inner,
      );
      if (innerCount > 0) forgetInner();
      if (status !== NOT_PLAIN) return status;
    }
  }
  return sender.nativePut(value, timeout);
}

/** What a receiver's native half has returned: the message, or `NOTHING`. */
export function taken(message: unknown): unknown {
  return message === RECORD ? readRecord() : message;
}
