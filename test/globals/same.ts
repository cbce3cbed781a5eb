import assert from 'node:assert/strict';
import type { Interpreter } from 'isolane';

/** What became of an expression, as data. */
export interface Outcome {
  value?: unknown;
  threw?: { name: unknown; code: unknown; isError: boolean };
}

/** Has no reference to anything outside, since it also runs in the guest. */
async function outcomesOf(expressions: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const expression of expressions) {
    try {
      // biome-ignore lint/security/noGlobalEval: the expressions are the tests' own
      // biome-ignore lint/complexity/noCommaOperator: so that it is evaluated in the global scope
      outcomes.push({ value: await (0, eval)(expression) });
    } catch (error) {
      const { name, code } = error as { name: unknown; code: unknown };
      outcomes.push({ threw: { name, code, isError: error instanceof Error } });
    }
  }
  return outcomes;
}

/**
 * Asserts that each expression comes to the same in the guest as in this Node: the same value, or an error of the same name.
 * `codes`: and of the same code.
 */
export async function assertSame(
  guest: Interpreter,
  expressions: readonly string[],
  { codes = false } = {},
): Promise<void> {
  const there = await guest.call(outcomesOf, expressions);
  const here = await outcomesOf(expressions);
  const comparable = (outcomes: Outcome[]) =>
    outcomes.map(({ value, threw }, i) => [
      expressions[i],
      threw === undefined ? { value } : { threw: codes ? threw : { ...threw, code: undefined } },
    ]);
  assert.deepEqual(comparable(there), comparable(here));
}
