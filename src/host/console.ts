import { format, inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { type NodeBinding, native } from '../binding/binding.js';
import { indent, setPrinter } from '../interpreter/console-routes.js';
import type { ConsoleBody } from '../interpreter/protocol.js';
import { STAND_IN, type StandIn } from '../interpreter/stand-ins.js';

/** Prints what interpreters write to their consoles on Node's. */
export function printConsoles(): void {
  setPrinter({
    format: (args, standIns) => {
      const revived = standIns ? (revive(args) as unknown[]) : args;
      return { text: format(...revived), args: revived };
    },
    print: ([level, args, indentation, standIns]: ConsoleBody) => {
      const revived = standIns ? (revive(args) as unknown[]) : args;
      if (indentation === 0 || level === 'table') Reflect.apply(console[level], console, revived);
      else console[level](indent(format(...revived), indentation));
    },
  });
  // What was printed before the process ends should be seen, though no loop turns any more.
  process.on('exit', function atExit(code) {
    native.drain();
    native.setExitCode(code);
    if (isMainThread && (native as NodeBinding).anyLeftBehind()) endAfterOthers(atExit, code);
  });
}

/** Ends the process when the listeners after that one have been called, since Node would wait for ever. */
function endAfterOthers(listener: (code: number) => void, code: number): void {
  const all = process.listeners('exit');
  for (const each of all.slice(all.indexOf(listener) + 1)) Reflect.apply(each, process, [code]);
  (native as NodeBinding).endProcess(Number(process.exitCode ?? code));
}

/** Puts what prints like the original in the place of each stand-in. */
function revive(value: unknown, done = new Set<object>()): unknown {
  if (typeof value !== 'object' || value === null || done.has(value)) return value;
  if (STAND_IN in value) return reviveOne(value as StandIn, done);
  done.add(value);
  if (value instanceof Map) {
    const entries = [...value];
    value.clear();
    for (const [key, item] of entries) value.set(revive(key, done), revive(item, done));
  } else if (value instanceof Set) {
    const items = [...value];
    value.clear();
    for (const item of items) value.add(revive(item, done));
  } else if (!ArrayBuffer.isView(value)) {
    const object = value as Record<string, unknown>;
    for (const key of Object.keys(object)) object[key] = revive(object[key], done);
  }
  return value;
}

function reviveOne(standIn: StandIn, done: Set<object>): unknown {
  const { text } = standIn;
  switch (standIn[STAND_IN]) {
    case 'text':
      return { [inspect.custom]: () => text };
    case 'symbol':
      return Symbol(text);
    case 'instance': {
      const { fields } = standIn;
      revive(fields, done);
      const namedClass = { [text]: class {} }[text];
      return Object.setPrototypeOf(fields, namedClass?.prototype ?? null);
    }
  }
}
