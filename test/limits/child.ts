/**
 * A process of its own for hostile scripts: gets the names of trials as arguments, runs them, and prints a line of JSON as each
 * begins and ends. Whoever started it sees from the lines what was under way if it dies.
 */
import { writeSync } from 'node:fs';
import { endlessTrial, memoryTrial, Neighbour, type Outcome } from './trial.js';
import { findTrial, type Trial } from './trials.js';

/**
 * Bytes of this process that hostile scripts with a limit have no right to: the heap of each may grow by 1 GiB while it ends, and
 * a few of them may do so at a time.
 */
const MOST_MEMORY = 4 * 1024 ** 3;

export type Report =
  | { readonly begins: string }
  | { readonly ends: string; readonly outcome: Outcome }
  | { readonly ends: string; readonly failure: string }
  /** Added by whoever reads the lines: something that was printed meanwhile. */
  | { readonly during: string; readonly failure: string }
  | { readonly grew: number };

function report(line: Report): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Runs a trial; returns whether an interpreter was written off in it. */
async function run(trial: Trial, neighbour: Neighbour): Promise<boolean> {
  report({ begins: trial.id });
  try {
    const outcome =
      trial.kind === 'memory'
        ? await memoryTrial(trial.script, neighbour)
        : await endlessTrial(trial.script, trial.stop, neighbour);
    report({ ends: trial.id, outcome });
    return outcome.writtenOff ?? false;
  } catch (error) {
    report({ ends: trial.id, failure: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

async function main(ids: string[], atOnce: number): Promise<void> {
  const trials = ids.map(findTrial);
  const lanes = Array.from({ length: atOnce }, async () => {
    const neighbour = await Neighbour.create();
    for (let trial = trials.shift(); trial !== undefined; trial = trials.shift()) {
      // What was written off may compute for ever: the trials that are left get a process without it.
      if (await run(trial, neighbour)) trials.length = 0;
    }
    await neighbour.close();
  });
  await Promise.all(lanes);
}

// What is allocated outside of every limit must not take the machine down.
setInterval(() => {
  const bytes = process.memoryUsage.rss();
  if (bytes < MOST_MEMORY) return;
  report({ grew: bytes });
  process.kill(process.pid, 'SIGKILL');
}, 20).unref();

const [atOnce, ...ids] = process.argv.slice(2);
void main(ids, Number(atOnce));
