import { type EncodedInstance, type NativeOwned, native } from '../binding/binding.js';
import { Container } from '../binding/codes.js';
import { kindOf } from '../errors/kind-of.js';
import { UnknownClassError } from '../errors/ownership-errors.js';
import { classNamed, classOf, decode, encode, type Instance, isInstance } from './classes.js';
import { FrozenMap, FrozenSet } from './frozen.js';
import { movableParts } from './move.js';
import { type Encoded, StandIn } from './stand-in.js';

const { NOTHING } = native;

/**
 * What native code encodes in place of a value: a copy of its containers with stand-ins for instances of classes that travel as themselves;
 * what is then in the boxes in it; and the stand-ins with their numbers, each after those in it. (Unless an instance is part of what it
 * travels as: then native code finds that there is no such order.)
 */
export function withStandIns(value: unknown): readonly [unknown, Boxes, Numbers] {
  const replacing = new Replacing();
  const replaced = replacing.replaceAll(value);
  const { boxes, numbers } = replacing;
  // The copy, since getters are to be called once; but marks without instances stand for what they were made of.
  const found = numbers.size > 0 || replacing.failed;
  return found || !replacing.marks ? [replaced, boxes, numbers] : [value, new Map(), numbers];
}

type Boxes = ReadonlyMap<object, unknown>;
type Numbers = ReadonlyMap<StandIn, number>;

/** Recursive, as V8's serializer is, but for boxes. */
class Replacing {
  readonly boxes = new Map<object, unknown>();
  readonly numbers = new Map<StandIn, number>();
  failed = false;
  /** Whether something is marked by `move()`. */
  marks = false;
  private readonly made = new Map<object, unknown>();
  private readonly left: NativeOwned[] = [];

  /** With what is in boxes, which may be in each other deeper than any stack. */
  replaceAll(value: unknown): unknown {
    const replaced = this.replace(value);
    for (let box = this.left.pop(); box !== undefined; box = this.left.pop()) {
      const content = box.nativeValue();
      if (content !== NOTHING) this.boxes.set(box, this.replace(content));
    }
    return replaced;
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
      this.failed = true;
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
    if (value.problem !== undefined) {
      this.failed = true;
      return value;
    }
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
        return this.properties(value, new Array((value as unknown[]).length));
      case Container.map:
        return this.map(value, Map.prototype.entries.call(value as Map<unknown, unknown>));
      case Container.set:
        return this.set(value, Set.prototype.values.call(value as Set<unknown>));
    }
    if (value instanceof FrozenMap) return this.map(value, value);
    if (value instanceof FrozenSet) return this.set(value, value);
    if (value instanceof native.NativeOwned) this.box(value);
    return value instanceof native.NativeMoved ? this.moved(value) : value;
  }

  private properties(value: object, copy: object): object {
    this.made.set(value, copy);
    for (const key of Object.keys(value)) {
      const part = this.replace((value as Record<string, unknown>)[key]);
      if (key !== '__proto__') (copy as Record<string, unknown>)[key] = part;
      else Object.defineProperty(copy, key, { value: part, enumerable: true });
    }
    return copy;
  }

  /** Whatever its prototype is. */
  private map(value: object, entries: Iterable<[unknown, unknown]>): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    this.made.set(value, copy);
    for (const [key, part] of entries) copy.set(this.replace(key), this.replace(part));
    return copy;
  }

  private set(value: object, elements: Iterable<unknown>): Set<unknown> {
    const copy = new Set<unknown>();
    this.made.set(value, copy);
    for (const part of elements) copy.add(this.replace(part));
    return copy;
  }

  private box(box: NativeOwned): void {
    this.made.set(box, box);
    this.left.push(box);
  }

  /** What is handed over may be in instances. */
  private moved(mark: InstanceType<typeof native.NativeMoved>): unknown {
    this.marks = true;
    const before = this.numbers.size;
    const replaced = this.replace(mark.value);
    const made =
      this.numbers.size > before ? new native.NativeMoved(replaced, movableParts(replaced)) : mark;
    this.made.set(mark, made);
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
