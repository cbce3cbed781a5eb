import { type ResourceLimits, Worker } from 'node:worker_threads';
import { hold, release } from '../binding/alive.js';
import { native } from '../binding/binding.js';
import { handleLetters } from '../binding/post-office.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { type NodeRuntimeOptions, setStartNodeRuntime } from '../interpreter/node-runtime.js';
import { Letter } from '../interpreter/protocol.js';
import { NODE_GUEST, type NodeGuestData } from './node-guest.js';
import { entry } from './paths.js';

/** What is done when a Worker says that it is ready; its id follows only from that. */
const births = new Map<number, (id: number) => void>();
let lastBirth = 0;

/** Lets this environment start Node runtimes. */
export function offerNodeRuntime(): void {
  setStartNodeRuntime(start);
  handleLetters(Letter.nodeReady, (from, birth) => births.get(birth)?.(from));
}

async function start(options: NodeRuntimeOptions): Promise<number> {
  const birth = ++lastBirth;
  hold();
  try {
    return await new Promise<number>((resolve, reject) => {
      births.set(birth, resolve);
      // What happens to it later, it tells itself: by its last letter, and on the console.
      makeWorker(options, birth)
        .on('error', reject)
        .on('exit', (code) => reject(new Error(`it exited with ${code} while it started`)));
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = `The interpreter could not be made: ${why}.`;
    throw new IsolaneError('ERR_ISOLANE_CREATE', text, { cause });
  } finally {
    births.delete(birth);
    release();
  }
}

function makeWorker(options: NodeRuntimeOptions, birth: number): Worker {
  const { name, console } = options;
  const isolane: NodeGuestData = { birth, parent: native.partyId, name, console };
  const silent = console.to < 0;
  const worker = new Worker(entry, {
    name,
    workerData: { [NODE_GUEST]: isolane },
    resourceLimits: limitsOf(options),
    stdout: silent,
    stderr: silent,
    // Options about what the main program's text is would be taken for those of the Worker's file.
    ...(process.execArgv.some((option) => /^(-e|-p|--eval|--print|--input-type)/.test(option))
      ? { execArgv: [] }
      : {}),
  });
  if (silent) {
    worker.stdout.resume();
    worker.stderr.resume();
  }
  // Calls that wait for an answer keep Node alive, not the Worker as such.
  worker.unref();
  return worker;
}

const MIB = 2 ** 20;

function limitsOf({ memoryLimit, stackSize }: NodeRuntimeOptions): ResourceLimits {
  return {
    ...(memoryLimit === undefined ? {} : { maxOldGenerationSizeMb: memoryLimit / MIB }),
    ...(stackSize === undefined ? {} : { stackSizeMb: stackSize / MIB }),
  };
}
