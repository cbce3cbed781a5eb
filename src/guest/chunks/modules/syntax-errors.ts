import { pathOf } from './url.js';

/** What native code adds to the message of a SyntaxError. */
const PLACE = / \([^()]*:(\d+):(\d+)\)$/;

/**
 * Makes a SyntaxError say where it is, as Node does: `file:line:column` and the line itself in its stack, the place in its message,
 * and all of it as properties too. `where`: a URL or a path.
 */
export function explainSyntaxError(error: unknown, where: string, source: string): void {
  if (!(error instanceof SyntaxError)) return;
  const [, line, column] = PLACE.exec(error.message) ?? [];
  const file = where.startsWith('file:') ? pathOf(where) : where;
  const at = line === undefined ? file : `${file}:${line}:${column}`;
  const message = `${error.message.replace(PLACE, '')} (${at})`;
  const text = line === undefined ? undefined : source.split('\n')[Number(line) - 1];
  const shown = text === undefined ? [at] : [at, text, `${' '.repeat(Number(column) - 1)}^`, ''];
  const stack = [...shown, `SyntaxError: ${message}`].join('\n');
  for (const [key, value] of Object.entries({ message, stack })) {
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  }
  Object.assign(error, { file }, line && { line: Number(line), column: Number(column) });
}
