import { native } from '../binding/binding.js';
import { decodeError, type EncodedError } from './errors-that-cross.js';
import type { StepBody, StepReply } from './protocol.js';

/** An iterator of either kind: what `return` and `throw` do is up to it. */
interface Steps {
  next(value: unknown): unknown;
  return?(value: unknown): unknown;
  throw?(error: unknown): unknown;
}

interface OpenIterator {
  /** The party that steps through it. */
  owner: number;
  steps: Steps;
}

/** What others step through here; what a call returned, by id. */
const open = new Map<number, OpenIterator>();
let lastId = 0;

/** The iterator behind a result that `mayIterate`; undefined for what travels as itself, such as a receiver. */
function iteratorBehind(result: unknown): Steps | undefined {
  if (result instanceof native.NativeReceiver || result instanceof native.NativeMoved) {
    return undefined;
  }
  const value = result as Steps & Partial<Record<symbol, () => Steps>>;
  const asynchronous = value[Symbol.asyncIterator];
  return typeof asynchronous === 'function' ? asynchronous.call(value) : value;
}

export function isIterator(result: unknown): boolean {
  return iteratorBehind(result) !== undefined;
}

/** Keeps the iterator behind a result for its owner, and returns its number; undefined if there is none. */
export function openIterator(owner: number, result: unknown): number | undefined {
  const steps = iteratorBehind(result);
  if (steps === undefined) return undefined;
  open.set(++lastId, { owner, steps });
  return lastId;
}

/** What one step has given, as a result that is told from others. */
export class Step {
  readonly reply: StepReply;

  constructor(done: boolean, value: unknown) {
    this.reply = [done, value];
  }
}

/** Does what its owner asked of it; forgets it when it has come to its end. */
export async function stepIterator([id, step, argument]: StepBody): Promise<Step> {
  const found = open.get(id);
  // Its end was on the way to the owner, who asked before it came.
  if (found === undefined) return new Step(true, step === 'return' ? argument : undefined);
  try {
    const { done, value } = await take(found.steps, step, argument);
    if (done === true) open.delete(id);
    return new Step(done === true, await value);
  } catch (error) {
    open.delete(id);
    throw error;
  }
}

async function take(
  steps: Steps,
  step: StepBody[1],
  argument: unknown,
): Promise<{ done?: unknown; value?: unknown }> {
  if (step === 'next') return object(await steps.next(argument));
  const value = step === 'throw' ? decodeError(argument as EncodedError) : argument;
  if (typeof steps[step] === 'function') return object(await steps[step](value));
  // As `yield*` has it: one that knows no `throw` is closed first.
  if (step === 'return') return { done: true, value };
  await steps.return?.(undefined);
  throw value;
}

function object(result: unknown): { done?: unknown; value?: unknown } {
  if (typeof result === 'object' && result !== null) return result;
  throw new TypeError(`Iterator result ${String(result)} is not an object`);
}

/** Its owner has lost it: it may clean up, as after a `break`. */
export function dropIterator(id: number): void {
  const found = open.get(id);
  open.delete(id);
  try {
    Promise.resolve(found?.steps.return?.(undefined)).catch(() => {});
  } catch {
    // Nobody is left to be told.
  }
}

export function dropIteratorsOf(owner: number): void {
  for (const [id, iterator] of open) if (iterator.owner === owner) dropIterator(id);
}
