import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

export interface Ended {
  stdout: string;
  stderr: string;
  /** Of stdout. */
  lines: string[];
}

export interface RunOptions {
  /** The exit code that is right; 0 by default. */
  code?: number;
  /** Milliseconds after which the process is killed, and the test fails. */
  limit?: number;
  /** Arguments for Node itself. */
  nodeArgs?: string[];
}

const PRELUDE = `
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import * as isolane from 'isolane';
const { channel, Interpreter, move } = isolane;
`;

/**
 * Runs the text of an ES module in a Node of its own, and asserts that it ended by itself, with the right exit code. The names
 * of PRELUDE are there already.
 */
export async function runScript(text: string, options: RunOptions = {}): Promise<Ended> {
  const { code = 0, limit = 60_000, nodeArgs = [] } = options;
  const child = spawn(
    process.execPath,
    [...nodeArgs, '--input-type=module', '--eval', PRELUDE + text],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, limit);
  const [ended, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('close', (...how) => resolve(how));
  });
  clearTimeout(timer);
  const output = `\nstdout:\n${stdout}\nstderr:\n${stderr}`;
  assert.ok(!late, `the process did not end within ${limit} ms${output}`);
  assert.equal(signal, null, `the process was ended by ${signal}${output}`);
  assert.equal(ended, code, `exit code${output}`);
  return { stdout, stderr, lines: stdout.split('\n').slice(0, -1) };
}
