import { Interpreter } from 'isolane';

type Options = Parameters<typeof Interpreter.create>[0];

/** For the tests of one `describe`: makes interpreters, all of which have ended when the next test begins. */
export function interpreters(): (options?: Options) => Promise<Interpreter> {
  const made: Interpreter[] = [];
  afterEach(async () => {
    await Promise.all(made.splice(0).map((interpreter) => interpreter.terminate()));
  });
  return async (options) => {
    const interpreter = await Interpreter.create(options);
    made.push(interpreter);
    return interpreter;
  };
}

/** Runs a test with an interpreter of its own, which has ended when the test has. */
export async function withInterpreter<R>(
  test: (interpreter: Interpreter) => Promise<R>,
  options?: Options,
): Promise<R> {
  const interpreter = await Interpreter.create(options);
  try {
    return await test(interpreter);
  } finally {
    await interpreter.terminate();
  }
}
