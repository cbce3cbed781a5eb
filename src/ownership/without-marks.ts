import { unmarked } from './move.js';

/**
 * What somebody wanted to send, as it was before parts of it were marked by `move()`: the value itself where only that was marked, or
 * nothing; a copy of all plain containers in it if marks lie in them.
 */
export function withoutMarks(value: unknown): unknown {
  const bare = unmarked(value);
  try {
    return new Unmarking().run(bare);
  } catch {
    // Getters and proxies may throw.
    return bare;
  }
}

/** Copies containers with all that is in them, and tells whether that was needed. */
class Unmarking {
  private readonly copies = new Map<object, object>();
  private readonly left: object[] = [];
  private found = false;

  /** Not recursive, because values can be deep. */
  run(value: unknown): unknown {
    const copy = this.replace(value);
    for (let next = this.left.pop(); next !== undefined; next = this.left.pop()) {
      this.fill(this.copies.get(next) as object, next);
    }
    return this.found ? copy : value;
  }

  private replace(value: unknown): unknown {
    const bare = unmarked(value);
    this.found ||= bare !== value;
    if (typeof bare !== 'object' || bare === null) return bare;
    const known = this.copies.get(bare);
    if (known !== undefined) return known;
    const made = emptyLike(bare);
    if (made === undefined) return bare;
    this.copies.set(bare, made);
    this.left.push(bare);
    return made;
  }

  private fill(copy: object, original: object): void {
    if (original instanceof Map) {
      for (const [key, value] of original) {
        (copy as Map<unknown, unknown>).set(this.replace(key), this.replace(value));
      }
    } else if (original instanceof Set) {
      for (const value of original) (copy as Set<unknown>).add(this.replace(value));
    } else {
      for (const [key, value] of Object.entries(original)) {
        const property = { value: this.replace(value), ...plainProperty };
        Object.defineProperty(copy, key, property);
      }
    }
  }
}

const plainProperty = { writable: true, enumerable: true, configurable: true };

/** Undefined for what `move()` does not look into. */
function emptyLike(value: object): object | undefined {
  if (Array.isArray(value)) return new Array(value.length);
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null
    ? Object.create(prototype as object | null)
    : undefined;
}
