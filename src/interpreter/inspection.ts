import { type EndpointSeed, type LockState, native } from '../binding/binding.js';
import { Receiver } from '../channel/receiver.js';
import { ChannelClosedError } from '../errors/channel-errors.js';
import { IsolaneError } from '../errors/isolane-error.js';
import type { Correspondent } from './calls.js';

/** The memory of an interpreter, in bytes; see {@link Interpreter.memory}. */
export interface HeapUsage {
  /** JavaScript objects, garbage that is not collected yet included. */
  heapUsed: number;
  /** What the heap has reserved for them. */
  heapTotal: number;
  /** How large the heap may become. */
  heapLimit: number;
  /** How much of `heapTotal` takes up physical memory. */
  heapPhysical: number;
  /** What belongs to JavaScript objects, but lies outside of the heap: the contents of ArrayBuffers, for the most part. */
  external: number;
  /** What the engine uses for itself outside of the heap, to compile for example. */
  malloced: number;
  /** The most that `malloced` ever was. */
  peakMalloced: number;
}

export interface CpuProfileOptions {
  /** Milliseconds between two samples, fractions allowed: from 0.05 to 1000, 1 by default. */
  interval?: number | undefined;
}

/** A function in a place of the call tree. Lines and columns count from 0, as DevTools has it; -1 where there is none. */
export interface CpuProfileNode {
  id: number;
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
  };
  /** How many samples found this function running itself. */
  hitCount: number;
  /** The ids of those that it called. */
  children?: number[];
}

/** A CPU profile. As JSON in a file that ends in `.cpuprofile`, Chrome's DevTools and Visual Studio Code open it. */
export interface CpuProfile {
  nodes: CpuProfileNode[];
  /** Microseconds since some moment. */
  startTime: number;
  endTime: number;
  /** For each sample the id of the node that ran. */
  samples: number[];
  /** Microseconds between each sample and the one before it, or the start. */
  timeDeltas: number[];
}

const SHORTEST_INTERVAL = 0.05;
const LONGEST_INTERVAL = 1000;

/** A CPU profile that is being recorded, made by {@link Interpreter.startCpuProfile}. */
export class CpuProfileHandle {
  private readonly peer: Correspondent;
  private readonly number: number;
  private stopped: Promise<CpuProfile> | undefined = undefined;

  /** @internal */
  constructor(peer: Correspondent, number: number) {
    this.peer = peer;
    this.number = number;
  }

  /**
   * Ends the recording, and gives what was recorded; a second call gives the same.
   *
   * Rejects with an InterpreterClosedError if the interpreter ends before.
   */
  stop(): Promise<CpuProfile> {
    this.stopped ??= this.stopOnce();
    return this.stopped;
  }

