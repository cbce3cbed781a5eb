import { native } from '../binding/binding.js';
import { NotShareableError } from '../errors/ownership-errors.js';
import { bufferOf, isDetached, whyUnmovable } from './buffers.js';
import { carriesMoved, hasPrototype } from './move.js';
import { boxesIn, StandIn } from './stand-in.js';

/** One step from the root of a value to a place in it. */
interface Place {
  readonly value: unknown;
  readonly from: Place | undefined;
  readonly step: string;
  /** Whether it is marked by `move()` or in a box, and so is to be handed over. */
  readonly isOwned: boolean;
}

interface Purpose {
  /** How the value is called; `$` by default. */
  root?: string;
  /** It is to be shared. */
  shares?: boolean;
}

/** A proxy can go on for ever; the engine's own message must do then. */
const MOST_PLACES = 1_000_000;

/**
 * The error for a value that could not be encoded: it names the place. `why` is the engine's message, for what cannot be
 * found from JavaScript (a proxy, say).
 */
export function notShareable(
  value: unknown,
  why: string,
  { root = '$', shares = false }: Purpose = {},
): NotShareableError {
  const found = findUnshareable(value, shares);
  if (found === undefined) {
    const place = pathOf(placeByTrying(value), root);
    return new NotShareableError(`${place} cannot travel to another interpreter: ${why}`, place);
  }
  const path = pathOf(found.place, root);
  return new NotShareableError(`${path} ${found.problem}`, path);
}

function findUnshareable(
  value: unknown,
  shares: boolean,
): { place: Place; problem: string } | undefined {
  const seen = new Set<unknown>();
  const boxes = boxesIn(value);
  let hasInstances = false;
  const left: Place[] = [{ value, from: undefined, step: '', isOwned: false }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const problem =
      problemOf(place.value) ??
      (place.value instanceof StandIn ? place.value.problem : undefined) ??
      (hasInstances && seen.has(place.value) ? problemOfCircle(place) : undefined) ??
      (shares ? problemOfSharing(place.value) : undefined) ??
      (place.isOwned ? problemOfMoving(place.value) : undefined);
    if (problem !== undefined) return { place, problem };
    hasInstances ||= place.value instanceof StandIn;
    if (!isObject(place.value) || seen.has(place.value)) continue;
    if (seen.size > MOST_PLACES) return undefined;
    seen.add(place.value);
    for (const part of placesIn(place, place.value, boxes).reverse()) left.push(part);
  }
  return undefined;
}

let trying = false;

