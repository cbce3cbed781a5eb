import { setTimeout } from 'node:timers/promises';

/** Waits until a condition holds; fails after a time that is ample on any machine. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limit = 15_000,
): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`It never came true that ${what}.`);
    await setTimeout(2);
  }
}

/** Lets what is pending come to rest: long enough for what must not happen to happen. */
export function aMoment(): Promise<void> {
  return setTimeout(20);
}

/** What a promise rejects with; fails if it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('The promise was fulfilled, not rejected.');
}

/** What a function throws; fails if it throws nothing. */
export function thrown(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}