  /** Ends the recording, whether the interpreter still lives or not. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }

  private async stopOnce(): Promise<CpuProfile> {
    const parts: string[] = [];
    const text = answers<string>(this.peer, (id) => native.stopCpuProfile(id, this.number));
    for await (const part of text) parts.push(part);
    return asDevToolsHaveIt(JSON.parse(parts.join('')) as CpuProfile);
  }
}

/** The engine writes negative numbers as if they had no sign, and samples that it takes on request a little out of order. */
function asDevToolsHaveIt({ nodes, startTime, endTime, ...profile }: CpuProfile): CpuProfile {
  for (const { callFrame } of nodes) {
    callFrame.scriptId = String(callFrame.scriptId);
    callFrame.lineNumber |= 0;
    callFrame.columnNumber |= 0;
  }
  let time = 0;
  const taken = profile.timeDeltas.map((delta, index) => {
    time += delta | 0;
    return { time, node: profile.samples[index] as number };
  });
  taken.sort((a, b) => a.time - b.time);
  const samples = taken.map(({ node }) => node);
  const timeDeltas = taken.map(({ time }, index) => time - (taken[index - 1]?.time ?? 0));
  return { nodes, startTime, endTime, samples, timeDeltas };
}

export async function heapUsage(peer: Correspondent): Promise<HeapUsage> {
  const [
    heapUsed = 0,
    heapTotal = 0,
    heapLimit = 0,
    heapPhysical = 0,
    external = 0,
    malloced = 0,
    peakMalloced = 0,
  ] = await answer<Float64Array>(peer, native.heapUsage);
  return { heapUsed, heapTotal, heapLimit, heapPhysical, external, malloced, peakMalloced };
}

export async function startCpuProfile(
  peer: Correspondent,
  options: CpuProfileOptions,
): Promise<CpuProfileHandle> {
  const interval = checkedInterval(options);
  const number = await answer<number>(peer, (id) => native.startCpuProfile(id, interval * 1000));
  return new CpuProfileHandle(peer, number);
}

export function heapSnapshot(peer: Correspondent): AsyncGenerator<Uint8Array, void, undefined> {
  return answers<Uint8Array>(peer, native.heapSnapshot);
}

export function cpuTime(peer: Correspondent): number {
  // Its end tells how much it was in all.
  peer.follow();
  const now = native.cpuTime(peer.id);
  if (now === undefined) checkRuntime(peer);
  else peer.cpuTime = now;
  return peer.cpuTime;
}

export function lockState(peer: Correspondent): LockState {
  const state = native.lockState(peer.id);
  if (state === undefined) checkRuntime(peer);
  return state ?? { held: false, waiting: 0, waitedMs: 0 };
}

/** Asks a question about an interpreter; undefined if it has ended. The channel closes when it ends before it has answered. */
type Question = (id: number) => EndpointSeed | undefined;

/** Asks something that has one answer. */
async function answer<T>(peer: Correspondent, question: Question): Promise<T> {
  const receiver = await ask(peer, question);
  try {
    return await next<T>(peer, receiver);
  } finally {
    receiver.close();
  }
}

/** Asks something whose answer comes in parts, the last of which is `true`. */
async function* answers<T>(
  peer: Correspondent,
  question: Question,
): AsyncGenerator<T, void, undefined> {
  const receiver = await ask(peer, question);
  try {
    for (;;) {
      const part = await next<T | true>(peer, receiver);
      if (part === true) return;
      yield part;
    }
  } finally {
    receiver.close();
  }
}

async function ask(peer: Correspondent, question: Question): Promise<Receiver<unknown>> {
  peer.follow();
  const seed = question(peer.id);
  if (seed !== undefined) return new Receiver<unknown>(seed);
  checkRuntime(peer);
  return peer.refused();
}

/** Throws if native code does not know an interpreter because it is one of Node's own. */
function checkRuntime({ id, label }: Correspondent): void {
  const lives = native.interpreters().some((one) => one.id === id && one.state !== 'closed');
  if (!lives) return;
  const text = `Only Node itself can look into the ${label}, which is one of its Workers: call node:v8, node:inspector or process there.`;
  throw new IsolaneError('ERR_ISOLANE_NOT_SUPPORTED', text);
}

async function next<T>(peer: Correspondent, receiver: Receiver<unknown>): Promise<T> {
  let part: unknown;
  try {
    part = await receiver.receive();
  } catch (error) {
    if (!(error instanceof ChannelClosedError)) throw error;
    await peer.whenEnded();
    throw peer.closedError();
  }
  if (part !== false) return part as T;
  throw new IsolaneError(
    'ERR_ISOLANE_INSPECTION',
    `There is no memory to look into the ${peer.label}.`,
  );
}

function checkedInterval({ interval = 1 }: CpuProfileOptions): number {
  if (typeof interval !== 'number') throw new TypeError('interval must be a number.');
  if (interval >= SHORTEST_INTERVAL && interval <= LONGEST_INTERVAL) return interval;
  const range = `from ${SHORTEST_INTERVAL} to ${LONGEST_INTERVAL} milliseconds`;
  throw new RangeError(`interval must be ${range}, but is ${interval}.`);
}
