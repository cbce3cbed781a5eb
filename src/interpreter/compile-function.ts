import {
  type AnyFunction,
  type FunctionPlace,
  type FunctionText,
  type MethodHeader,
  parseFunctionText,
} from './function-text.js';

/** What compiling functions needs of an interpreter. */
export interface FunctionCompiler {
  /** Makes a function with that body and those parameters, whose text begins at that place (from 0; also before the file's own start). */
  compileBody(
    body: string,
    file: string,
    line: number,
    column: number,
    parameters: string[],
  ): AnyFunction;
  /** Those of the names that compilers give to what their output needs, with what they mean in this source. */
  findHelpers(names: string[], source: string): Record<string, unknown>;
  /** Makes the error for a function from that place that does not compile here. */
  explain(error: SyntaxError, place: FunctionPlace): Error;
}

/** Functions compiled before. */
const compiled = new Map<FunctionText, AnyFunction>();
let count = 0;

/** More of them are the work of a generator of code, and not worth memory. */
const MOST_COMPILED = 10_000;

/** Makes a function again from its text. Throws an IsolaneError if it only makes sense where it is from. */
export function compileFunction(text: FunctionText, compiler: FunctionCompiler): AnyFunction {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const fn = compile(text, compiler);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(text, fn);
  return fn;
}

function compile(text: FunctionText, compiler: FunctionCompiler): AnyFunction {
  const [facts, source] = parseFunctionText(text);
  const [from, line, column, form, position, names, mentionsArguments, method] = facts;
  const file = from === '' ? `isolane:function/${++count}` : from;
  const helpers = helpersIn(source, names, compiler);
  const make: Make = (body, at) => {
    // The engine counts columns from an offset on the first line only.
    const before = body.slice(0, at).split('\n');
    const offset = before.length === 1 ? column - at : 0;
    const first = line - before.length + 1;
    const wrapper = compiler.compileBody(body, file, first, offset, Object.keys(helpers));
    return wrapper(...Object.values(helpers)) as AnyFunction;
  };
  try {
    if (form === 'method') return makeMethod(source, position, method as MethodHeader, make);
    if (form === 'arrow' && mentionsArguments) checkArguments(source, make);
    const within = form === 'function' ? position : 0;
    return make(`${BEGIN}(${source}\n)`, BEGIN.length + 1 + within);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const fn =
      form === 'async-or-method'
        ? attempt(() => makeMethod(source, position, method as MethodHeader, make))
        : undefined;
    if (fn !== undefined) return fn;
    throw compiler.explain(error, { file, line, column });
  }
}

/** Makes a function with the body of one that returns it; `at`: where in that the engine says that the function is. */
type Make = (body: string, at: number) => AnyFunction;

/** Strict, as in the modules that nearly all functions come from. */
const BEGIN = "'use strict';return ";

/**
 * A method becomes a function of that name: alone it has no source that compiles, and within an object of ours `super`
 * would silently mean another one.
 */
function makeMethod(
  source: string,
  position: number,
  { isAsync, isGenerator, key }: MethodHeader,
  make: Make,
): AnyFunction {
  const name = JSON.stringify(key);
  const head = `${BEGIN}{[${name}]:${isAsync ? 'async ' : ''}function${isGenerator ? '*' : ''}`;
  return make(`${head}${source.slice(position)}\n}[${name}]`, head.length);
}

/** An arrow function would find the arguments of the function around it, which is ours here. */
function checkArguments(source: string, make: Make): void {
  // There the language forbids just this, and nothing is run.
  make(`${BEGIN}()=>class{static{(${source}\n)}}`, 0);
}

function helpersIn(
  source: string,
  names: string[],
  { findHelpers }: FunctionCompiler,
): Record<string, unknown> {
  const missing = names.filter((name) => !(name in globalThis));
  return missing.length === 0 ? {} : findHelpers(missing, source);
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
