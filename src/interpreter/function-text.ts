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

export interface FunctionFacts {
  place: FunctionPlace;
  header: FunctionHeader;
  /** Names in it that look like the helpers of compilers. */
  helpers: string[];
  /** Whether the word `arguments` is in it. */
  mentionsArguments: boolean;
}

/** Takes the text of a function apart. */
export function parseFunctionText(text: FunctionText): FunctionFacts & { source: string } {
  const end = text.indexOf('\n');
  const facts = JSON.parse(text.slice(0, end)) as FunctionFacts;
  return { ...facts, source: text.slice(end + 1) };
}
