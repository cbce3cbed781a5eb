/** What esbuild's output needs for async functions, async generators and `using`, where its target has none. */

import { __knownSymbol, __typeError } from './esbuild.js';

type GeneratorFunction = (...args: unknown[]) => Iterator<unknown>;
type Step = 'next' | 'throw' | 'return';
type Result = IteratorResult<unknown>;
type Steps = Record<Step, (value?: unknown) => unknown>;

export function __async(self: unknown, args: unknown[], body: GeneratorFunction): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const generator = body.apply(self, args ?? []) as Generator<unknown>;
    const go = (step: 'next' | 'throw', value: unknown): void => {
      try {
        const result = generator[step](value);
        if (result.done === true) resolve(result.value);
        else
          Promise.resolve(result.value).then(
            (v) => go('next', v),
            (e) => go('throw', e),
          );
      } catch (error) {
        reject(error);
      }
    };
    go('next', undefined);
  });
}

/** What an async generator yields where its source has an `await`: [what is awaited, whether that is a step of `yield*`]. */
export class __await {
  readonly 0: unknown;
  readonly 1: unknown;

  constructor(promise: unknown, isYieldStar?: unknown) {
    this[0] = promise;
    this[1] = isYieldStar;
  }
}

export function __asyncGenerator(self: unknown, args: unknown[] | null, body: GeneratorFunction) {
  const generator = body.apply(self, args ?? []) as Generator<unknown>;
  let last: Promise<unknown> = Promise.resolve();

  const run = async (step: Step, value: unknown): Promise<Result> => {
    let [how, what] = [step, value];
    for (;;) {
      const { value: made, done } = generator[how](what) as Result;
      try {
        if (!(made instanceof __await)) return { value: await made, done: done === true };
        const awaited = await made[0];
        what = made[1] ? { ...(awaited as Result) } : awaited;
        how = step === 'return' ? 'return' : 'next';
      } catch (error) {
        [how, what] = ['throw', error];
      }
    }
  };

  /** Steps are taken one after the other. */
  const method = (step: Step) => (value?: unknown) => {
    const result = last.then(() => run(step, value));
    last = result.catch(() => {});
    return result;
  };

  const iterator = { next: method('next'), throw: method('throw'), return: method('return') };
  return Object.assign(iterator, { [Symbol.asyncIterator]: () => iterator });
}

/** `yield*` in an async generator: an iterable for the `yield*` of the plain generator that stands in for it. */
export function __yieldStar(iterable: object): Iterable<unknown> {
  const from = iterable as {
    [Symbol.asyncIterator]?: () => Steps;
    [Symbol.iterator]: () => Steps;
  };
  const isAsync = from[Symbol.asyncIterator] != null;
  const inner = from[Symbol.asyncIterator]?.() ?? from[Symbol.iterator]();
  // Each step of an async iterator takes two of ours: one yields the promise, and one has what it gave.
  let isAnswer = false;
  const method = (step: Step) => (value?: unknown) => {
    if (!isAsync) return inner[step](value);
    if (isAnswer) {
      isAnswer = false;
      if (step === 'throw') throw value;
      return value;
    }
    isAnswer = true;
    const result = Promise.resolve(inner[step](value)).then((result) =>
      Object(result) === result ? result : __typeError('Object expected'),
    );
    return { done: false, value: new __await(result, 1) };
  };
  const iterator: Partial<Steps> = { next: method('next') };
  iterator.throw =
    'throw' in inner
      ? method('throw')
      : (error) => {
          throw error;
        };
  if ('return' in inner) iterator.return = method('return');
  return Object.assign(iterator, { [Symbol.iterator]: () => iterator }) as never;
}

/** The iterator for a `for await`. */
export function __forAwait(iterable: object): unknown {
  const from = iterable as {
    [Symbol.asyncIterator]?: () => unknown;
    [Symbol.iterator]: () => Steps;
  };
  const ofAsync = from[Symbol.asyncIterator];
  if (ofAsync != null) return ofAsync.call(from);
  const inner = from[Symbol.iterator]();
  const method = (step: Step) => async (value?: unknown) => {
    const result = inner[step](value) as Result;
    return { value: await result.value, done: result.done };
  };
  const iterator: Partial<Steps> = { next: method('next') };
  if ('return' in inner) iterator.return = method('return');
  return iterator;
}

type Disposable = [isAsync: unknown, dispose?: () => unknown, value?: unknown];

export function __using(stack: Disposable[], value: unknown, isAsync?: unknown): unknown {
  if (value === null || value === undefined) {
    if (isAsync) stack.push([isAsync]);
    return value;
  }
  if (Object(value) !== value) __typeError('Object expected');
  const resource = value as Record<symbol, (() => unknown) | undefined>;
  let dispose = isAsync ? resource[__knownSymbol('asyncDispose')] : undefined;
  dispose ??= resource[__knownSymbol('dispose')];
  if (typeof dispose !== 'function') return __typeError('Object not disposable');
  stack.push([isAsync, dispose, value]);
  return value;
}

export function __callDispose(stack: Disposable[], error: unknown, hasError: unknown): unknown {
  let failed = Boolean(hasError);
  let problem = error;
  const fail = (next: unknown): void => {
    problem = failed ? suppressed(next, problem) : next;
    failed = true;
  };
  const next = (): unknown => {
    for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
      const [isAsync, dispose, value] = one;
      try {
        const result = dispose?.call(value);
        if (isAsync) return Promise.resolve(result).catch(fail).then(next);
      } catch (e) {
        fail(e);
      }
    }
    if (failed) throw problem;
    return undefined;
  };
  return next();
}

type SuppressedErrorClass = new (error: unknown, suppressed: unknown, message: string) => Error;

function suppressed(error: unknown, before: unknown): Error {
  const text = 'An error was suppressed during disposal';
  const { SuppressedError } = globalThis as { SuppressedError?: SuppressedErrorClass };
  if (SuppressedError !== undefined) return new SuppressedError(error, before, text);
  const made = Object.assign(new Error(text), { error, suppressed: before });
  return Object.defineProperty(made, 'name', { value: 'SuppressedError' });
}
