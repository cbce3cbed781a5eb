import {
  type EncodedInstance,
  type NativeMoved,
  type NativeOwned,
  native,
} from '../binding/binding.js';
import { Container } from '../binding/codes.js';
import { kindOf } from '../errors/kind-of.js';
import { UnknownClassError } from '../errors/ownership-errors.js';
import { classNamed, classOf, decode, encode, type Instance, isInstance } from './classes.js';
import { FrozenMap, FrozenSet } from './frozen.js';
import { partsOfBox } from './move.js';
import { notShareable } from './not-shareable.js';
import { type Encoded, keepBoxes, StandIn } from './stand-in.js';

const { NOTHING } = native;
// Native code reads them: the language's own, whatever becomes of the global ones.
const { Map: OwnMap, Set: OwnSet } = globalThis;

/**
 * What native code encodes in place of a value: a copy of its containers with stand-ins for instances of classes that travel as themselves;
 * what is then in the boxes in it; and the stand-ins with their numbers, each after those in it. (Unless an instance is part of what it
 * travels as: then native code finds that there is no such order.)
 */
export function withStandIns(value: unknown): readonly [unknown, Boxes, Numbers] {
  const replacing = new Replacing();
  const replaced = replacing.replaceAll(value);
  const { boxes, numbers } = replacing;
  keepBoxes(replaced, boxes);
  if (!replacing.finishMarks()) throw notShareable(replaced, 'a buffer cannot be handed over');
  return [replaced, boxes, numbers];
}

type Boxes = ReadonlyMap<object, unknown>;
type Numbers = ReadonlyMap<StandIn, number>;

/** Recursive, as V8's serializer is, but for boxes. */
class Replacing {
  readonly boxes = new OwnMap<object, unknown>();
  readonly numbers = new OwnMap<StandIn, number>();
  private readonly made = new OwnMap<object, unknown>();
  private readonly left: NativeOwned[] = [];
  /** Those of `move()`, and what is made of them. */
  private readonly marks = new OwnMap<NativeMoved, NativeMoved>();

  /** With what is in boxes, which may be in each other deeper than any stack. */
  replaceAll(value: unknown): unknown {
    const replaced = this.replace(value);
    for (let box = this.left.pop(); box !== undefined; box = this.left.pop()) {
      const content = box.nativeValue();
      if (content !== NOTHING) this.boxes.set(box, this.replace(content));
    }
    return replaced;
  }

  /** What is handed over may be in instances: it is known at the end. False if a buffer cannot be. */
  finishMarks(): boolean {
    for (const [before, made] of this.marks) {
      const parts = this.numbers.size > 0 ? partsOfBox(made.value) : before.transfer;
      if (parts === undefined) return false;
      for (const part of parts) made.transfer.push(part);
    }
    return true;
  }

  private replace(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.made.get(value);
    if (known !== undefined) return known;
    const container = native.containerOf(value);
    if (container === Container.proxy) return value;
    if (value instanceof StandIn) return this.standIn(value, value.encoded);
    if (isInstance(value)) return this.instance(value);
    return this.part(value, container);
  }

  private instance(value: Instance): StandIn {
    const found = classOf(value);
    if ('problem' in found) {
      const none = new StandIn({ name: '', data: undefined }, found.problem);
      this.made.set(value, none);
      return none;
    }
    const encoded: Encoded = { name: found.name, data: undefined };
    const standIn = this.begin(value, encoded);
    encoded.data = this.replaceAll(value[encode]());
    return this.end(standIn);
  }

  /** Of a value that has them already. */
  private standIn(value: StandIn, { name, data }: Encoded): StandIn {
    if (value.problem !== undefined) return value;
    const encoded: Encoded = { name, data: undefined };
    const standIn = this.begin(value, encoded);
    encoded.data = this.replaceAll(data);
    return this.end(standIn);
  }

  private begin(value: object, encoded: Encoded): StandIn {
    const standIn = new StandIn(encoded);
    this.made.set(value, standIn);
    return standIn;
  }

  private end(standIn: StandIn): StandIn {
    this.numbers.set(standIn, this.numbers.size);
    return standIn;
  }

