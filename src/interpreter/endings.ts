import { EndCause } from '../binding/binding.js';

/** How an interpreter ended. */
export interface InterpreterEnd {
  /**
   * By `close()`; by `terminate()`, or the end of who made it; by the memory that it used; or given up, since a call went on after it
   * was told to stop.
   */
  cause: 'closed' | 'terminated' | 'memory-limit' | 'unresponsive';
  /** What `terminate()` was given. */
  reason: unknown;
}

const causes: Record<number, InterpreterEnd['cause']> = {
  [EndCause.closed]: 'closed',
  [EndCause.terminated]: 'terminated',
  [EndCause.memoryLimit]: 'memory-limit',
  [EndCause.unresponsive]: 'unresponsive',
};

export function interpreterEnd(cause: number, reason: unknown): InterpreterEnd {
  return { cause: causes[cause] ?? 'terminated', reason };
}
