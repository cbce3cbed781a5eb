/** Interpreters that are Workers of Node. What starts them is Node's own, and set by the host (src/host/node-runtime.ts). */

import { type NativeInterpreterOptions, native } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import type { ConsoleRoute } from './protocol.js';

export interface NodeRuntimeOptions extends NativeInterpreterOptions {
  console: ConsoleRoute;
}

/** Resolves to the id of a Worker that serves as an interpreter. */
type StartNodeRuntime = (options: NodeRuntimeOptions) => Promise<number>;

let start: StartNodeRuntime | undefined;

export function setStartNodeRuntime(starter: StartNodeRuntime): void {
  start = starter;
}

/** Whether that interpreter is one, and lives. */
export function isNodeRuntime(id: number): boolean {
  return native.interpreters().some((one) => one.id === id && one.runtime === 'node');
}

/** Throws in a bare interpreter: what has no Node API is not to get one by way of another interpreter. */
export async function startNodeRuntime(options: NodeRuntimeOptions): Promise<number> {
  if (start !== undefined) return start(options);
  const text = `runtime: 'node' is for code that runs in Node, and this is a bare interpreter. Make the Node runtime in the host, and give this interpreter channels to it.`;
  throw new IsolaneError('ERR_ISOLANE_NO_NODE_API', text);
}
