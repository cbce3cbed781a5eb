import type { Tools } from '../tools.js';
import { finishClass } from './support/classes.js';
import { coded, illegalConstructor, invalidThis } from './support/node-errors.js';

/** The most bytes that one call may ask for. */
const QUOTA = 65_536;

const POOL_SIZE = 16 * 128;

const integerArrays = new Set([
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
]);

/** Reads the name of a typed array's kind, whatever its class; undefined for anything else. */
const kindOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => string | undefined;

const OURS = Symbol();

export function make({ guest, builtIn }: Tools): object {
  /** Random bytes for several UUIDs: a call of the system costs more than making one. */
  const pool = new Uint8Array(POOL_SIZE);
  let used = POOL_SIZE;

  class Crypto {
    // What is called on anything else has no such field.
    #isOne = true;

    constructor(token?: unknown) {
      if (token !== OURS) throw illegalConstructor();
    }

    getRandomValues<View>(view: View): View {
      if (!(#isOne in this)) throw invalidThis('Crypto');
      // biome-ignore lint/complexity/noArguments: undefined is an argument, too
      if (arguments.length === 0) {
        const text =
          "Failed to execute 'getRandomValues' on 'Crypto': 1 argument required, but only 0 present.";
        throw coded(TypeError, 'ERR_MISSING_ARGS', text);
      }
      if (!ArrayBuffer.isView(view) || !integerArrays.has(kindOf.call(view) ?? '')) {
        const text = 'The data argument must be an integer-type TypedArray';
        throw new (builtIn('DOMException'))(text, 'TypeMismatchError');
      }
      if (view.byteLength > QUOTA) {
        const text = 'The requested length exceeds 65,536 bytes';
        throw new (builtIn('DOMException'))(text, 'QuotaExceededError');
      }
      guest.fillRandom(view);
      return view;
    }

    randomUUID(): string {
      if (!(#isOne in this)) throw invalidThis('Crypto');
      if (used === POOL_SIZE) {
        guest.fillRandom(pool);
        used = 0;
      }
      const bytes = pool.slice(used, used + 16);
      // A UUID should be nowhere but where it is given to.
      pool.fill(0, used, used + 16);
      used += 16;
      bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    }
  }
  finishClass(Crypto, 'Crypto', ['getRandomValues', 'randomUUID']);

  return { Crypto, crypto: new Crypto(OURS) };
}
