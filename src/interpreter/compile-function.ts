import type { FunctionHeader } from './function-header.js';
import {
  type AnyFunction,
  type FunctionPlace,
  type FunctionText,
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
  const { source, place, header, helpers: names, mentionsArguments } = parseFunctionText(text);
  if (place.file === '') place.file = `isolane:function/${++count}`;
  const helpers = helpersIn(source, names, compiler);
  const make = (body: Body): AnyFunction => evaluate(body, place, helpers, compiler);
  try {
    if (header.form === 'arrow' && mentionsArguments) checkArguments(source, make);
    return make(
      header.form === 'method' ? methodBody(source, header) : expressionBody(source, header),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const method =
      header.form === 'async-or-method'
        ? attempt(() => make(methodBody(source, header)))
        : undefined;
    if (method !== undefined) return method;
    throw compiler.explain(error, place);
  }
}

/** The body of a function that returns the one that travelled. */
interface Body {
  text: string;
  /** Where in the text the engine says that the function is. */
  position: number;
}

/** Strict, as in the modules that nearly all functions come from. */
const BEGIN = "'use strict';return ";

function expressionBody(source: string, header: FunctionHeader): Body {
  const within = header.form === 'function' ? header.position : 0;
  return { text: `${BEGIN}(${source}\n)`, position: BEGIN.length + 1 + within };
}

/**
 * A method becomes a function of that name: alone it has no source that compiles, and within an object of ours `super`
 * would silently mean another one.
 */
function methodBody(source: string, { isAsync, isGenerator, key, position }: FunctionHeader): Body {
  const name = JSON.stringify(key);
  const head = `${BEGIN}{[${name}]:${isAsync ? 'async ' : ''}function${isGenerator ? '*' : ''}`;
  return { text: `${head}${source.slice(position)}\n}[${name}]`, position: head.length };
}

function evaluate(
  { text, position }: Body,
  { file, line, column }: FunctionPlace,
  helpers: Record<string, unknown>,
  { compileBody }: FunctionCompiler,
): AnyFunction {
  // The engine counts columns from an offset on the first line only.
  const before = text.slice(0, position).split('\n');
  const onFirstLine = before.length === 1;
  const make = compileBody(
    text,
    file,
    line - before.length + 1,
    onFirstLine ? column - position : 0,
    Object.keys(helpers),
  );
  return make(...Object.values(helpers)) as AnyFunction;
}

/** An arrow function would find the arguments of the function around it, which is ours here. */
function checkArguments(source: string, make: (body: Body) => unknown): void {
  // There the language forbids just this, and nothing is run.
  make({ text: `${BEGIN}()=>class{static{(${source}\n)}}`, position: 0 });
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
