/**
 * The same scripts in a Worker, in a process of its own that never loads Isolane: what Node itself offers against them. Prints
 * one word: what came of it.
 */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { MEMORY_LIMIT } from './hostile-memory.js';

/** Milliseconds that `worker.terminate()` gets; what takes longer does not end. */
const PATIENCE = 5000;

/** As `runInWorker` in worker-trial.ts gives them. */
const [kind, body] = process.argv.slice(2) as [string, string];

const worker = new Worker(
  `const { parentPort } = require('node:worker_threads');
  const run = new Function(${JSON.stringify(body)});
  (async () => run())().then(
    () => parentPort.postMessage('survives'),
    (error) => parentPort.postMessage(String(error?.name)));`,
  {
    eval: true,
    stdout: true,
    resourceLimits: kind === 'memory' ? { maxOldGenerationSizeMb: MEMORY_LIMIT / 2 ** 20 } : {},
  },
);
worker.on('message', end);
worker.on('error', (error: Error & { code?: string }) => end(error.code ?? error.name));
if (kind === 'endless') {
  worker.on('online', () => setTimeout(stop, 300));
}

async function stop(): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, 'never ends'));
  end(String(await Promise.race([worker.terminate().then(() => 'terminated'), late])));
}

function end(word: string): void {
  writeSync(1, `${word}\n`);
  process.kill(process.pid, 'SIGKILL');
}
setInterval(() => {
  const bytes = process.memoryUsage.rss();
  if (bytes > 4 * 2 ** 30) end('grows without end');
}, 20).unref();
