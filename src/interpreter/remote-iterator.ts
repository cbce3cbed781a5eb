import '../binding/symbols.js';
import { callSite } from '../binding/world.js';
import { encodeError } from './errors-that-cross.js';
import type { StepBody, StepReply } from './protocol.js';

type Site = { stack?: string };
type StepName = StepBody[1];

/** Who asks the interpreter that has an iterator. */
export interface IteratorPeer {
  step(body: StepBody, site: Site): Promise<StepReply>;
  /** The iterator is lost here, and need not be kept there. */
  drop(): void;
}

let lost: FinalizationRegistry<IteratorPeer> | undefined;

/**
 * An iterator that lives in an interpreter, stepped through from elsewhere: each step is one request, and nothing is made
 * before it is asked for.
 */
export class RemoteIterator implements AsyncGenerator<unknown> {
  private isDone = false;
  /** A `return` waits for its value, and all steps that came after it wait for that. */
  private held: Promise<unknown> | undefined = undefined;

  constructor(
    private readonly peer: IteratorPeer,
    private readonly id: number,
  ) {
    lost ??= new FinalizationRegistry((gone) => gone.drop());
    lost.register(this, peer, this);
  }

  next(value?: unknown): Promise<IteratorResult<unknown>> {
    return this.step('next', value, callSite(this.next));
  }

  return(value?: unknown): Promise<IteratorResult<unknown>> {
    return this.step('return', value, callSite(this.return));
  }

  throw(error: unknown): Promise<IteratorResult<unknown>> {
    return this.step('throw', error, callSite(this.throw));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  get [Symbol.toStringTag](): string {
    return 'AsyncGenerator';
  }

  /** Steps reach the iterator in the order in which they were asked for. @internal */
  step(step: StepName, value: unknown, site: Site): Promise<IteratorResult<unknown>> {
    const waits = step === 'return' && isThenable(value);
    if (this.held === undefined && !waits) return this.take(step, value, site);
    const before = this.held;
    const taken = (async (): Promise<{ result: Promise<IteratorResult<unknown>> }> => {
      await before;
      if (!waits) return { result: this.take(step, value, site) };
      // As generators have it: a promise that rejects is thrown where they stand.
      const [taking, settled] = await Promise.resolve(value).then(
        (given) => ['return', given] as const,
        (error: unknown) => ['throw', error] as const,
      );
      return { result: this.take(taking, settled, site) };
    })();
    const held = taken.then(() => {
      if (this.held === held) this.held = undefined;
    });
    this.held = held;
    return taken.then(({ result }) => result);
  }

  private async take(step: StepName, value: unknown, site: Site): Promise<IteratorResult<unknown>> {
    if (this.isDone) {
      if (step === 'throw') throw value;
      return { done: true, value: step === 'return' ? value : undefined };
    }
    try {
      const argument = step === 'throw' ? encodeError(value) : value;
      const [done, result] = await this.peer.step([this.id, step, argument], site);
      if (done) this.finish();
      return { done, value: result };
    } catch (error) {
      // It may be there still, when only the value could not travel.
      if (!this.isDone) this.peer.drop();
      this.finish();
      throw error;
    }
  }

  private finish(): void {
    this.isDone = true;
    lost?.unregister(this);
  }
}

/** Whether it must be awaited; also to learn that it cannot be. */
function isThenable(value: unknown): boolean {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  try {
    return isObject && typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return true;
  }
}

/**
 * What calling a function of a module gives: a promise, which can be stepped through as well if what it promises is an iterator, so
 * that nobody has to await a generator before iterating it.
 */
export class RemoteResult extends Promise<unknown> implements AsyncGenerator<unknown> {
  /** What is derived from it is a promise like any other. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  next(value?: unknown): Promise<IteratorResult<unknown>> {
    return this.step('next', value, callSite(this.next));
  }

  return(value?: unknown): Promise<IteratorResult<unknown>> {
    return this.step('return', value, callSite(this.return));
  }

  throw(error: unknown): Promise<IteratorResult<unknown>> {
    return this.step('throw', error, callSite(this.throw));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private async step(step: StepName, value: unknown, site: Site): Promise<IteratorResult<unknown>> {
    const iterator = await this;
    if (iterator instanceof RemoteIterator) return iterator.step(step, value, site);
    throw new TypeError('What this function returned is not an iterator: await it.');
  }
}
