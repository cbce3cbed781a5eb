/**
 * Which keys plain objects have, in order: learned as they are sent. A shape that has been seen a few times gets a number in the process;
 * until then, and once there are too many, objects travel as V8 serializes them.
 */

import { native } from '../binding/binding.js';
import { corrupt } from './reader.js';

/** How often a shape is seen before it gets a number: objects used as dictionaries hardly ever have the same keys again. */
const OFTEN = 3;

/** Keys that are remembered here, with or without a number; then it begins anew. */
const MOST_STEPS = 4096;

/** Objects with more keys are dictionaries. */
const MOST_KEYS = 32;

/** No shape: too many keys, or one that a literal cannot have. */
export const NO_SHAPE = -1;

/** What is known of the objects whose first keys lead here. */
export class Step {
  /** Of the objects that have no other keys; `NO_SHAPE` until it has one. */
  shape = NO_SHAPE;
  /** The key that came next, last time, and where it led. */
  key: string | undefined = undefined;
  next: Step | undefined = undefined;
  private others: Map<string, Step> | undefined = undefined;
  private seen = 0;

  constructor(private readonly depth: number) {}

  /** Where this key leads. */
  after(key: string): Step {
    if (key === this.key) return this.next as Step;
    this.others ??= new Map();
    if (this.next !== undefined) this.others.set(this.key as string, this.next);
    let found = this.others.get(key);
    if (found === undefined) {
      found = new Step(this.depth + 1);
      steps++;
    }
    this.key = key;
    this.next = found;
    return found;
  }

  /** Another object has just the keys that have led here. */
  learn(object: object): void {
    if (++this.seen < OFTEN || this.depth > MOST_KEYS) return;
    const keys = Object.keys(object);
    if (!keys.includes('__proto__')) this.shape = native.shapeOf(keys);
    this.seen = Number.NEGATIVE_INFINITY;
  }
}

let steps = 0;
let first = new Step(0);

/** Where the keys of every object begin. */
export function firstStep(): Step {
  if (steps > MOST_STEPS) {
    steps = 0;
    first = new Step(0);
  }
  return first;
}

/** Reads the value that comes next. */
export type Next = () => unknown;

/** Makes an object of a shape. */
export type Maker = (next: Next) => object;

const makers: (Maker | undefined)[] = [];

/** Throws what damaged messages do for a number that no shape has. */
export function makerOf(shape: number): Maker {
  return makers[shape] ?? learnMaker(shape);
}

function learnMaker(shape: number): Maker {
  const keys = native.shapeKeys(shape);
  if (keys === undefined) throw corrupt();
  const made = compiled(keys) ?? generic(keys);
  makers[shape] = made;
  return made;
}

/** A literal, which makes all objects of the shape alike for the engine; undefined where code may not be made of text. */
function compiled(keys: readonly string[]): Maker | undefined {
  const properties = keys.map((key) => `${JSON.stringify(key)}: next()`);
  try {
    return new Function('next', `return { ${properties.join(', ')} };`) as Maker;
  } catch {
    return undefined;
  }
}

function generic(keys: readonly string[]): Maker {
  return (next) => {
    const made: Record<string, unknown> = {};
    for (const key of keys) {
      const value = next();
      Object.defineProperty(made, key, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return made;
  };
}
