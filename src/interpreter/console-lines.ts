/**
 * Lines of consoles as they come from interpreters. Our own code there writes them, but a guest that has broken the built-ins may have it
 * write anything, so nothing is taken for granted.
 */

import { asText } from './as-text.js';
import type { ConsoleBody, ConsoleLevel } from './protocol.js';
import type { StandIn } from './stand-ins.js';

export interface Line {
  level: ConsoleLevel;
  args: unknown[];
  /** Columns. */
  indentation: number;
  standIns: StandIn[];
}

const levels: readonly unknown[] = [
  'log',
  'info',
  'debug',
  'warn',
  'error',
  'table',
  'dir',
] satisfies ConsoleLevel[];

/** More are not spread over a call's arguments; an array can claim to have billions. */
const MOST_ARGUMENTS = 50_000;

/** Deeper groups are not indented further, since it is paid for each line of a text. */
const MOST_INDENTATION = 128;

/** Reads the body of a letter. Never throws. */
export function lineOf(body: unknown): Line {
  const [level, args, indentation, standIns] = (
    Array.isArray(body) ? body : ['error', ['(a line that could not be read)']]
  ) as Partial<ConsoleBody>;
  return {
    level: levels.includes(level) ? (level as ConsoleLevel) : 'log',
    args: Array.isArray(args) ? args.slice(0, MOST_ARGUMENTS) : [args],
    indentation: Number.isInteger(indentation)
      ? Math.min(Math.max(Number(indentation), 0), MOST_INDENTATION)
      : 0,
    standIns: Array.isArray(standIns) ? standIns.filter(isStandIn) : [],
  };
}

function isStandIn(entry: unknown): entry is StandIn {
  if (!Array.isArray(entry)) return false;
  const [place, , text] = entry;
  return typeof place === 'object' && place !== null && typeof text === 'string';
}

/** What a line says, where there is nothing that knows how to show objects. Never throws. */
export function plainText({ args, standIns }: Line): string {
  const texts = new Map<unknown, string>(standIns.map(([place, , text]) => [place, text]));
  return args.map((arg) => texts.get(arg) ?? asText(arg)).join(' ');
}
