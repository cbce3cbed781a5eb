/**
 * What is sent. Interpreters and Workers import this too, so it needs nothing of Node.
 *
 * A batch of n messages is `next(1)` to `next(n)`, and `next(end)` after them where it goes one way. Whoever receives it
 * sums up what it `read`s, which has to come to `expectedSum`.
 */

/** The message after which the receiver says what it got. */
export const end = -1;

/**
 * @typedef {object} Kind
 * @property {number} bytes about the size of a message
 * @property {boolean} moved handed over instead of copied
 * @property {(n: number, reply?: any) => any} next message number n, made of the last `reply` if it was moved
 * @property {(message: any) => number} read the number that the message carries
 * @property {(n: number) => number} valueOf what is read from message number n
 * @property {object} [fields] what a struct of Isolane's is made of, if the channel is to have one
 */

/** @type {Readonly<Record<string, () => Kind>>} */
const kinds = {
  number: () => ({
    bytes: 8,
    moved: false,
    next: (n) => n,
    read: (message) => message,
    valueOf: (n) => n,
  }),
  string: () => {
    const strings = Array.from({ length: 100 }, (_, i) => `message ${String(i).padStart(2, '0')}`);
    return {
      bytes: 10,
      moved: false,
      next: (n) => (n === end ? 'end' : strings[n % 100]),
      read: (message) =>
        message.length === 3
          ? end
          : (message.charCodeAt(8) - 48) * 10 + (message.charCodeAt(9) - 48),
      valueOf: (n) => n % 100,
    };
  },
  object: () => ({
    bytes: 64,
    moved: false,
    next: (n) => ({ id: n, name: 'reading', x: n / 2, tags: [n & 7, 8] }),
    read: (message) => (message.tags[1] === 8 ? message.id : Number.NaN),
    valueOf: (n) => n,
  }),
  struct: () => ({
    bytes: 32,
    moved: false,
    fields: { id: 'i32', x: 'f64', y: 'f64', valid: 'bool' },
    next: (n) => ({ id: n, x: n / 2, y: n * 2, valid: true }),
    read: (message) => (message.valid ? message.id : Number.NaN),
    valueOf: (n) => n,
  }),
  '1 KB string': () => text(1024),
  '1 MB string': () => text(1024 * 1024),
  '1 KB copied': () => copied(1024),
  '1 KB moved': () => moved(1024),
  '1 MB copied': () => copied(1024 * 1024),
  '1 MB moved': () => moved(1024 * 1024),
};

export const kindNames = Object.keys(kinds);

/**
 * @param {string} name
 * @returns {Kind}
 */
export const kindNamed = (name) => kinds[name]();

/**
 * The sum of what is read from a batch.
 *
 * @param {(n: number) => number} worth of message number n
 * @param {number} count
 */
export function expectedSum(worth, count) {
  let sum = 0;
  for (let n = 1; n <= count; n++) sum += worth(n);
  return sum;
}

/**
 * The same text again and again.
 *
 * @param {number} length
 */
function text(length) {
  const long = 'x'.repeat(length - 1).concat('y');
  return {
    bytes: length,
    moved: false,
    next: (/** @type {number} */ n, reply = long) => (n === end ? '' : reply),
    read: (/** @type {string} */ message) =>
      message.length === 0 ? end : message.charCodeAt(length - 1),
    valueOf: () => 121,
  };
}

/** @param {number} bytes */
function copied(bytes) {
  const message = new Int32Array(bytes / 4);
  return { ...buffer(bytes), moved: false, next: (/** @type {number} */ n) => stamp(message, n) };
}

/** @param {number} bytes */
function moved(bytes) {
  const create = () => new Int32Array(bytes / 4);
  return {
    ...buffer(bytes),
    moved: true,
    next: (/** @type {number} */ n, reply = create()) => stamp(reply, n),
  };
}

// The number is in the last element, which is there only if the whole message is.
/** @param {number} bytes */
const buffer = (bytes) => ({
  bytes,
  read: (/** @type {Int32Array} */ message) => message[message.length - 1],
  valueOf: (/** @type {number} */ n) => n,
});

/**
 * @param {Int32Array} message
 * @param {number} n
 */
function stamp(message, n) {
  message[message.length - 1] = n;
  return message;
}
