/**
 * The ring that one would write by hand: one sender, one receiver, numbers in a SharedArrayBuffer; whoever has to wait spins
 * for a while and then sleeps in `Atomics.wait`.
 */

const capacity = 1024;
const mask = capacity - 1;
const spins = 1000;

// Places in the Int32Array, a cache line each. The two positions count on and wrap around at 2^32.
const written = 0;
const taken = 16;
const senderSleeps = 32;
const receiverSleeps = 48;
const headerBytes = 256;

export const createRing = () => new SharedArrayBuffer(headerBytes + capacity * 8);

export class RingSender {
  /** @param {SharedArrayBuffer} buffer */
  constructor(buffer) {
    this.positions = new Int32Array(buffer, 0, headerBytes / 4);
    this.cells = new Float64Array(buffer, headerBytes);
    this.written = 0;
    /** What is known of the other side's position; it may have moved on. */
    this.taken = 0;
  }

  /** @param {number} value */
  send(value) {
    if (((this.written - this.taken) | 0) === capacity) {
      this.taken = whenChanged(this.positions, taken, this.taken, senderSleeps);
    }
    this.cells[this.written & mask] = value;
    this.written = (this.written + 1) | 0;
    publish(this.positions, written, this.written, receiverSleeps);
  }
}

export class RingReceiver {
  /** @param {SharedArrayBuffer} buffer */
  constructor(buffer) {
    this.positions = new Int32Array(buffer, 0, headerBytes / 4);
    this.cells = new Float64Array(buffer, headerBytes);
    this.taken = 0;
    /** What is known of the other side's position; it may have moved on. */
    this.written = 0;
  }

  receive() {
    if (this.written === this.taken) {
      this.written = whenChanged(this.positions, written, this.taken, receiverSleeps);
    }
    const value = this.cells[this.taken & mask];
    this.taken = (this.taken + 1) | 0;
    publish(this.positions, taken, this.taken, senderSleeps);
    return value;
  }
}

/**
 * @param {Int32Array} positions
 * @param {number} place
 * @param {number} position
 * @param {number} sleeps where the other side says that it sleeps
 */
function publish(positions, place, position, sleeps) {
  Atomics.store(positions, place, position);
  if (Atomics.load(positions, sleeps) !== 0) {
    Atomics.store(positions, sleeps, 0);
    Atomics.notify(positions, place);
  }
}

/**
 * Waits until a position is not what it was, and returns what it is.
 *
 * @param {Int32Array} positions
 * @param {number} place
 * @param {number} before
 * @param {number} sleeps where this side says that it sleeps
 */
function whenChanged(positions, place, before, sleeps) {
  for (let i = 0; i < spins; i++) {
    const now = Atomics.load(positions, place);
    if (now !== before) return now;
  }
  for (;;) {
    Atomics.store(positions, sleeps, 1);
    // Returns at once if the position has changed before the other side could see that this one sleeps.
    Atomics.wait(positions, place, before);
    const now = Atomics.load(positions, place);
    if (now !== before) {
      Atomics.store(positions, sleeps, 0);
      return now;
    }
  }
}
