import { native } from '../binding/binding.js';

/** Bytes of the longest record; the same number as RecordPage::kMost in native/value/record_page.h. */
export const MOST = 4096;

/** Where native code puts the number of bytes of the record it has received, after the two records; the parcel's meta follows. */
const HEAD = 2 * MOST;

/** The record that is to be sent. */
export const out = new DataView(native.page, 0, MOST);
export const outBytes = new Uint8Array(native.page, 0, MOST);

/** The record that was received: as many bytes as `received` says, and others behind them that mean nothing. */
export const inside = new DataView(native.page, MOST, MOST);
export const insideBytes = new Uint8Array(native.page, MOST, MOST);

/** Of what was received: the bytes of the record, and the number of its schema, or 0. */
export const received = new Uint32Array(native.page, HEAD, 2);
