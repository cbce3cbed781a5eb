/**
 * Measuring in a process of its own, where nothing else has warmed up, grown or broken anything: `measure(options)` of a
 * scenario is called there.
 */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);

/**
 * @template Result
 * @param {string} scenario the URL of a module with a `measure`
 * @param {object} options for `measure`
 * @param {number} [limit] milliseconds
 * @returns {Promise<Result>}
 */
export function inChild(scenario, options, limit = 120_000) {
  return new Promise((resolve, reject) => {
    const child = fork(self, [scenario, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    child.on('message', (/** @type {any} */ { result, error }) => {
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const how = late ? `gave nothing within ${limit / 1000} s` : `ended by ${signal ?? code}`;
      reject(new Error(`the measuring process ${how}`));
    });
  });
}

/**
 * @param {string} scenario
 * @param {string} options
 */
async function serve(scenario, options) {
  const { measure } = await import(scenario);
  const answer = await measure(JSON.parse(options)).then(
    (/** @type {unknown} */ result) => ({ result }),
    (/** @type {any} */ error) => ({ error: String(error?.stack ?? error) }),
  );
  process.send?.(answer, () => process.exit());
}

if (process.argv[1] === self) await serve(process.argv[2], process.argv[3]);
