import { native } from './binding.js';

/** `tag`: of a call that may be stopped; 0 for everything else. */
export type LetterHandler = (from: number, id: number, body: unknown, tag: number) => void;

const handlers: (LetterHandler | undefined)[] = [];

/** Says who reads the letters of one type in this party. */
export function handleLetters(type: number, handler: LetterHandler): void {
  handlers[type] = handler;
}

let unread: (from: number, type: number, id: number, body: unknown, tag: number) => void = () => {};

/** Says who gets the letters that nobody reads, which otherwise are dropped. */
export function handleUnread(handler: typeof unread): void {
  unread = handler;
}

/** The body of a letter that could not be read, for want of memory or of stack. */
export class Unreadable {
  constructor(readonly problem: unknown) {}
}

/** Gives a letter to whom it is for. */
export function deliver(
  from: number,
  type: number,
  id: number,
  body: unknown,
  tag: number,
  problem: unknown,
): void {
  const content = problem === undefined ? body : new Unreadable(problem);
  const handler = handlers[type];
  if (handler === undefined) unread(from, type, id, content, tag);
  else handler(from, id, content, tag);
}

/** Sends a letter; false if the other party has ended. */
export function post(to: number, type: number, id: number, body?: unknown): boolean {
  return native.post(to, type, id, body);
}
