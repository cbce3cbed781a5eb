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

  /** @internal */
  async step(step: StepName, value: unknown, site: Site): Promise<IteratorResult<unknown>> {
    const sent = step === 'return' ? await value : value;
    if (this.isDone) {
      if (step === 'throw') throw value;
      return { done: true, value: step === 'return' ? sent : undefined };
    }
    try {
      const argument = step === 'throw' ? encodeError(value) : sent;
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
