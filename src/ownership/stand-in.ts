import { type EncodedInstance, native } from '../binding/binding.js';

/** Its data is what `[shareable.encode]()` has returned, with stand-ins in it. */
export interface Encoded extends EncodedInstance {
  data: unknown;
}

/** Stands for an instance of a class that travels as itself, in what native code encodes. */
export class StandIn extends native.NativeStandIn {
  /** `problem`: why the instance cannot travel, as the rest of a sentence. */
  constructor(
    readonly encoded: Encoded,
    readonly problem?: string,
  ) {
    super(encoded);
  }
}

const boxes = new WeakMap<object, ReadonlyMap<object, unknown>>();

/** `root`: what native code is to encode in place of a value; `contents`: of the boxes in it, with stand-ins. */
export function keepBoxes(root: unknown, contents: ReadonlyMap<object, unknown>): void {
  if (contents.size > 0) boxes.set(root as object, contents);
}

export function boxesIn(root: unknown): ReadonlyMap<object, unknown> | undefined {
  return boxes.get(root as object);
}
