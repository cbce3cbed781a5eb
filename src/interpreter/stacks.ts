/** With those of the engine's own functions that our frames called, such as a generator's `next`. */
let ours = /(\n {4}at [^\n]*<anonymous>\))?\n {4}at [^\n]*\bisolane:guest\/[^\n]*/g;

/** In a Node runtime, where our machinery lies in files. */
export function setOurFrames(pattern: RegExp): void {
  ours = pattern;
}

/** Without the frames of an interpreter's own machinery, which lie between the user's code and whoever called it. */
export function withoutOurFrames(stack: string): string {
  return stack.replace(ours, '');
}

/** An error's stack as a text, whatever `Error.prepareStackTrace` or somebody's hand has made of it; never throws. */
export function stackOf(error: Error): string {
  try {
    const stack: unknown = error.stack;
    if (typeof stack === 'string') return withoutOurFrames(stack);
    return withoutOurFrames([headerOf(error), ...framesIn(stack)].join('\n'));
  } catch {
    return headerOf(error);
  }
}

/** The frames of a call, given an object with the stack of it. */
export function framesOf(site: { stack?: unknown } | undefined): string[] {
  try {
    const stack = site?.stack;
    if (typeof stack !== 'string') return framesIn(stack);
    // The first line is about the object.
    return withoutOurFrames(stack).split('\n').slice(1);
  } catch {
    return [];
  }
}

/** Of a stack that `Error.prepareStackTrace` has left as a list of call sites. */
function framesIn(stack: unknown): string[] {
  if (!Array.isArray(stack)) return [];
  return stack
    .map((frame) => `    at ${String(frame)}`)
    .filter((line) => withoutOurFrames(`\n${line}`) !== '');
}

function headerOf(error: Error): string {
  try {
    return String(error);
  } catch {
    return 'Error';
  }
}

/** The stack of what was thrown in `where`, and then that of the call which led there. */
export function joinStacks(stack: string, where: string, frames: readonly string[]): string {
  return [stack, `    at [${where}]`, ...frames].join('\n');
}

let map: (stack: string) => string = (stack) => stack;

/** Says how the frames of a guest are led back to the sources that they were made from. */
export function setStackMapper(mapper: (stack: string) => string): void {
  map = mapper;
}

/** A stack that has come from a guest, as it is shown here. */
export function mappedStack(stack: string): string {
  try {
    return map(stack);
  } catch {
    return stack;
  }
}
