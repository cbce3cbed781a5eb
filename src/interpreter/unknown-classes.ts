/** Letters with instances of classes that are not known here: whoever is told of them knows nothing of letters. */

import { UnknownClassError } from '../errors/ownership-errors.js';

/** The problem of a letter that could not be read, with the part of it that is the user's own. */
export function ofPart(problem: unknown, at: number): unknown {
  if (!(problem instanceof UnknownClassError) || !Array.isArray(problem.value)) return problem;
  return new UnknownClassError(problem.message, problem.className, problem.value[at]);
}

/** The body of a letter with an error, in which such instances are what they have travelled as; undefined if it is unreadable otherwise. */
export function inSpiteOf(problem: unknown): unknown {
  return problem instanceof UnknownClassError ? problem.value : undefined;
}
