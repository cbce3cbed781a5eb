import { native } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { kindOf } from '../errors/kind-of.js';
import { type FunctionHeader, readHeader } from './function-header.js';
import {
  type AnyFunction,
  type FunctionFacts,
  type FunctionText,
  functionText,
} from './function-text.js';

/** By the engine's script and position, so that a closure made anew for every call is looked at once. */
const texts = new Map<number, FunctionText>();

/** More of them are the work of a generator of code, and not worth memory. */
const MOST_TEXTS = 10_000;

/** Longer names of files are data: URLs, which are not worth sending along. */
const LONGEST_FILE = 1000;

/** The text of a function that can be compiled elsewhere. Throws an IsolaneError for one that cannot. */
export function sourceOf(fn: AnyFunction): FunctionText {
  if (typeof fn !== 'function') {
    throw new TypeError(`A function is needed here, but this is ${kindOf(fn)}.`);
  }
  const key = native.functionKey(fn);
  const known = texts.get(key);
  if (known !== undefined) return known;
  const source = Function.prototype.toString.call(fn);
  const header = readHeader(source);
  checkTravels(fn, source, header);
  const { form, position, isAsync, isGenerator, key: name } = header;
  const helpers = [...new Set(source.match(HELPER))];
  const mentionsArguments = /\barguments\b/.test(source);
  const facts: FunctionFacts = [...placeOf(fn), form, position, helpers, mentionsArguments];
  if (form === 'method' || form === 'async-or-method') {
    facts.push({ isAsync, isGenerator, key: name });
  }
  const text = functionText(facts, source);
  if (key === 0) return text;
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(key, text);
  return text;
}

/** The names that TypeScript, esbuild, SWC and Babel give to their helpers look like one of these. */
const HELPER = /(?<![\w$.#])(?:__[a-z]\w*|_[a-z]+(?:[_A-Z]\w*)?|tslib_\d+)(?![\w$])/g;

type Place = [file: string, line: number, column: number];

const NOWHERE: Place = ['', 0, 0];

function placeOf(fn: AnyFunction): Place {
  const place = native.functionPlace(fn);
  if (place === undefined) return NOWHERE;
  const [file] = place;
  // Code that was evaluated belongs to no file, and is not at that place of one.
  if (file === '' || file.length > LONGEST_FILE || file.includes('\n')) return NOWHERE;
  return place;
}

function checkTravels(fn: AnyFunction, source: string, header: FunctionHeader): void {
  const isBound = String(fn.name).startsWith('bound ');
  const ownName = String(fn.name).replace(/^(bound )+/, '');
  const name = ownName === '' ? 'This function' : `The function ${ownName}`;
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    const kind = isBound ? 'is bound' : 'is native code';
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
