/**
 * What a value in a record begins with. Numbers are little-endian, and nothing is aligned.
 *
 * A record is one value: an object or an array, with everything in it. Objects name their shape instead of their keys.
 */
export enum Kind {
  undefined = 0,
  null = 1,
  true = 2,
  false = 3,
  /** One byte, signed. */
  int8 = 4,
  /** Four bytes, signed. */
  int32 = 5,
  /** Eight bytes. */
  float64 = 6,
  /** The length in one byte, and so many characters up to U+00FF, of a byte each. */
  latin1 = 7,
  /** The length in one byte, and so many code units, of two bytes each. */
  utf16 = 8,
  /** The length in one byte, and so many values. */
  array = 9,
  /** The number of the shape in two bytes, and a value for each of its keys. */
  object = 10,
}

/** The most that a length in one byte can say. */
export const LONGEST = 255;

/** Objects and arrays inside the first one of a record: each is compared with all before it. */
export const MOST_OBJECTS = 16;
