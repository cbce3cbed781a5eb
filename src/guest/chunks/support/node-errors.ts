/** Errors with the codes that Node's have. */

type ErrorClass = new (message: string) => Error;

export function coded(errorClass: ErrorClass, code: string, message: string): Error {
  return Object.assign(new errorClass(message), { code });
}

export function invalidArgument(name: string, expected: string, given: unknown): Error {
  const message = `The "${name}" argument must be ${expected}. Received ${describe(given)}`;
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
}

export function missingArguments(...names: string[]): Error {
  const quoted = names.map((name) => `"${name}"`);
  const all = quoted.length === 1 ? `${quoted[0]} argument` : `${quoted.join(' and ')} arguments`;
  return coded(TypeError, 'ERR_MISSING_ARGS', `The ${all} must be specified`);
}

export function invalidThis(className: string): Error {
  return coded(TypeError, 'ERR_INVALID_THIS', `Value of "this" must be of type ${className}`);
}

export function illegalConstructor(): Error {
  return coded(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'object') return 'an object';
  return typeof value === 'function' ? 'a function' : `type ${typeof value} (${String(value)})`;
}
