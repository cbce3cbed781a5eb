/** What esbuild's output needs for names, objects, classes and templates, under the names that it uses there. */

type Key = string | symbol;
type Bag = Record<Key, unknown>;
type Getter = (this: object) => unknown;
type Setter = (this: object, value: unknown) => void;
type Method = (...args: unknown[]) => unknown;

export const __defProp = Object.defineProperty;
export const __defProps = Object.defineProperties;
export const __getOwnPropDesc = Object.getOwnPropertyDescriptor;
export const __getOwnPropDescs = Object.getOwnPropertyDescriptors;
export const __getOwnPropNames = Object.getOwnPropertyNames;
export const __getOwnPropSymbols = Object.getOwnPropertySymbols;
export const __getProtoOf = Object.getPrototypeOf;
export const __hasOwnProp = Object.prototype.hasOwnProperty;
export const __propIsEnum = Object.prototype.propertyIsEnumerable;
export const __reflectGet = Reflect.get;
export const __reflectSet = Reflect.set;
export const __create = Object.create;
export const __freeze = Object.freeze;
export const __pow = Math.pow;

/** `--keep-names`. */
export function __name<T extends object>(target: T, value: string): T {
  return Object.defineProperty(target, 'name', { value, configurable: true });
}

export function __typeError(message: string): never {
  throw new TypeError(message);
}

export function __knownSymbol(name: string): symbol {
  const symbol = (Symbol as unknown as Record<string, symbol | undefined>)[name];
  return symbol ?? Symbol.for(`Symbol.${name}`);
}

export function __defNormalProp(object: object, key: Key, value: unknown): unknown {
  const descriptor = { value, configurable: true, enumerable: true, writable: true };
  Object.defineProperty(object, key, descriptor);
  return value;
}

export function __publicField(object: object, key: unknown, value: unknown): unknown {
  return __defNormalProp(object, typeof key === 'symbol' ? key : String(key), value);
}

function ownEnumerableKeys(source: object): Key[] {
  return Reflect.ownKeys(source).filter((key) => __propIsEnum.call(source, key));
}

export function __spreadValues(target: object, source: unknown): object {
  if (source === null || source === undefined) return target;
  const from = Object(source) as Bag;
  for (const key of ownEnumerableKeys(from)) __defNormalProp(target, key, from[key]);
  return target;
}

export function __spreadProps(target: object, source: object): object {
  return Object.defineProperties(target, Object.getOwnPropertyDescriptors(source));
}

export function __restKey(key: unknown): Key {
  return typeof key === 'symbol' ? key : String(key);
}

export function __objRest(source: unknown, exclude: readonly Key[]): object {
  const rest: Bag = {};
  const from = Object(source) as Bag;
  for (const key of ownEnumerableKeys(from)) {
    if (!exclude.includes(key)) rest[key] = from[key];
  }
  return rest;
}

export function __template(cooked: unknown[], raw?: unknown[]): unknown {
  Object.defineProperty(cooked, 'raw', { value: Object.freeze(raw ?? cooked.slice()) });
  return Object.freeze(cooked);
}

/** The members of a class that are private: a WeakMap for values, a WeakSet for methods and accessors. */
type Private = WeakMap<object, unknown> | WeakSet<object>;

export function __accessCheck(object: object, member: Private, to: string): void {
  if (!member.has(object)) __typeError(`Cannot ${to}`);
}

export function __privateIn(member: Private, object: unknown): boolean {
  if (Object(object) === object) return member.has(object as object);
  return __typeError('Cannot use the "in" operator on this value');
}

export function __privateAdd(object: object, member: Private, value: unknown): void {
  if (member.has(object)) __typeError('Cannot add the same private member more than once');
  if (member instanceof WeakSet) member.add(object);
  else member.set(object, value);
}

export function __privateGet(object: object, member: Private, getter?: Getter): unknown {
  __accessCheck(object, member, 'read from private field');
  return getter === undefined
    ? (member as WeakMap<object, unknown>).get(object)
    : getter.call(object);
}

export function __privateSet<T>(object: object, member: Private, value: T, setter?: Setter): T {
  __accessCheck(object, member, 'write to private field');
  if (setter === undefined) (member as WeakMap<object, unknown>).set(object, value);
  else setter.call(object, value);
  return value;
}

export function __privateMethod(object: object, member: Private, method: Method): Method {
  __accessCheck(object, member, 'access private method');
  return method;
}

/** For `object.#member++` and the like. */
export function __privateWrapper(
  object: object,
  member: Private,
  setter?: Setter,
  getter?: Getter,
) {
  return {
    get _(): unknown {
      return __privateGet(object, member, getter);
    },
    set _(value: unknown) {
      __privateSet(object, member, value, setter);
    },
  };
}

export function __superGet(cls: object, object: object, key: Key): unknown {
  return Reflect.get(Object.getPrototypeOf(cls) as object, key, object);
}

export function __superSet<T>(cls: object, object: object, key: Key, value: T): T {
  Reflect.set(Object.getPrototypeOf(cls) as object, key, value, object);
  return value;
}

export function __superWrapper(cls: object, object: object, key: Key) {
  return {
    get _(): unknown {
      return __superGet(cls, object, key);
    },
    set _(value: unknown) {
      __superSet(cls, object, key, value);
    },
  };
}

/** An import of a module that may be CommonJS. */
export function __toESM(module: object | null | undefined, isNodeMode?: unknown): object {
  const namespace: Bag = {};
  const from = Object(module) as Bag;
  if (isNodeMode || !from['__esModule']) __defNormalProp(namespace, 'default', module);
  for (const key of Object.keys(from)) {
    if (Object.hasOwn(namespace, key)) continue;
    Object.defineProperty(namespace, key, { get: () => from[key], enumerable: true });
  }
  return namespace;
}
