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
