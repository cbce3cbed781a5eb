/** Reasons on their way to those who are told of an end. */

import {
  copyOf,
  decodeError,
  type EncodedError,
  encodeError,
  isError,
} from './errors-that-cross.js';

/** Errors as such, with all that is theirs; what cannot travel becomes its text on the way. */
type EncodedReason = { error: EncodedError } | { value: unknown };

export function encodeReason(reason: unknown): unknown {
  if (isError(reason)) return { error: encodeError(reason) } satisfies EncodedReason;
  const copy = typeof reason === 'object' && reason !== null ? copyOf(reason) : undefined;
  return copy === undefined ? reason : ({ value: copy[0] } satisfies EncodedReason);
}

export function decodeReason(encoded: unknown): unknown {
  if (typeof encoded !== 'object' || encoded === null) return encoded;
  const reason = encoded as EncodedReason;
  return 'error' in reason ? decodeError(reason.error) : reason.value;
}
