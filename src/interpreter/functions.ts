import { IsolaneError } from '../errors/isolane-error.js';

// biome-ignore lint/suspicious/noExplicitAny: any function at all.
export type AnyFunction = (...args: any[]) => unknown;

const sources = new WeakMap<AnyFunction, string>();

/** The source of a function that can be compiled elsewhere. Throws an IsolaneError for one that cannot. */
export function sourceOf(fn: AnyFunction): string {
  const known = sources.get(fn);
  if (known !== undefined) return known;
  if (typeof fn !== 'function') {
    throw new TypeError(
      `A function is needed here, but this is ${fn === null ? 'null' : `a ${typeof fn}`}.`,
    );
  }
  const source = Function.prototype.toString.call(fn);
  checkTravels(fn, source);
  sources.set(fn, source);
  return source;
}

function checkTravels(fn: AnyFunction, source: string): void {
  const name = fn.name === '' ? 'This function' : `The function ${fn.name}`;
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    const kind = fn.name.startsWith('bound ') ? 'is bound' : 'is native code';
    throw cannotTravel('NATIVE_FUNCTION', `${name} ${kind}, and has no source that could travel.`);
  }
  if (/^class\b/.test(source)) {
    throw cannotTravel('CLASS', `${name} is a class, which cannot be called.`);
  }
  if (/^(async\s*)?(function\s*)?\*/.test(source)) {
    throw cannotTravel('GENERATOR', `${name} is a generator; what it returns cannot travel.`);
  }
}

function cannotTravel(code: string, message: string): IsolaneError {
  const advice =
    'Pass an arrow function that calls what you need, or put it in a module and import() that.';
  return new IsolaneError(`ERR_ISOLANE_${code}`, `${message} ${advice}`);
}

/** Runs a script in the global scope, under a name that stack traces show; returns its completion value. */
export type RunScript = (source: string, name: string) => unknown;

/** Functions compiled before, by source. */
const compiled = new Map<string, AnyFunction>();

/** More sources than this are the work of a generator of code, and not worth memory. */
const MOST_COMPILED = 10_000;

/** Makes a function again from its source. */
export function compileFunction(source: string, runScript: RunScript): AnyFunction {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const fn = evaluateFunction(source, runScript, `isolane:function/${compiled.size + 1}`);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(source, fn);
  return fn;
}

function evaluateFunction(source: string, runScript: RunScript, name: string): AnyFunction {
  // Strict, as in the modules that nearly all functions come from.
  const strict = `'use strict';`;
  try {
    return runScript(`${strict}(${source}\n)`, name) as AnyFunction;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const method = attemptMethod(() => runScript(`${strict}({${source}\n})`, name) as object);
    if (method === undefined) throw error;
    return method;
  }
}

/** `foo() {}` in an object or a class has a source that only compiles in an object. */
function attemptMethod(makeObject: () => object): AnyFunction | undefined {
  try {
    const object = makeObject();
    const [key] = Reflect.ownKeys(object);
    if (key === undefined) return undefined;
    const method: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
    return typeof method === 'function' ? (method as AnyFunction) : undefined;
  } catch {
    return undefined;
  }
}

/** Adds to the error about a variable that a travelled function left at home what to do about it. */
export function explainFreeVariable(error: unknown, source: string, where: string): void {
  if (!(error instanceof ReferenceError)) return;
  const name = /^(.+) is not defined$/.exec(error.message)?.[1];
  if (name === undefined || !source.includes(name)) return;
  const advice = 'pass it as an argument, provide() it, or put the function in a module';
  const message = `${name} is not defined in ${where}: ${advice}`;
  const stack = error.stack?.replace(error.message, () => message);
  Object.defineProperty(error, 'message', { value: message, configurable: true, writable: true });
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
}
