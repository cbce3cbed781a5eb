import { native } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { readHeader } from './function-header.js';

// biome-ignore lint/suspicious/noExplicitAny: any function at all.
export type AnyFunction = (...args: any[]) => unknown;

/** A function as it travels: `line:column:file` of where it is from, all empty if that is not known; a new line; its source. */
export type FunctionText = string;

export interface FunctionPlace {
  /** A path or URL; '' if it is not known. */
  file: string;
  /** From 0, and of the place that the engine gives: see {@link FunctionHeader.position}. */
  line: number;
  column: number;
}

/** By the engine's script and position, so that a closure made anew for every call is looked at once. */
const texts = new Map<number, FunctionText>();

/** More of them are the work of a generator of code, and not worth memory. */
const MOST_TEXTS = 10_000;

/** Longer names of files are data: URLs, which are not worth sending along. */
const LONGEST_FILE = 1000;

/** The text of a function that can be compiled elsewhere. Throws an IsolaneError for one that cannot. */
export function sourceOf(fn: AnyFunction): FunctionText {
  if (typeof fn !== 'function') {
    throw new TypeError(
      `A function is needed here, but this is ${fn === null ? 'null' : `a ${typeof fn}`}.`,
    );
  }
  const key = native.functionKey(fn);
  const known = texts.get(key);
  if (known !== undefined) return known;
  const source = Function.prototype.toString.call(fn);
  checkTravels(fn, source);
  const text = `${placeOf(fn)}\n${source}`;
  if (key === 0) return text;
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(key, text);
  return text;
}

function placeOf(fn: AnyFunction): string {
  const place = native.functionPlace(fn);
  if (place === undefined) return '';
  const [file, line, column] = place;
  // Code that was evaluated belongs to no file, and is not at that place of one.
  if (file === '' || file.length > LONGEST_FILE || file.includes('\n')) return '';
  return `${line}:${column}:${file}`;
}

/** Takes the text of a function apart. */
export function parseFunctionText(text: FunctionText): { source: string; place: FunctionPlace } {
  const end = text.indexOf('\n');
  const source = text.slice(end + 1);
  const [, line = '', column = '', file = ''] = /^(\d+):(\d+):(.*)$/.exec(text.slice(0, end)) ?? [];
  return { source, place: { file, line: Number(line), column: Number(column) } };
}

function checkTravels(fn: AnyFunction, source: string): void {
  const name = fn.name === '' ? 'This function' : `The function ${fn.name}`;
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    const kind = fn.name.startsWith('bound ') ? 'is bound' : 'is native code';
    throw cannotTravel('NATIVE_FUNCTION', `${name} ${kind}, and has no source that could travel.`);
  }
  if (readHeader(source).form === 'class') {
    throw cannotTravel('CLASS', `${name} is a class, which cannot be called.`);
  }
}

function cannotTravel(code: string, message: string): IsolaneError {
  const advice =
    'Pass an arrow function that calls what you need, or put it in a module and import() that.';
  return new IsolaneError(`ERR_ISOLANE_${code}`, `${message} ${advice}`);
}
