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
 * @param {object} [how]
 * @param {readonly string[]} [how.flags] of its Node
 * @param {number} [how.limit] milliseconds
 * @returns {Promise<Result>}
 */
export function inChild(scenario, options, { flags = [], limit = 120_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = fork(self, [scenario, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...flags],
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
async function answer(scenario, options) {
  try {
    const { measure } = await import(scenario);
    return { result: await measure(JSON.parse(options)) };
  } catch (error) {
    return { error: /** @type {Error} */ (error).stack };
  }
}

// Not awaited at the top: scenarios import this module, too, and would wait for it.
if (process.argv[1] === self) {
  answer(process.argv[2], process.argv[3]).then((message) =>
    process.send?.(message, () => process.exit()),
  );
}
