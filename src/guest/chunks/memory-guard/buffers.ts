import type { MemoryGuardBinding } from './binding.js';
import {
  construct,
  engine,
  isObject,
  replace,
  replaceClass,
  setPrototypeOf,
  uncurried,
} from './primordials.js';

/** `name` of a class's prototype makes a buffer larger. */
function guardGrowth(
  mayGrow: MemoryGuardBinding['mayGrow'],
  prototype: object,
  name: 'resize' | 'grow',
  label: string,
): void {
  const method = (prototype as Record<string, ((length: number) => void) | undefined>)[name];
  if (method === undefined) return;
  const original = uncurried(method);
  const guarded = {
    [name](this: unknown, length: number): void {
      // Read once: what is asked about must be what is done.
      const size = +length;
      if (!mayGrow(this, size)) throw new engine.RangeError(`${label}: Out of memory`);
      original(this, size);
    },
  }[name];
  replace(prototype, name, guarded);
}

/** Buffers that can grow: when they do, and those that are shared already when they are made. */
export function guardBuffers({ hasRoom, count, mayGrow }: MemoryGuardBinding): void {
  guardGrowth(mayGrow, ArrayBuffer.prototype, 'resize', 'ArrayBuffer.prototype.resize');
  guardGrowth(mayGrow, SharedArrayBuffer.prototype, 'grow', 'SharedArrayBuffer.prototype.grow');

  const Original = SharedArrayBuffer;
  const prototype: object = Original.prototype;
  replaceClass(globalThis, 'SharedArrayBuffer', Original, (args, newTarget) => {
    const length = +(args[0] ?? 0);
    const options = args[1];
    const maximum = isObject(options) ? options['maxByteLength'] : undefined;
    if (maximum === undefined) return construct(Original, [length], newTarget);
    // All of the user's code that is called on the way runs before there is an answer.
    const most = +(maximum as number);
    const ownPrototype: unknown = newTarget.prototype;
    if (!hasRoom(length)) throw new engine.RangeError('Array buffer allocation failed');
    const buffer = construct(Original, [length, { __proto__: null, maxByteLength: most }]);
    count(buffer);
    if (isObject(ownPrototype) && ownPrototype !== prototype) setPrototypeOf(buffer, ownPrototype);
    return buffer;
  });
}
