import * as isolane from 'isolane';
import { withInterpreter } from '../support/interpreters.js';

/** Runs a function that needs nothing but globals, of which `isolane` is one. */
type Run = <R>(test: () => Promise<R>) => Promise<R>;

async function here<R>(test: () => Promise<R>): Promise<R> {
  Object.defineProperty(globalThis, 'isolane', { value: isolane, configurable: true });
  try {
    return await test();
  } finally {
    Reflect.deleteProperty(globalThis, 'isolane');
  }
}

/** Wherever there are streams, which are not the same ones everywhere. */
export const worlds: Readonly<Record<string, Run>> = {
  Node: here,
  'a guest': (test) =>
    withInterpreter(async (guest) => (await guest.call(test)) as Awaited<ReturnType<typeof test>>),
  'a Node runtime': (test) =>
    withInterpreter(async (guest) => (await guest.call(test)) as Awaited<ReturnType<typeof test>>, {
      runtime: 'node',
    }),
};
