/**
 * What stands for Maps, Sets, Dates and RegExps in shared values. They keep their contents where freezing does not reach:
 * `Map.prototype.set.call()` changes any Map there is. So these are no Maps, but have what reading one needs.
 */

import { native } from '../binding/binding.js';
import { FrozenKind } from '../binding/codes.js';
import { INSPECT } from '../channel/failure.js';

// As they are now: whoever replaces them later does not get at what is behind a frozen object.
const { freeze, defineProperty } = Object;
const { ownKeys, getOwnPropertyDescriptor } = Reflect;
const PlainDate = Date;
const PlainRegExp = RegExp;
const PlainMap = Map;
const PlainSet = Set;

/** A method as a function of its `this`. */
function uncurried<F>(method: unknown): F {
  return Function.prototype.call.bind(method as () => void) as F;
}

type AnyMap = Map<unknown, unknown>;
const map = {
  size: uncurried<(map: AnyMap) => number>(getOwnPropertyDescriptor(Map.prototype, 'size')?.get),
  get: uncurried<(map: AnyMap, key: unknown) => unknown>(Map.prototype.get),
  has: uncurried<(map: AnyMap, key: unknown) => boolean>(Map.prototype.has),
  keys: uncurried<(map: AnyMap) => IterableIterator<unknown>>(Map.prototype.keys),
  values: uncurried<(map: AnyMap) => IterableIterator<unknown>>(Map.prototype.values),
  entries: uncurried<(map: AnyMap) => IterableIterator<[unknown, unknown]>>(Map.prototype.entries),
};

export class FrozenMap extends native.NativeFrozen {
  readonly #map: AnyMap;

  constructor(held: AnyMap) {
    super(held);
    this.#map = held;
    freeze(this);
  }

