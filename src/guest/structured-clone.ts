import { NotShareableError } from '../errors/ownership-errors.js';
import { guest } from './binding.js';
import { builtIn } from './lazy-globals.js';

/** The global function, whose errors are those of the Web: a DataCloneError names the place in the value. */
export function structuredClone(
  value: unknown,
  options?: { transfer?: Iterable<object> } | null,
): unknown {
  // biome-ignore lint/complexity/noArguments: undefined is an argument, too
  if (arguments.length === 0) throw invalid('ERR_MISSING_ARGS', 'The value argument must be given');
  if (options !== undefined && options !== null && typeof options !== 'object') {
    throw invalid('ERR_INVALID_ARG_TYPE', 'The options argument must be an object or undefined');
  }
  const transfer = transferOf(options?.transfer);
  if (new Set(transfer).size < (transfer?.length ?? 0)) {
    throw cannotClone('What is to be transferred is listed twice');
  }
  try {
    return guest.clone(value, transfer);
  } catch (error) {
    throw error instanceof NotShareableError ? cannotClone(error.message) : error;
  }
}

function cannotClone(message: string): Error {
  return new (builtIn('DOMException'))(message, 'DataCloneError');
}

function transferOf(transfer: unknown): object[] | undefined {
  if (transfer === undefined || transfer === null) return undefined;
  if (typeof (transfer as Iterable<object>)[Symbol.iterator] !== 'function') {
    throw invalid('ERR_INVALID_ARG_TYPE', 'What is to be transferred must be an iterable');
  }
  return [...(transfer as Iterable<object>)];
}

function invalid(code: string, message: string): Error {
  return Object.assign(new TypeError(message), { code });
}
