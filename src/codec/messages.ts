/** Messages between senders and receivers and native code: small plain objects are written and read here, everything else there. */

import { type NativeSender, NOT_PLAIN, native, type Packed } from '../binding/binding.js';
import { Status } from '../binding/codes.js';
import { unmarked } from '../ownership/move.js';
import { type Schema, schemaOf } from '../schema/schema.js';
import { received } from './page.js';
import { readRecord } from './read.js';
import { forgetInner, inner, innerCount, writeRecord } from './write.js';

const { RECORD } = native;

type AnySchema = Schema<unknown>;

/** `sender.nativePut`, without a transfer list. `schema`: the channel's, if it has one. */
export function put(
  sender: NativeSender,
  schema: AnySchema | undefined,
  value: unknown,
  timeout?: number,
): Status {
  if (schema !== undefined) return putStruct(sender, schema, value, timeout);
  if (typeof value === 'object' && value !== null) {
    const status = putPlain(sender, value, timeout);
    if (status !== NOT_PLAIN) return status;
  }
  return sender.nativePut(value, timeout);
}

/** Sends at once; or the message that is to wait, which is encoded once and has been handed what was moved. */
export function putOrPack(
  sender: NativeSender,
  schema: AnySchema | undefined,
  value: unknown,
  transfer?: readonly object[],
): Status | Packed {
  if (transfer === undefined && typeof value === 'object' && value !== null) {
    const status =
      schema === undefined
        ? putPlain(sender, value, undefined)
        : putShaped(sender, schema, value, undefined);
    if (status === Status.wouldBlock) return native.packRecord(written, schema?.number ?? 0);
    if (status !== NOT_PLAIN) return status;
  }
  return sender.nativePutOrPack(shaped(schema, value), transfer);
}

/** The bytes of the last record on the page. */
let written = 0;

/** `NOT_PLAIN` if it is nothing for the codec here. */
function putPlain(
  sender: NativeSender,
  value: object,
  timeout: number | undefined,
): Status | typeof NOT_PLAIN {
  written = writeRecord(value);
  if (written === 0) return NOT_PLAIN;
  const first = inner[0];
  const status = sender.nativePutRecord(
    written,
    0,
    timeout,
    value,
    first,
    inner[1],
    innerCount,
    inner,
  );
  if (innerCount > 0) forgetInner();
  return status;
}

function putShaped(
  sender: NativeSender,
  schema: AnySchema,
  value: unknown,
  timeout: number | undefined,
): Status | typeof NOT_PLAIN {
  written = schema.write(value);
  return written < 0 ? NOT_PLAIN : sender.nativePutRecord(written, schema.number, timeout);
}

function putStruct(
  sender: NativeSender,
  schema: AnySchema,
  value: unknown,
  timeout: number | undefined,
): Status {
  const status = putShaped(sender, schema, value, timeout);
  return status === NOT_PLAIN ? sender.nativePut(schema.pick(unmarked(value)), timeout) : status;
}

/** What the sender of a channel with that schema sends in place of a value. */
export function shaped(schema: AnySchema | undefined, value: unknown): unknown {
  return schema === undefined ? value : schema.pick(unmarked(value));
}

/** `native.pack`. */
export function pack(
  schema: AnySchema | undefined,
  value: unknown,
  transfer?: readonly object[],
): Packed {
  return native.pack(shaped(schema, value), transfer);
}

/** What a receiver's native half has returned: the message, or `NOTHING`. */
export function taken(message: unknown): unknown {
  return message === RECORD ? readMessage() : message;
}

/** The value on the page. */
export function readMessage(): unknown {
  const schema = schemaOf(received[1] as number);
  return schema === undefined ? readRecord() : schema.read();
}
