import { native } from '../binding/binding.js';

/** `tag`: of a call that may be stopped; 0 for everything else. */
export type LetterHandler = (from: number, id: number, body: unknown, tag: number) => void;

const handlers: (LetterHandler | undefined)[] = [];

/** Says who reads the letters of one type in this party. */
export function handleLetters(type: number, handler: LetterHandler): void {
  handlers[type] = handler;
}

/** The body of a letter that could not be read, for want of memory or of stack. */
export class Unreadable {
  constructor(readonly problem: unknown) {}
}

/** Gives a letter to whom it is for. What nobody here reads is dropped. */
export function deliver(
  from: number,
  type: number,
  id: number,
  body: unknown,
  tag: number,
  problem: unknown,
): void {
  handlers[type]?.(from, id, problem === undefined ? body : new Unreadable(problem), tag);
}

/** Sends a letter; false if the other party has ended. */
export function post(to: number, type: number, id: number, body?: unknown): boolean {
  return native.post(to, type, id, body);
}
