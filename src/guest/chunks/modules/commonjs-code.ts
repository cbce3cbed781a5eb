import type { CommonJsFunction } from '../../../binding/module-binding.js';
import { native } from './services.js';
import { explainSyntaxError } from './syntax-errors.js';

/** What was compiled and has not run yet: to find out what a file is, it is compiled before it is needed. */
const compiled = new Map<string, { text: string; code: CommonJsFunction }>();

export function compileCommonJs(path: string, text: string): CommonJsFunction {
  const known = compiled.get(path);
  if (known?.text === text) return known.code;
  try {
    const code = native.compileCommonJs(path, text);
    compiled.set(path, { text, code });
    return code;
  } catch (error) {
    explainSyntaxError(error, path, text);
    throw error;
  }
}

/** Compiled code for one run. */
export function takeCommonJs(path: string, text: string): CommonJsFunction {
  const code = compileCommonJs(path, text);
  compiled.delete(path);
  return code;
}
