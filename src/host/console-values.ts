import { type InspectOptions, inspect } from 'node:util';
import type { StandIn } from '../interpreter/stand-ins.js';

/** Makes what is in the places of stand-ins look like what they stand for. */
export function reveal(standIns: readonly StandIn[]): void {
  for (const [place, kind, text] of standIns) {
    if (kind === 'instance') Object.setPrototypeOf(place, namedClass(text).prototype as object);
    else Object.defineProperty(place, inspect.custom, { value: () => text, configurable: true });
  }
}

function namedClass(name: string): { prototype: unknown } {
  return Object.defineProperty(class {}, 'name', { value: name });
}

/** A value as Node shows it, strings as they are. Never throws. */
export function show(value: unknown, options?: InspectOptions): string {
  if (typeof value === 'string' && options === undefined) return value;
  try {
    return inspect(value, options);
  } catch {
    return '[a value that cannot be shown]';
  }
}

/** The options of `console.dir` that only say how data is shown, with the types that they must have. */
const optionTypes: Readonly<Record<string, readonly string[]>> = {
  showHidden: ['boolean'],
  depth: ['number', 'object'],
  colors: ['boolean'],
  maxArrayLength: ['number', 'object'],
  maxStringLength: ['number', 'object'],
  breakLength: ['number'],
  compact: ['boolean', 'number'],
  sorted: ['boolean'],
  numericSeparator: ['boolean'],
};

/** Those that a guest gave, and may give. */
export function dirOptions(given: unknown): InspectOptions {
  const options: Record<string, unknown> = {};
  const values = (typeof given === 'object' && given !== null ? given : {}) as typeof options;
  for (const [name, types] of Object.entries(optionTypes)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    // Where an object may be given, that is null.
    if (types.includes(typeof value) && !(typeof value === 'object' && value !== null)) {
      options[name] = value;
    }
  }
  // Stand-ins are shown so, which `console.dir` would not do.
  return { ...options, customInspect: true };
}
