import { ReadonlyView } from './readonly-view.js';

type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/** A value of which nothing can be changed, as far as types tell. */
export type Immutable<T> = T extends Primitive
  ? T
  : T extends BigInt64Array | BigUint64Array
    ? ReadonlyView<bigint>
    : T extends ArrayBuffer | ArrayBufferView
      ? ReadonlyView<number>
      : T extends ReadonlyMap<infer K, infer V>
        ? ReadonlyMap<Immutable<K>, Immutable<V>>
        : T extends ReadonlySet<infer E>
          ? ReadonlySet<Immutable<E>>
          : T extends Date | RegExp | Error
            ? Readonly<T>
            : { readonly [K in keyof T]: Immutable<T[K]> };

/**
 * Freezes a value that nobody else has yet, with everything in it; buffers and views become read-only views. Maps, Sets and Dates keep
 * what they hold in places that cannot be frozen: their methods that change it throw.
 */
export function immutable(value: unknown): unknown {
  return new Freezer().run(value);
}

class Freezer {
  private readonly seen = new Set<object>();
  private readonly views = new Map<object, unknown>();
  private readonly left: object[] = [];

  run(value: unknown): unknown {
    const made = this.replaced(value);
    for (let next = this.left.pop(); next !== undefined; next = this.left.pop()) this.enter(next);
    for (const each of this.seen) Object.freeze(each);
    return made;
  }

  /** What stands for a value: itself, to be looked at later, or a view. */
  private replaced(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || value instanceof ReadonlyView) return value;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      let view = this.views.get(value);
      if (view === undefined) {
        view = readonlyView(value);
        this.views.set(value, view);
      }
      return view;
    }
    if (!this.seen.has(value)) {
      this.seen.add(value);
      this.left.push(value);
    }
    return value;
  }

  private enter(container: object): void {
    if (container instanceof Map) {
      const entries = [...container];
      container.clear();
      for (const [key, value] of entries) container.set(this.replaced(key), this.replaced(value));
      lock(container, ['set', 'delete', 'clear']);
    } else if (container instanceof Set) {
      const elements = [...container];
      container.clear();
      for (const element of elements) container.add(this.replaced(element));
      lock(container, ['add', 'delete', 'clear']);
    } else if (container instanceof Date) {
      const setters = Object.getOwnPropertyNames(Date.prototype).filter((name) =>
        name.startsWith('set'),
      );
      lock(container, setters);
    }
    for (const key of Reflect.ownKeys(container)) {
      const property = Reflect.getOwnPropertyDescriptor(container, key);
      if (property === undefined || !('value' in property) || property.writable !== true) continue;
      const made = this.replaced(property.value);
      if (made !== property.value)
        Reflect.defineProperty(container, key, { ...property, value: made });
    }
  }
}

function lock(container: object, methods: readonly string[]): void {
  for (const method of methods) {
    Object.defineProperty(container, method, {
      value: () => {
        throw new TypeError(
          `This value is shared, and cannot be changed: ${method}() does nothing.`,
        );
      },
    });
  }
}

/** A view of memory that nobody else writes to. */
export function readonlyView(value: ArrayBuffer | ArrayBufferView): ReadonlyView<number | bigint> {
  if (!ArrayBuffer.isView(value)) return new ReadonlyView(new Uint8Array(value));
  if (value instanceof DataView) {
    return new ReadonlyView(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return new ReadonlyView(value as Uint8Array);
}
