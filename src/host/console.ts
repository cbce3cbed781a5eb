import { format } from 'node:util';
import type { Line } from '../interpreter/console-lines.js';
import { indent, setPrinter } from '../interpreter/console-routes.js';
import { dirOptions, reveal, show } from './console-values.js';

/** Prints what interpreters write to their consoles on Node's. */
export function printConsoles(): void {
  setPrinter({ format: textOf, print });
}

/** What Node would print of a line, or whatever can be said of it. */
function textOf(line: Line): string {
  const { level, args, standIns } = line;
  try {
    reveal(standIns);
    return level === 'dir' ? show(args[0], dirOptions(args[1])) : format(...args);
  } catch {
    return args.map((arg) => show(arg)).join(' ');
  }
}

/** What a guest writes may be nothing that Node's console takes, such as a table with columns that are no list. */
function print(line: Line): void {
  const { level, args, indentation, standIns } = line;
  if (indentation === 0 || level === 'table') {
    try {
      reveal(standIns);
      if (level === 'dir') console.dir(args[0], dirOptions(args[1]));
      else Reflect.apply(console[level], console, args);
      return;
    } catch {
      // As text, then.
    }
  }
  console[level === 'table' || level === 'dir' ? 'log' : level](indent(textOf(line), indentation));
}