  private part(value: object, container: Container): unknown {
    switch (container) {
      case Container.object:
        return this.properties(value, {});
      case Container.array:
        return this.array(value as unknown[]);
      case Container.map:
        return this.map(value, Map.prototype.entries.call(value as Map<unknown, unknown>));
      case Container.set:
        return this.set(value, Set.prototype.values.call(value as Set<unknown>));
    }
    if (value instanceof Error) return this.error(value);
    if (value instanceof FrozenMap) return this.map(value, value);
    if (value instanceof FrozenSet) return this.set(value, value);
    if (value instanceof native.NativeOwned) this.box(value);
    return value instanceof native.NativeMoved ? this.moved(value) : value;
  }

  private properties<T extends object>(value: object, copy: T): T {
    this.made.set(value, copy);
    for (const key of Object.keys(value)) {
      const part = this.replace((value as Record<string, unknown>)[key]);
      // Assigned, it would be a matter of what the copy inherits, which may be frozen or have a setter.
      if (key in copy) Object.defineProperty(copy, key, { value: part, enumerable: true });
      else (copy as Record<string, unknown>)[key] = part;
    }
    return copy;
  }

  private array(value: unknown[]): unknown[] {
    const { length } = value;
    const copy = this.properties<unknown[]>(value, []);
    if (copy.length < length) {
      // For an element far away the engine makes no room, as it would for a length.
      Object.defineProperty(copy, length - 1, { value: undefined, configurable: true });
      delete copy[length - 1];
    }
    return copy;
  }

  /** V8 writes of an error its name, message, stack and cause, which may have instances in it. */
  private error(error: Error): Error {
    const cause = Object.getOwnPropertyDescriptor(error, 'cause')?.value as unknown;
    if (typeof cause !== 'object' || cause === null) return error;
    const copy = new Error();
    this.made.set(error, copy);
    Object.defineProperties(copy, {
      ...Object.getOwnPropertyDescriptors(error),
      cause: { value: this.replace(cause) },
      // Where it is an accessor, that is of this very error.
      stack: { value: error.stack },
    });
    return Object.setPrototypeOf(copy, Object.getPrototypeOf(error)) as Error;
  }

  /** Whatever its prototype is. */
  private map(value: object, entries: Iterable<[unknown, unknown]>): Map<unknown, unknown> {
    const copy = new OwnMap<unknown, unknown>();
    this.made.set(value, copy);
    for (const [key, part] of entries) copy.set(this.replace(key), this.replace(part));
    return copy;
  }

  private set(value: object, elements: Iterable<unknown>): Set<unknown> {
    const copy = new OwnSet<unknown>();
    this.made.set(value, copy);
    for (const part of elements) copy.add(this.replace(part));
    return copy;
  }

  private box(box: NativeOwned): void {
    this.made.set(box, box);
    this.left.push(box);
  }

  private moved(mark: NativeMoved): NativeMoved {
    const made = new native.NativeMoved(this.replace(mark.value), []);
    this.made.set(mark, made);
    this.marks.set(mark, made);
    return made;
  }
}

/** What native code calls when an instance arrives; what it has travelled as, if its class is not known here; nothing, if that is damaged. */
export function makeInstance(encoded: unknown): object | undefined {
  if (!isEncoded(encoded)) return undefined;
  const Class = classNamed(encoded.name);
  if (Class === undefined) return encoded;
  const made = Class[decode](encoded.data);
  if (typeof made === 'object' && made !== null) return made;
  throw new TypeError(
    `The static [shareable.decode]() of ${encoded.name} must return an object, and has returned ${kindOf(made)}.`,
  );
}

function isEncoded(value: unknown): value is EncodedInstance {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as EncodedInstance).name === 'string'
  );
}

/** The error for a message with such an instance. */
export function unknownClass(message: unknown, { name }: EncodedInstance): UnknownClassError {
  return new UnknownClassError(
    `An instance of ${name} has arrived where no class of that name is known: import the module that has it, and call shareable.register(${name}) there.`,
    name,
    message,
  );
}