/** Where the engine fails, found by having it copy ever smaller parts. */
function placeByTrying(value: unknown): Place {
  let place: Place = { value, from: undefined, step: '', isOwned: false };
  // A copy would hand over what is marked by `move`, and a failed message must leave its sender unharmed.
  if (trying || carriesMoved(value)) return place;
  trying = true;
  try {
    const seen = new Set<unknown>();
    for (let next: Place | undefined = place; next !== undefined; ) {
      place = next;
      seen.add(place.value);
      const parts = isObject(place.value) ? placesIn(place, place.value) : [];
      next = parts.find((part) => !seen.has(part.value) && !canCopy(part.value));
    }
  } finally {
    trying = false;
  }
  return place;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function canCopy(value: unknown): boolean {
  try {
    native.clone(value);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with this very value, as the rest of a sentence; undefined: nothing, or it is in its parts. */
function problemOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'function':
      return 'is a function; functions cannot be sent (call() and modules carry code)';
    case 'symbol':
      return 'is a symbol; symbols mean something only in their own interpreter';
    case 'object':
      return value === null ? undefined : problemOfObject(value);
    default:
      return undefined;
  }
}

function problemOfObject(value: object): string | undefined {
  if (!hasPrototype(value)) return 'is a proxy; send what it stands for';
  if (value instanceof Promise) return 'is a promise; await it, and send what it gives';
  for (const kind of weakKinds) {
    if (value instanceof kind)
      return `is a ${kind.name}; it holds on to objects of this interpreter`;
  }
  const tag = tagOf(value);
  if (/Generator$| Iterator$/.test(tag)) {
    return `is ${/^[AEIOU]/.test(tag) ? 'an' : 'a'} ${tag.toLowerCase()}; collect its values, or send them one by one`;
  }
  const streamEnd = streamEnds.get(tag);
  if (streamEnd !== undefined) {
    return `is a ${tag}; streams stay where they are, send the ${streamEnd} of a channel instead`;
  }
  if (value instanceof native.NativeSender || value instanceof native.NativeReceiver) {
    const side = value instanceof native.NativeSender ? 'sender' : 'receiver';
    return value.nativeIsOpen() ? undefined : `is a ${side} that was closed or moved away before`;
  }
  if (value instanceof native.NativeOwned && value.nativeValue() === native.NOTHING) {
    return 'is an owned value that was handed over before';
  }
  const buffer = bufferOf(value);
  return buffer !== undefined && isDetached(buffer)
    ? 'is a detached buffer; it was moved or transferred away before'
    : undefined;
}

/** Of what was met before: whether it is in an instance that is in it. */
function problemOfCircle({ value, from }: Place): string | undefined {
  let inInstance = false;
  for (let at = from; at !== undefined; at = at.from) {
    inInstance ||= at.value instanceof StandIn;
    if (at.value !== value || !inInstance) continue;
    return value instanceof StandIn
      ? 'is part of what itself travels as'
      : 'holds an instance, and is part of what that travels as';
  }
  return undefined;
}

function problemOfSharing(value: unknown): string | undefined {
  if (value instanceof native.NativeSender) return 'is a sender, which has one owner at a time';
  if (value instanceof native.NativeReceiver) return 'is a receiver, which has one owner at a time';
  if (value instanceof native.NativeOwned) return 'is a box, which has one owner at a time';
  return undefined;
}

function problemOfMoving(value: unknown): string | undefined {
  if (!isObject(value) || !hasPrototype(value)) return undefined;
  const buffer = bufferOf(value);
  const why = buffer && whyUnmovable(value as ArrayBuffer | ArrayBufferView);
  return why && `cannot be handed over. ${why}`;
}

const weakKinds: readonly (abstract new (...args: never) => object)[] = [
  WeakMap,
  WeakSet,
  WeakRef,
  FinalizationRegistry,
];

/** What may travel in place of a stream of the Web. */
const streamEnds: ReadonlyMap<string, string> = new Map([
  ['ReadableStream', 'receiver'],
  ['WritableStream', 'sender'],
]);

function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  } catch {
    return 'Object';
  }
}

/** The parts of a value that the engine would encode; none when reading them throws. */
function placesIn(from: Place, container: object, boxes?: ReadonlyMap<object, unknown>): Place[] {
  try {
    if (container instanceof native.NativeMoved) {
      return [{ value: container.value, from, step: '', isOwned: true }];
    }
    if (container instanceof native.NativeOwned) {
      const value = boxes?.get(container) ?? container.nativeValue();
      return value === native.NOTHING ? [] : [{ value, from, step: '.value', isOwned: true }];
    }
    if (container instanceof StandIn) {
      return [part(from, container.encoded.data, '[shareable.encode]()')];
    }
    if (container instanceof Map) return placesInMap(from, container);
    if (container instanceof Set) {
      return Array.from(container, (value, i) => part(from, value, `.values()[${i}]`));
    }
    if (ArrayBuffer.isView(container)) return [];
    if (container instanceof Error) {
      const cause = Object.getOwnPropertyDescriptor(container, 'cause');
      return cause === undefined ? [] : [part(from, cause.value, '.cause')];
    }
    return Object.keys(container).map((key) =>
      part(from, (container as Record<string, unknown>)[key], stepTo(key, container)),
    );
  } catch {
    return [];
  }
}

function part(from: Place, value: unknown, step: string): Place {
  return { value, from, step, isOwned: from.isOwned };
}

function placesInMap(from: Place, map: Map<unknown, unknown>): Place[] {
  return Array.from(map).flatMap(([key, value], i) => [
    part(from, key, `.keys()[${i}]`),
    part(from, value, isSimple(key) ? `.get(${show(key)})` : `.values()[${i}]`),
  ]);
}

function isSimple(key: unknown): boolean {
  return key === null || (typeof key !== 'object' && typeof key !== 'function');
}

function show(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key);
}

function stepTo(key: string, container: object): string {
  if (Array.isArray(container) && /^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${show(key)}]`;
}

function pathOf(place: Place, root: string): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.from) steps.push(at.step);
  return root + steps.reverse().join('');
}
