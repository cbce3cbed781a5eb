import { compileCommonJs } from './commonjs-code.js';

/** What the engine says of text that only an ES module may have. */
const OF_MODULES = [
  'Cannot use import statement outside a module',
  "Unexpected token 'export'",
  "Cannot use 'import.meta' outside a module",
];

/** What it says of text that an ES module may have, and something else might as well. */
const OF_MODULES_PERHAPS = [
  "Identifier '__filename' has already been declared",
  "Identifier '__dirname' has already been declared",
  "Identifier 'module' has already been declared",
  "Identifier 'exports' has already been declared",
  "Identifier 'require' has already been declared",
  'await is only valid in async functions and the top level bodies of modules',
];

/** Whether text that may be CommonJS or an ES module is the latter, as Node finds out. */
export function hasModuleSyntax(path: string, text: string): boolean {
  const why = complaint(path, text);
  if (why === undefined) return false;
  if (OF_MODULES.some((message) => why.includes(message))) return true;
  if (!OF_MODULES_PERHAPS.some((message) => why.includes(message))) return false;
  // Inside an async function all of that is fine, unless it is wrong in another way.
  const inside = complaint(path, `(async function() {${text}\n})();`);
  return inside === undefined || OF_MODULES.some((message) => inside.includes(message));
}

function complaint(path: string, text: string): string | undefined {
  try {
    compileCommonJs(path, text);
    return undefined;
  } catch (error) {
    return error instanceof SyntaxError ? error.message : undefined;
  }
}
