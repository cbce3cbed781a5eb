import type { FunctionText } from './function-text.js';

const DO = 'pass it as an argument, provide() it, or put the function in a module';

const IMPORT = `it is an import, and imports do not travel: import() the module in the function, pass what you need as an argument, or put the function in a module`;

/** Names that say what they are. */
const advices: readonly [RegExp, advice: string][] = [
  [
    /^cov_\w+$/,
    'it counts for the coverage tool (Istanbul) that instrumented this function: exclude the function with /* istanbul ignore next */, or measure with V8 (c8, NODE_V8_COVERAGE), which changes no code',
  ],
  [/^__vi(te|test)?_|^__webpack|__WEBPACK_|^import_|_\d+$/, IMPORT],
  [
    /^(process|Buffer|require|module|exports|global|__dirname|__filename|fetch)$/,
    `it is Node's, and an interpreter has no Node API: ${DO}`,
  ],
  [/^arguments$/, 'the function around it stayed at home: take (...args) and pass them'],
];

/** Adds to the error about a variable that a travelled function left at home what to do about it. */
export function explainFreeVariable(error: unknown, text: FunctionText, where: string): void {
  if (!(error instanceof ReferenceError)) return;
  const name = /^([^\s.]+) is not defined$/.exec(error.message)?.[1];
  if (name === undefined || !mentions(text, name)) return;
  const advice = advices.find(([pattern]) => pattern.test(name))?.[1] ?? DO;
  const message = `${name} is not defined in ${where}: ${advice}`;
  const stack: unknown = error.stack;
  define(error, 'message', message);
  if (typeof stack === 'string') {
    define(
      error,
      'stack',
      stack.replace(`${name} is not defined`, () => message),
    );
  }
}

/** Whether the function's own source has that name; otherwise the error is that of a module. */
function mentions(text: FunctionText, name: string): boolean {
  const escaped = name.replaceAll('$', '\\$');
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`).test(text.slice(text.indexOf('\n')));
}

function define(error: Error, key: string, value: string): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}
