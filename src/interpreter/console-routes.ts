import { native } from '../binding/binding.js';
import { handleLetters } from '../binding/post-office.js';
import { type Line, lineOf, plainText } from './console-lines.js';
import { callListener } from './listeners.js';
import { type ConsoleLevel, type ConsoleRoute, Letter } from './protocol.js';

/** What an interpreter's console was told to print. */
export interface ConsoleLine {
  /** The method that was called, such as `log` or `error`. */
  level: ConsoleLevel;
  /** The line as it would be printed, without the newline at its end. */
  text: string;
  /** The arguments, as far as they could travel. */
  args: unknown[];
  /** The id of the interpreter that printed. */
  interpreter: number;
}

export type ConsoleOption = 'inherit' | 'ignore' | ((line: ConsoleLine) => void);

/** What makes a text of a line, and what prints it; the host has better ones (src/host/console.ts). Neither throws for any line. */
interface Printer {
  /** Also makes the arguments look like those for which they stand in. */
  format(line: Line): string;
  print(line: Line): void;
}

let printer: Printer = { format: plainText, print: () => {} };

export function setPrinter(better: Printer): void {
  printer = better;
}

const readers = new Map<number, (line: ConsoleLine) => void>();
let lastRoute = 0;

/** Where this party's own console writes, and those of interpreters that inherit it. */
let inherited: ConsoleRoute | undefined;

export function ownConsoleRoute(): ConsoleRoute {
  return inherited ?? { to: native.hostId, route: 0 };
}

/** To the console of this party itself. */
export function hereRoute(): ConsoleRoute {
  return { to: native.partyId, route: 0 };
}

export function setOwnConsoleRoute(route: ConsoleRoute): void {
  inherited = route;
}

/** The route for a new interpreter; undefined: what it does by itself. */
export function consoleRoute(option: ConsoleOption): ConsoleRoute | undefined {
  if (option === 'inherit') return inherited;
  if (option === 'ignore') return { to: -1, route: 0 };
  const route = ++lastRoute;
  readers.set(route, option);
  return { to: native.partyId, route };
}

export function forgetRoute(route: ConsoleRoute | undefined): void {
  if (route !== undefined && route.to === native.partyId) readers.delete(route.route);
}

handleLetters(Letter.line, (from, route, body) => {
  const line = lineOf(body);
  if (route === 0) return printer.print(line);
  const reader = readers.get(route);
  if (reader === undefined) return;
  const text = indent(printer.format(line), line.indentation);
  callListener(() => reader({ level: line.level, text, args: line.args, interpreter: from }));
});

export function indent(text: string, columns: number): string {
  return columns === 0 ? text : text.replace(/^/gm, ' '.repeat(columns));
}
