import { post } from '../binding/post-office.js';
import { callSite, now } from '../binding/world.js';
import { ownConsoleRoute } from './console-routes.js';
import { type ConsoleBody, type ConsoleLevel, type ConsoleRoute, Letter } from './protocol.js';
import { withoutOurFrames } from './stacks.js';
import { isPlain, withStandIns } from './stand-ins.js';

const INDENT = 2;

let indentation = 0;
const counts = new Map<string, number>();
const timers = new Map<string, number>();

/** Sends a line to the host, which formats and prints it. Never throws. */
function write(level: ConsoleLevel, args: unknown[]): void {
  const route = ownConsoleRoute();
  if (route.to >= 0) writeTo(route, level, args);
}

/** The same, wherever the console prints. */
export function writeTo({ to, route }: ConsoleRoute, level: ConsoleLevel, args: unknown[]): void {
  try {
    const [copies, standIns] = isPlain(args) ? [args, undefined] : withStandIns(args);
    const body: ConsoleBody = [level, copies, indentation, standIns];
    post(to, Letter.line, route, body);
  } catch {
    const body: ConsoleBody = [level, ['(a line that cannot travel)'], indentation, undefined];
    post(to, Letter.line, route, body);
  }
}

function label(value: unknown): string {
  return value === undefined ? 'default' : String(value);
}

function writeTime(name: string, rest: unknown[]): void {
  const start = timers.get(name);
  if (start === undefined) {
    write('warn', [`No such label '${name}' for console.time()`]);
    return;
  }
  const ms = now() - start;
  const text = ms < 1000 ? `${ms.toPrecision(4)}ms` : `${(ms / 1000).toFixed(3)}s`;
  write('log', [`${name}: ${text}`, ...rest]);
}

/** The console of an interpreter: what it prints appears on its host's. */
export const console = {
  log: (...args: unknown[]): void => write('log', args),
  info: (...args: unknown[]): void => write('info', args),
  debug: (...args: unknown[]): void => write('debug', args),
  warn: (...args: unknown[]): void => write('warn', args),
  error: (...args: unknown[]): void => write('error', args),
  table: (...args: unknown[]): void => write('table', args),
  dir: (value: unknown, options?: unknown): void => write('dir', [value, options]),
  dirxml: (...args: unknown[]): void => write('log', args),

  trace(...args: unknown[]): void {
    const stack = withoutOurFrames(callSite(console.trace).stack ?? '');
    const frames = stack.split('\n').slice(1).join('\n');
    const [first, ...rest] = args;
    if (rest.length > 0 || typeof first !== 'string')
      write('error', ['Trace:', ...args, `\n${frames}`]);
    else write('error', [`Trace: ${first.replaceAll('%', '%%')}\n${frames}`]);
  },
  assert(condition?: unknown, ...args: unknown[]): void {
    if (condition) return;
    const [first, ...rest] = args;
    if (typeof first === 'string') write('warn', [`Assertion failed: ${first}`, ...rest]);
    else write('warn', args.length === 0 ? ['Assertion failed'] : ['Assertion failed:', ...args]);
  },

  group(...args: unknown[]): void {
    if (args.length > 0) write('log', args);
    indentation += INDENT;
  },
  groupCollapsed: (...args: unknown[]): void => console.group(...args),
  groupEnd(): void {
    indentation = Math.max(0, indentation - INDENT);
  },

  count(name?: unknown): void {
    const count = (counts.get(label(name)) ?? 0) + 1;
    counts.set(label(name), count);
    write('log', [`${label(name)}: ${count}`]);
  },
  countReset(name?: unknown): void {
    counts.delete(label(name));
  },

  time(name?: unknown): void {
    timers.set(label(name), now());
  },
  timeLog: (name?: unknown, ...rest: unknown[]): void => writeTime(label(name), rest),
  timeEnd(name?: unknown): void {
    writeTime(label(name), []);
    timers.delete(label(name));
  },
};
