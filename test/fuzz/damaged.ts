/** Records with wrong bytes in them; for a test here and in a Node where no code may be made of text. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { channel, type Receiver, struct } from 'isolane';
import { isDamage, recordOf, sendRecord } from '../support/damaged.js';
import { keep } from '../support/keep.js';

const Reading = struct({
  id: 'u32',
  big: 'i64',
  name: 'string',
  flags: ['u8', 12],
  list: [struct({ x: 'f64', is: 'bool' })],
  empty: [['u8', 0]],
  bytes: 'bytes',
});
/** Its number, which is no part of its type. */
const READING = (Reading as unknown as { number: number }).number;
const one = { x: 1.5, is: true };
const reading = {
  id: 7,
  big: -1n,
  name: 'é中',
  flags: Array.from({ length: 12 }, (_, i) => i),
  list: [one, one],
  empty: [],
  bytes: Uint8Array.of(1, 2, 3),
};

const objects = [
  { id: 1, name: 'name', list: [1, 70_000, 2.5, [null, { id: 3 }]], wide: '中文' },
  [true, false, undefined, -1, 'x'.repeat(60), '中'.repeat(60)],
  { a: {}, b: [], c: [[[[]]]] },
];

/** Bytes with some of them changed, and cut off or with something behind. */
function damagedFrom(record: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(record.length - 1), fc.oneof(fc.nat(255), fc.nat(12)));
  const length = fc.oneof(fc.constant(record.length), fc.nat(record.length + 4));
  return fc.tuple(fc.array(change, { maxLength: 4 }), length).map(([changes, length]) => {
    const damaged = new Uint8Array(length);
    damaged.set(record.subarray(0, length));
    for (const [at, byte] of changes) if (at < length) damaged[at] = byte;
    return damaged;
  });
}

/** Records of objects; with any bytes, and with shapes that are known and others. */
function damagedRecords(): fc.Arbitrary<Uint8Array> {
  const [tx, rx] = keep(channel<unknown>(8));
  const records = objects.map((value) => recordOf(tx, rx, value));
  return fc.oneof(fc.uint8Array({ maxLength: 200 }), ...records.map(damagedFrom));
}

/** A record of the schema. To make it takes a Node where code may be made of text. */
export function readingRecord(): Uint8Array {
  const { sender, receiver } = keep(channel({ of: Reading, capacity: 8 }));
  return recordOf(sender, receiver, reading);
}

/** The same with any bytes, or others than it has. */
function damagedReadings(record: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.oneof(fc.uint8Array({ maxLength: 200 }), damagedFrom(record));
}

/** Reads what was sent: a value that can be gone through, or the error for messages that are damaged. */
function read(rx: Receiver<unknown>): void {
  try {
    JSON.stringify(rx.receiveSync(), (_, each) => (typeof each === 'bigint' ? `${each}` : each));
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  assert.equal(rx.size, 0);
}

/** That each is read as a value, or tells that it is damaged. */
export function readDamagedRecords(numRuns: number): void {
  const [tx, rx] = keep(channel<unknown>(8));
  const property = fc.property(damagedRecords(), (bytes) => {
    sendRecord(tx, bytes);
    read(rx);
  });
  fc.assert(property, { numRuns });
}

/** The same for the records of the schema. */
export function readDamagedReadings(numRuns: number, record: Uint8Array): void {
  const [tx, rx] = keep(channel<unknown>(8));
  const property = fc.property(damagedReadings(record), (bytes) => {
    sendRecord(tx, bytes, READING);
    read(rx);
  });
  fc.assert(property, { numRuns });
}

/** Some of both, for somebody else to read. */
export function sampleOfDamaged(count: number): { schema: number; bytes: Uint8Array }[] {
  const readings = damagedReadings(readingRecord());
  return [
    ...fc.sample(damagedRecords(), count).map((bytes) => ({ schema: 0, bytes })),
    ...fc.sample(readings, count).map((bytes) => ({ schema: READING, bytes })),
    // A schema that nobody has made.
    ...fc.sample(readings, 5).map((bytes) => ({ schema: READING + 1000, bytes })),
  ];
}
