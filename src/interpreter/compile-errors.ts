import { IsolaneError } from '../errors/isolane-error.js';
import type { FunctionPlace } from './function-text.js';

/** What only means something where the function is from, by what the engine says about it. */
const bound: readonly [RegExp, code: string, what: string][] = [
  [/'super'/, 'SUPER', 'uses `super`, which means nothing outside of its class'],
  [/Private field/, 'PRIVATE_NAME', 'uses a #private name, which only its class knows'],
  [
    /import\.meta/,
    'IMPORT_META',
    'uses import.meta, which only its module has; pass what you need of it as an argument',
  ],
  [
    /'arguments'/,
    'ARGUMENTS',
    'uses the `arguments` of the function around it; pass what you need of them',
  ],
];

/** The error for a function from that place that does not compile on its own. */
export function explainSyntax(error: SyntaxError, { file, line }: FunctionPlace): Error {
  const where = `The function at ${file}:${line + 1}`;
  for (const [pattern, code, what] of bound) {
    if (!pattern.test(error.message)) continue;
    const advice = 'Put it in a module and import() that, or pass a function that does without.';
    const options = { cause: error };
    return new IsolaneError(`ERR_ISOLANE_${code}`, `${where} ${what}. ${advice}`, options);
  }
  const message = `${error.message} (${where.replace('The', 'in the')}, which was compiled on its own and in strict mode)`;
  return new SyntaxError(message, { cause: error });
}
