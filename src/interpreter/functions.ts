import { native } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { type FunctionHeader, readHeader } from './function-header.js';

// biome-ignore lint/suspicious/noExplicitAny: any function at all.
export type AnyFunction = (...args: any[]) => unknown;

/**
 * A function as it travels: what there is to know about it, as JSON; a new line; its source. All that takes regular expressions is found
 * out where it is from, once: an interpreter that has just started would have to compile them first.
 */
export type FunctionText = string;

export interface FunctionPlace {
  /** A path or URL; '' if it is not known. */
  file: string;
  /** From 0, and of the place that the engine gives: see {@link FunctionHeader.position}. */
  line: number;
  column: number;
}

export interface FunctionFacts {
  place: FunctionPlace;
  header: FunctionHeader;
  /** Names in it that look like the helpers of compilers. */
  helpers: string[];
  /** Whether the word `arguments` is in it. */
  mentionsArguments: boolean;
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
  const header = readHeader(source);
  checkTravels(fn, source, header);
  const facts: FunctionFacts = {
    place: placeOf(fn),
    header,
    helpers: [...new Set(source.match(HELPER))],
    mentionsArguments: /\barguments\b/.test(source),
  };
  const text = `${JSON.stringify(facts)}\n${source}`;
  if (key === 0) return text;
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(key, text);
  return text;
}

/** The names that TypeScript, esbuild, SWC and Babel give to their helpers look like one of these. */
const HELPER = /(?<![\w$.#])(?:__[a-z]\w*|_[a-z]+(?:[_A-Z]\w*)?|tslib_\d+)(?![\w$])/g;

const NOWHERE: FunctionPlace = { file: '', line: 0, column: 0 };

function placeOf(fn: AnyFunction): FunctionPlace {
  const place = native.functionPlace(fn);
  if (place === undefined) return NOWHERE;
  const [file, line, column] = place;
  // Code that was evaluated belongs to no file, and is not at that place of one.
  if (file === '' || file.length > LONGEST_FILE || file.includes('\n')) return NOWHERE;
  return { file, line, column };
}

/** Takes the text of a function apart. */
export function parseFunctionText(text: FunctionText): FunctionFacts & { source: string } {
  const end = text.indexOf('\n');
  const facts = JSON.parse(text.slice(0, end)) as FunctionFacts;
  return { ...facts, source: text.slice(end + 1) };
}

function checkTravels(fn: AnyFunction, source: string, header: FunctionHeader): void {
  const name = fn.name === '' ? 'This function' : `The function ${fn.name}`;
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    const kind = fn.name.startsWith('bound ') ? 'is bound' : 'is native code';
    throw cannotTravel('NATIVE_FUNCTION', `${name} ${kind}, and has no source that could travel.`);
  }
  if (header.form === 'class') {
    throw cannotTravel('CLASS', `${name} is a class, which cannot be called.`);
  }
}

function cannotTravel(code: string, message: string): IsolaneError {
  const advice =
    'Pass an arrow function that calls what you need, or put it in a module and import() that.';
  return new IsolaneError(`ERR_ISOLANE_${code}`, `${message} ${advice}`);
}
