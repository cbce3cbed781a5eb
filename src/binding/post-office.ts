import { native } from './binding.js';

/** `tag`: of a call that may be stopped; 0 for everything else. */
export type LetterHandler = (from: number, id: number, body: unknown, tag: number) => void;

const handlers: (LetterHandler | undefined)[] = [];

/** What is to be done before the bodies of letters are read, which calls user code for some. */
const preparations: (((from: number, id: number) => void) | undefined)[] = [];

/** Says who reads the letters of one type in this party; `prepare` is called before the body is read. */
export function handleLetters(
  type: number,
  handler: LetterHandler,
  prepare?: (from: number, id: number) => void,
): void {
  handlers[type] = handler;
  preparations[type] = prepare;
}

let unread: (from: number, type: number, id: number, body: unknown, tag: number) => void = () => {};

/** Says who gets the letters that nobody reads, which otherwise are dropped. */
export function handleUnread(handler: typeof unread): void {
  unread = handler;
}

/** The body of a letter that could not be read. */
export class Unreadable {
  constructor(readonly problem: unknown) {}
}

/** Gives a letter that has come to whom it is for. */
export function deliver(from: number, type: number, id: number, tag: number): void {
  preparations[type]?.(from, id);
  handOver(from, type, id, body(), tag);
}

/** Gives a letter that was read to whom it is for. */
export function handOver(from: number, type: number, id: number, body: unknown, tag: number): void {
  const handler = handlers[type];
  if (handler === undefined) unread(from, type, id, body, tag);
  else handler(from, id, body, tag);
}

function body(): unknown {
  try {
    return native.readLetter();
  } catch (problem) {
    return new Unreadable(problem);
  }
}

/** Sends a letter; false if the other party has ended. */
export function post(to: number, type: number, id: number, body?: unknown): boolean {
  return native.post(to, type, id, body);
}
