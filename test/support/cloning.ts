import assert from 'node:assert/strict';

/** Node's own cloning refuses objects of native code, or, in Node 26, makes an object without anything behind it. */
export function assertUncloneable(value: object, clone: (value: object) => unknown): void {
  let made: unknown;
  try {
    made = clone(value);
  } catch (error) {
    assert.equal((error as Error).name, 'DataCloneError');
    return;
  }
  if (made === undefined) return;
  assert.equal(Object.getPrototypeOf(made), Object.prototype);
  for (const each of Object.values(made as object)) assert.equal(typeof each, 'number');
}
