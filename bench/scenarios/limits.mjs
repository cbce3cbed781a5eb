import { callers } from '../drivers/callers.mjs';
import { isolatedVmFlags } from '../drivers/isolated-vm.mjs';
import { available, titlesOf } from '../lib/available.mjs';
import { inChild } from '../lib/child.mjs';
import { sampleAll, sampler } from '../lib/sampler.mjs';
import { interleaved } from '../lib/stats.mjs';

export const name = 'limits';

/** Milliseconds that endless code may run for. */
const limit = 20;

/**
 * @typedef {import('../drivers/callers.mjs').Calls} Calls
 * @typedef {import('../lib/sampler.mjs').Session} Session
 * @typedef {Record<string, import('../lib/stats.mjs').Outcome>} Outcomes
 */

/** @type {import('../run.mjs').Scenario['run']} */
export async function run({ profile, step, attempt, figuresOf }) {
  step('what is to be compared');
  const { able, notes } = await available(callers);
  step('calls');
  const { rounds, batchMs } = profile;
  const options = { keys: [...able.keys()], rounds, batchMs };
  /** @type {Record<'call' | 'callSync' | 'stopEndless', Outcomes> | undefined} */
  const found = await attempt(name, () =>
    inChild(import.meta.url, options, { flags: isolatedVmFlags }),
  );
  return {
    title: 'Calls into another heap, and what time limits cost',
    contenders: titlesOf(able),
    baseline: 'worker',
    rows: [
      { name: 'a call', unit: 'ms', figures: figuresOf(found?.call, 'call') },
      { name: 'a synchronous call', unit: 'ms', figures: figuresOf(found?.callSync, 'callSync') },
      {
        name: 'endless code stopped, how late',
        unit: 'ms',
        figures: figuresOf(found?.stopEndless, 'stopEndless', (ms) => ms - limit),
      },
    ],
    notes: [
      `n×: times shorter than by a Worker, whose synchronous call is taken to be its round trip: it has no other.`,
      `Endless code may run for ${limit} ms; how late is the next call's result then, if that is made at once? A Worker is`,
      'terminated, and a new one started.',
      ...notes,
    ],
  };
}

/**
 * All in one process, which has the flags that isolated-vm needs.
 *
 * @param {{ keys: string[], rounds: number, batchMs: number }} options
 */
export async function measure({ keys, rounds, batchMs }) {
  const taking = new Map([...callers].filter(([key]) => keys.includes(key)));
  /** @type {Map<string, Calls>} */
  const opened = new Map();
  for (const [key, { open }] of taking) opened.set(key, await open());
  const call = await samplesOf(opened, rounds, batchMs, ({ call }) => batches(call));
  const callSync = await samplesOf(opened, rounds, batchMs, ({ callSync }) =>
    callSync === undefined ? undefined : batchesSync(callSync),
  );
  if ('worker' in call) callSync['worker'] = call['worker'];
  const stoppable = new Map([...opened].filter(([, { stopEndless }]) => stopEndless));
  const stopEndless = await interleaved(stoppable, rounds, (calls) => timeOfStop(calls));
  for (const { close } of opened.values()) await close();
  return { call, callSync, stopEndless };
}

/**
 * @param {Map<string, Calls>} opened
 * @param {number} rounds
 * @param {number} batchMs
 * @param {(calls: Calls) => Session['run'] | undefined} runOf
 * @returns {Promise<Outcomes>}
 */
function samplesOf(opened, rounds, batchMs, runOf) {
  const samplers = new Map();
  for (const [key, calls] of opened) {
    const run = runOf(calls);
    if (run === undefined) continue;
    samplers.set(
      key,
      sampler(async () => ({ run, close() {} }), { batchMs }),
    );
  }
  return sampleAll(samplers, rounds);
}

/**
 * @param {Calls['call']} call
 * @returns {Session['run']}
 */
const batches = (call) => async (count) => {
  let sum = 0;
  const start = performance.now();
  for (let n = 1; n <= count; n++) sum += await call(n);
  return { ms: performance.now() - start, sum };
};

/**
 * @param {NonNullable<Calls['callSync']>} call
 * @returns {Session['run']}
 */
const batchesSync = (call) => (count) => {
  let sum = 0;
  const start = performance.now();
  for (let n = 1; n <= count; n++) sum += call(n);
  return { ms: performance.now() - start, sum };
};

/** @param {Calls} calls */
async function timeOfStop({ stopEndless }) {
  const start = performance.now();
  await stopEndless?.(limit);
  return performance.now() - start;
}
