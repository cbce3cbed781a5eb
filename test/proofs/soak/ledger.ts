/** What has become of each message of a round, in memory that all parties share: it outlives whoever is terminated. */

/** So many messages there are in a round at most. */
export const MESSAGES = 200_000;
export const ACTORS = 64;
export const LANES = 4;

/** What the sender of a message knows of it. */
export const SENT = { never: 0, trying: 1, accepted: 2, refused: 3 };

/** What is counted for the table. */
export const COUNTS = [
  'trySend',
  'sendSync',
  'send',
  'sendMany',
  'sendManySync',
  'tryReceive',
  'receiveSync',
  'receive',
  'receiveMany',
  'receiveManySync',
  'trySelect',
  'selectSync',
  'select',
  'clone',
  'close',
  'endpoint sent',
  'endpoint received',
  'bytes moved',
  'timed out',
  'aborted',
  'found closed',
  'found poisoned',
] as const;

export interface Ledger {
  /** The id of the next message; the first is 1. */
  next: Int32Array;
  sent: Int32Array;
  received: Int32Array;
  /** For each lane of each actor: so many messages it is sending, or may be about to receive. */
  sending: Int32Array;
  receiving: Int32Array;
  /** For each actor whether it is to stop. */
  stop: Int32Array;
  counts: Int32Array;
}

export function newLedger(): Ledger {
  const numbers = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
  return {
    next: numbers(1).fill(1),
    sent: numbers(MESSAGES),
    received: numbers(MESSAGES),
    sending: numbers(ACTORS * LANES),
    receiving: numbers(ACTORS * LANES),
    stop: numbers(ACTORS),
    counts: numbers(COUNTS.length),
  };
}
