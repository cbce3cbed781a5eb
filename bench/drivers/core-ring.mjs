/**
 * The channels of native/core without JavaScript on top, as the limit: what native/test/core_bench.cc measures.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { Failure, run } from '../../scripts/lib/exec.mjs';
import { path } from '../../scripts/lib/project.mjs';
import { whenStale } from '../../scripts/lib/stale.mjs';
import { checkCMake } from '../../scripts/lib/tools.mjs';

const folder = 'build/core-bench';
const windows = process.platform === 'win32';
const program = `${folder}/bin/core_bench${windows ? '.exe' : ''}`;

/** @typedef {{ oneWay: number, roundTrip: number }} Limits milliseconds of a message and of a round trip */

/** @type {import('./contender.mjs').Limit} */
export const coreRing = { title: 'bare C++ ring', limits };

// What is built is of interest only if that fails.
const quietly = /** @type {const} */ ({ capture: 'only' });

/** @type {Promise<Limits> | undefined} */
let measured;

/**
 * Measured once a run.
 *
 * @returns {Promise<Limits>} rejects with a Failure where it cannot be built
 */
function limits() {
  measured ??= measure();
  return measured;
}

/** @returns {Promise<Limits>} */
async function measure() {
  await build();
  const { stdout } = await promisify(execFile)(path(program), ['--json']);
  const lines = stdout.trim().split('\n');
  const values = new Map(
    lines.map((line) => {
      const { name, value } = JSON.parse(line);
      return [name, value];
    }),
  );
  const oneWay = values.get('core one way, capacity 1024');
  const roundTrip = values.get('core round trip, capacity 1024');
  if (!(oneWay > 0 && roundTrip > 0)) throw new Failure('core_bench has other figures now');
  return { oneWay: 1000 / oneWay, roundTrip: roundTrip / 1e6 };
}

async function build() {
  const inputs = ['CMakeLists.txt', 'native/core', 'native/test/core_bench.cc'];
  await whenStale('core-bench', { inputs, outputs: [program] }, async () => {
    const generator = checkCMake();
    const settings = [
      '-DCMAKE_BUILD_TYPE=Release',
      `-DCMAKE_RUNTIME_OUTPUT_DIRECTORY=${path(folder, 'bin')}`,
      `-DCMAKE_RUNTIME_OUTPUT_DIRECTORY_RELEASE=${path(folder, 'bin')}`,
    ];
    // The generator of a folder cannot be changed once it is configured.
    const chosen = existsSync(path(folder, 'CMakeCache.txt')) ? [] : ['-G', generator];
    await run('cmake', ['-S.', `-B${folder}`, ...chosen, ...settings], quietly);
    await run(
      'cmake',
      ['--build', folder, '--config', 'Release', '--target', 'core_bench'],
      quietly,
    );
  });
}
