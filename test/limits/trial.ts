import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Interpreter } from 'isolane';
import type { EndlessScript, Stop } from './hostile-loops.js';
import { MEMORY_LIMIT, type MemoryScript } from './hostile-memory.js';

/** What one run of a script came to. */
export interface Outcome {
  /** The name of the error, or `survives`. */
  readonly ended: string;
  /** The interpreter was written off: it did not stop in time. */
  readonly writtenOff?: true;
  /** Milliseconds until the call was answered. */
  readonly milliseconds: number;
}

/** Milliseconds that a script gets before it is stopped. */
const PATIENCE = 100;

type Body = () => unknown;

function functionOf(body: string): Body {
  return new Function(body) as Body;
}

/** An interpreter with a state of its own, which has to go on answering whatever happens beside it. */
export class Neighbour {
  private answers = 0;

  private constructor(private readonly interpreter: Interpreter) {}

  static async create(): Promise<Neighbour> {
    const interpreter = await Interpreter.create({ name: 'neighbour' });
    await interpreter.exec(`
      let answers = 0;
      const state = new Map(Array.from({ length: 1000 }, (_, i) => [i, 'entry ' + i]));
      const answer = () => {
        for (let i = 0; i < 1000; i++) if (state.get(i) !== 'entry ' + i) return -1;
        return ++answers;
      };`);
    return new Neighbour(interpreter);
  }

  /** Asks it again and again while something else goes on, and at least once afterwards. */
  async during<T>(action: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    action.then(end, end);
    while (!over) {
      await this.answer();
      await sleep(10);
    }
    await this.answer();
    return action;
  }

  private async answer(): Promise<void> {
    this.answers += 1;
    assert.equal(
      await this.interpreter.evaluate('answer()'),
      this.answers,
      'the neighbour keeps its state',
    );
  }

  close(): Promise<void> {
    return this.interpreter.terminate();
  }
}

/** Runs a script that wants too much memory; fails if anything comes of it that may not. */
export async function memoryTrial(script: MemoryScript, neighbour: Neighbour): Promise<Outcome> {
  const guest = await Interpreter.create({ memoryLimit: MEMORY_LIMIT, console: 'ignore' });
  try {
    const start = performance.now();
    const ended = await neighbour.during(outcomeOf(guest.call(functionOf(script.body))));
    const milliseconds = performance.now() - start;
    assert.ok(
      (script.ends as readonly string[]).includes(ended),
      `ended by ${ended}, not by ${script.ends.join(' or ')}`,
    );
    if (ended === 'MemoryLimitError' && !script.ofAnother) {
      assert.equal(guest.state, 'closed');
      const later = await outcomeOf(guest.call(() => 1));
      assert.ok(['MemoryLimitError', 'InterpreterClosedError'].includes(later), `later: ${later}`);
    } else {
      assert.equal(await guest.call(() => 6 * 7), 42, 'it goes on');
    }
    await anotherStarts();
    return { ended, milliseconds };
  } finally {
    await guest.terminate();
  }
}

/** Runs a script that does not end, and stops it; fails if it does not stop, or the interpreter cannot be used afterwards. */
export async function endlessTrial(
  script: EndlessScript,
  stop: Stop,
  neighbour: Neighbour,
): Promise<Outcome> {
  const guest = await Interpreter.create({ console: () => {} });
  try {
    await guest.exec('globalThis.kept = [1, 2, 3];');
    const start = performance.now();
    const { call, expected } = stopped(guest, stop, functionOf(script.body));
    const ended = await neighbour.during(outcomeOf(call));
    const milliseconds = performance.now() - start;
    assert.equal(ended, expected);
    await anotherStarts();
    if (stop === 'terminate') {
      assert.equal(guest.state, 'closed');
      return { ended, milliseconds };
    }
    const after = await outcomeOf(guest.evaluate('kept.join()'));
    if (after === 'InterpreterClosedError' && script.writtenOff) {
      return { ended, milliseconds, writtenOff: true };
    }
    assert.equal(after, 'survives', 'it can be used again');
    assert.equal(await guest.evaluate('kept.join()'), '1,2,3', 'it keeps its state');
    return { ended, milliseconds };
  } finally {
    await guest.terminate();
  }
}

/** A call that is stopped in one of the ways, and the name of the error that this gives. */
function stopped(
  guest: Interpreter,
  stop: Stop,
  body: Body,
): { call: Promise<unknown>; expected: string } {
  switch (stop) {
    case 'timeout':
      return {
        call: guest.with({ timeout: PATIENCE }).call(body),
        expected: 'ExecutionTimeoutError',
      };
    case 'cpuTimeout':
      return {
        call: guest.with({ cpuTimeout: PATIENCE }).call(body),
        expected: 'ExecutionTimeoutError',
      };
    case 'sync':
      return {
        call: (async () => guest.with({ timeout: PATIENCE }).callSync(body))(),
        expected: 'ExecutionTimeoutError',
      };
    case 'signal': {
      const controller = new AbortController();
      const reason = Object.assign(new Error('it took too long'), { name: 'TooLong' });
      setTimeout(() => controller.abort(reason), PATIENCE);
      return { call: guest.with({ signal: controller.signal }).call(body), expected: 'TooLong' };
    }
    case 'terminate': {
      const call = guest.call(body);
      void sleep(PATIENCE).then(() => guest.terminate());
      return { call, expected: 'InterpreterClosedError' };
    }
  }
}

async function anotherStarts(): Promise<void> {
  const another = await Interpreter.create();
  assert.equal(await another.call(() => 'started'), 'started');
  await another.close();
}

/** The name of the error that a promise rejects with. */
function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'survives',
    (error: unknown) => (error instanceof Error ? error.name : `thrown ${typeof error}`),
  );
}