  get size(): number {
    return map.size(this.#map);
  }

  get [Symbol.toStringTag](): string {
    return 'FrozenMap';
  }

  get(key: unknown): unknown {
    return map.get(this.#map, key);
  }

  has(key: unknown): boolean {
    return map.has(this.#map, key);
  }

  keys(): IterableIterator<unknown> {
    return map.keys(this.#map);
  }

  values(): IterableIterator<unknown> {
    return map.values(this.#map);
  }

  entries(): IterableIterator<[unknown, unknown]> {
    return map.entries(this.#map);
  }

  [Symbol.iterator](): IterableIterator<[unknown, unknown]> {
    return map.entries(this.#map);
  }

  forEach(visit: (value: unknown, key: unknown, map: this) => void, self?: unknown): void {
    for (const [key, value] of map.entries(this.#map)) visit.call(self, value, key, this);
  }

  /** How Node prints it. */
  [INSPECT](): unknown {
    return new PlainMap(this.entries());
  }
}

type AnySet = Set<unknown>;
const set = {
  size: uncurried<(set: AnySet) => number>(getOwnPropertyDescriptor(Set.prototype, 'size')?.get),
  has: uncurried<(set: AnySet, element: unknown) => boolean>(Set.prototype.has),
  values: uncurried<(set: AnySet) => IterableIterator<unknown>>(Set.prototype.values),
  entries: uncurried<(set: AnySet) => IterableIterator<[unknown, unknown]>>(Set.prototype.entries),
};

export class FrozenSet extends native.NativeFrozen {
  readonly #set: AnySet;

  constructor(held: AnySet) {
    super(held);
    this.#set = held;
    freeze(this);
  }

  static {
    // Of Sets with other Sets; not in every Node.
    for (const name of [
      'union',
      'intersection',
      'difference',
      'symmetricDifference',
      'isSubsetOf',
      'isSupersetOf',
      'isDisjointFrom',
    ]) {
      const method: unknown = Reflect.get(Set.prototype, name);
      if (typeof method !== 'function') continue;
      const call = uncurried<(set: AnySet, other: unknown) => unknown>(method);
      define(FrozenSet.prototype, name, {
        value(this: FrozenSet, other: unknown) {
          return call(this.#set, other);
        },
      });
    }
  }

  get size(): number {
    return set.size(this.#set);
  }

  get [Symbol.toStringTag](): string {
    return 'FrozenSet';
  }

  has(element: unknown): boolean {
    return set.has(this.#set, element);
  }

  keys(): IterableIterator<unknown> {
    return set.values(this.#set);
  }

  values(): IterableIterator<unknown> {
    return set.values(this.#set);
  }

  entries(): IterableIterator<[unknown, unknown]> {
    return set.entries(this.#set);
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    return set.values(this.#set);
  }

  forEach(visit: (element: unknown, same: unknown, set: this) => void, self?: unknown): void {
    for (const element of this.values()) visit.call(self, element, element, this);
  }

  /** How Node prints it. */
  [INSPECT](): unknown {
    return new PlainSet(this.values());
  }
}

class FrozenDate extends native.NativeFrozen {
  readonly #time: number;

  constructor(held: Date) {
    super(held);
    this.#time = getTime(held);
    freeze(this);
  }

  static #isComplete = false;

  /** Most interpreters never make one: its methods are made with the first. */
  static of(held: Date): FrozenDate {
    if (!FrozenDate.#isComplete) {
      FrozenDate.#isComplete = true;
      const isReader = (key: PropertyKey): boolean =>
        typeof key === 'string' && /^(get|to)|^valueOf$/.test(key);
      lend(FrozenDate.prototype, PlainDate.prototype, isReader, (frozen) => frozen.#date());
      freeze(FrozenDate.prototype);
    }
    return new FrozenDate(held);
  }

  /** A number unless a string is asked for: `new Date(frozen)` would lose the milliseconds. */
  [Symbol.toPrimitive](hint: string): string | number {
    return hint === 'string' ? `${this.#date()}` : this.#time;
  }

  get [Symbol.toStringTag](): string {
    return 'FrozenDate';
  }

  /** How Node prints it. */
  [INSPECT](): unknown {
    return this.#date();
  }

  #date(): Date {
    return new PlainDate(this.#time);
  }
}

/** Every search begins at the beginning: there is no `lastIndex`. */
class FrozenRegExp extends native.NativeFrozen {
  readonly #source: string;
  readonly #flags: string;

  constructor(held: RegExp) {
    super(held);
    this.#source = held.source;
    this.#flags = held.flags;
    freeze(this);
  }

  static #isComplete = false;

  /** Most interpreters never make one: its methods are made with the first. */
  static of(held: RegExp): FrozenRegExp {
    if (!FrozenRegExp.#isComplete) {
      FrozenRegExp.#isComplete = true;
      const isReader = (key: PropertyKey): boolean =>
        key !== 'constructor' && key !== 'compile' && key !== Symbol.toStringTag;
      lend(FrozenRegExp.prototype, PlainRegExp.prototype, isReader, (frozen) => frozen.#regExp());
      freeze(FrozenRegExp.prototype);
    }
    return new FrozenRegExp(held);
  }

  get [Symbol.toStringTag](): string {
    return 'FrozenRegExp';
  }

  /** How Node prints it. */
  [INSPECT](): unknown {
    return this.#regExp();
  }

  #regExp(): RegExp {
    return new PlainRegExp(this.#source, this.#flags);
  }
}

const getTime = uncurried<(date: Date) => number>(Date.prototype.getTime);

/** Gives `target` methods and getters of another prototype. Each call has an object of its own, made by `fresh`. */
function lend<T extends object>(
  target: T,
  from: object,
  chosen: (key: PropertyKey) => boolean,
  fresh: (self: T) => object,
): void {
  for (const key of ownKeys(from)) {
    if (!chosen(key)) continue;
    const { get, value } = getOwnPropertyDescriptor(from, key) as PropertyDescriptor;
    if (get !== undefined) {
      const read = uncurried<(self: object) => unknown>(get);
      define(target, key, {
        get(this: T) {
          return read(fresh(this));
        },
      });
    } else if (typeof value === 'function') {
      const call = uncurried<(self: object, ...args: unknown[]) => unknown>(value);
      define(target, key, {
        value(this: T, ...args: unknown[]) {
          return call(fresh(this), ...args);
        },
      });
    }
  }
}

function define(target: object, key: PropertyKey, property: PropertyDescriptor): void {
  defineProperty(target, key, { ...property, configurable: true });
}

/** What is to stand for an object; what is in it may come later. */
export function makeFrozen(
  kind: FrozenKind,
  held: object,
): FrozenMap | FrozenSet | FrozenDate | FrozenRegExp {
  switch (kind) {
    case FrozenKind.map:
      return new FrozenMap(held as AnyMap);
    case FrozenKind.set:
      return new FrozenSet(held as AnySet);
    case FrozenKind.date:
      return FrozenDate.of(held as Date);
    default:
      return FrozenRegExp.of(held as RegExp);
  }
}

freeze(FrozenMap.prototype);
freeze(FrozenSet.prototype);
