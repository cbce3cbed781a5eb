// Loops that V8 compiles so that they never look whether they should stop: what worker.terminate() does about them, and what
// a time-out of an interpreter does. node examples/limits/optimised-loops.mjs
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const loops = {
  'for (;;);': 'for (;;);',
  'for (;;) new Array(100).fill(1)': 'for (;;) new Array(100).fill(1);',
  'for (;;) bytes.fill(1)': 'const bytes = new Uint8Array(2 ** 24); for (;;) bytes.fill(1);',
  'JSON.parse(text) for ever':
    "const text = '[' + '1,'.repeat(1e5) + '1]'; for (;;) JSON.parse(text);",
  'indexOf over 2 ** 53 - 1 elements': 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);',
};

/** Milliseconds that a Worker gets to end. */
const PATIENCE = 5000;

/** @type {Record<string, (loop: string) => Promise<string>>} */
const ways = { Worker: inWorker, interpreter: inInterpreter };

const [way, loop] = process.argv.slice(2);
const run = ways[way ?? ''];
if (run === undefined || loop === undefined) compare();
else {
  // In a function, which the engine optimises.
  console.log(await run(`(() => { ${loop} })();`));
  // What never ends would hold up the end of this process, too.
  process.kill(process.pid, 'SIGKILL');
}

/** Each in a process of its own, and the Worker in one that never loads Isolane. */
function compare() {
  console.log(`Node ${process.versions.node}`);
  for (const [name, loop] of Object.entries(loops)) {
    console.log(name);
    for (const way of Object.keys(ways)) {
      const file = fileURLToPath(import.meta.url);
      const { stdout } = spawnSync(process.execPath, [file, way, loop], { encoding: 'utf8' });
      console.log(`  ${way.padEnd(12)} ${stdout.trim()}`);
    }
  }
}

/** @param {string} loop */
async function inWorker(loop) {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(loop, { eval: true });
  await new Promise((resolve) => worker.once('online', resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, 'late'));
  const first = await Promise.race([worker.terminate(), late]);
  if (first === 'late') return `does not end within ${PATIENCE} ms of terminate()`;
  return `ends ${Math.round(performance.now() - start)} ms after terminate()`;
}

/** @param {string} loop */
async function inInterpreter(loop) {
  const { Interpreter } = await import('isolane');
  const guest = await Interpreter.create();
  const start = performance.now();
  const error = await guest
    .with({ timeout: 300 })
    .exec(loop)
    .catch((error) => error);
  const late = Math.round(performance.now() - start - 300);
  const after = await guest.evaluate('"goes on"').catch(() => 'is written off');
  return `${error.name} ${late} ms after its time was up; the interpreter ${after}`;
}
