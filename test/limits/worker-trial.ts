import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * What comes of a script in a Worker with the same limit: the name of an error, `terminated`, `survives`, `never ends`, or
 * `the process dies`.
 */
export function runInWorker(
  kind: 'memory' | 'endless',
  body: string,
  { execPath = process.execPath, limit = 60_000 } = {},
): Promise<string> {
  const child = spawn(execPath, [join(__dirname, 'worker-child.js'), kind, body], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let word = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    word += chunk;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, limit);
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer);
      // The last act of that process is to say a word.
      if (word !== '') resolve(word.trim());
      else resolve(late ? 'never ends' : 'the process dies');
    });
  });
}
