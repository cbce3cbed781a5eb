import type { FunctionHeader } from './function-header.js';

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

/** A list, since the first object with a name for each would take an interpreter longer. */
export type FunctionFacts = [
  file: FunctionPlace['file'],
  line: FunctionPlace['line'],
  column: FunctionPlace['column'],
  form: FunctionHeader['form'],
  position: FunctionHeader['position'],
  /** Names in it that look like the helpers of compilers. */
  helpers: string[],
  /** Whether the word `arguments` is in it. */
  mentionsArguments: boolean,
  /** Absent where it can be none. */
  method?: MethodHeader,
];

export type MethodHeader = Pick<FunctionHeader, 'isAsync' | 'isGenerator' | 'key'>;

export function functionText(facts: FunctionFacts, source: string): FunctionText {
  return `${JSON.stringify(facts)}\n${source}`;
}

/** Takes the text of a function apart. */
export function parseFunctionText(text: FunctionText): [facts: FunctionFacts, source: string] {
  const end = text.indexOf('\n');
  return [JSON.parse(text.slice(0, end)) as FunctionFacts, text.slice(end + 1)];
}
