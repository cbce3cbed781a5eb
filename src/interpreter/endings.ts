import { native } from '../binding/binding.js';
import { EndCause } from '../binding/codes.js';
import { InterpreterClosedError, MemoryLimitError } from '../errors/interpreter-errors.js';
import type { IsolaneError } from '../errors/isolane-error.js';
import { asText } from './as-text.js';
import { decodeReason } from './reasons.js';

/** How an interpreter ended. */
export interface InterpreterEnd {
  /**
   * By `close()`; by `terminate()`, the end of who made it, or since its own code could not start or go on; by the memory that it used;
   * or given up, since a call went on after it was told to stop.
   */
  cause: 'closed' | 'terminated' | 'memory-limit' | 'unresponsive';
  /** What `terminate()` was given, or a text that says what ended it. */
  reason: unknown;
}

const causes: Record<number, InterpreterEnd['cause']> = {
  [EndCause.closed]: 'closed',
  [EndCause.terminated]: 'terminated',
  [EndCause.memoryLimit]: 'memory-limit',
  [EndCause.unresponsive]: 'unresponsive',
};

/** How it ended, by what native code says; `reason` as {@link encodeReason} has it. */
export function interpreterEnd(cause: number = EndCause.closed, reason?: unknown): InterpreterEnd {
  return { cause: causes[cause] ?? 'terminated', reason: decodeReason(reason) };
}

/** How an interpreter ended, or is about to, though no letter has told it yet; undefined if it lives, or that is not known any more. */
export function knownEnd(id: number): InterpreterEnd | undefined {
  const ending = native.ending(id);
  return ending && interpreterEnd(...ending);
}

/** What those are told who still wanted something of it. `label`: how it is called in messages. */
export function endedError(label: string, { cause, reason }: InterpreterEnd): IsolaneError {
  const hasEnded = `The ${label} has ended`;
  switch (cause) {
    case 'memory-limit':
      return new MemoryLimitError(
        `${hasEnded}: it used more memory than it may, or the engine had none left to go on.`,
      );
    case 'unresponsive':
      return new InterpreterClosedError(
        `${hasEnded}: a call went on after it was told to stop, and it was given up.`,
      );
    default: {
      const text = reason instanceof Error ? reason.message : asText(reason);
      const because = reason === undefined ? '' : `: ${text}`;
      return new InterpreterClosedError(hasEnded + because, { reason });
    }
  }
}
