/** Without the frames of an interpreter's own machinery, which lie between the user's code and whoever called it. */
export function withoutOurFrames(stack: string): string {
  return stack.replace(/\n {4}at [^\n]*\bisolane:guest\/[^\n]*/g, '');
}
