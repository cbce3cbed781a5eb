import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { exit, howItEnded, run } from './exec.mjs';
import { path } from './project.mjs';
import { checkCMake } from './tools.mjs';

// The second pair parks threads as systems other than Linux do.
const executables = ['core_tests', 'core_stress', 'core_tests_condvar', 'core_stress_condvar'];

/** Builds and runs the C++ tests; `sanitize` is the value of ISOLANE_SANITIZE. */
export async function cppTests({ sanitize = 'none', limit = 10 * 60_000 } = {}) {
  const folder = join('build', `cpp-${sanitize.replace(/\W/g, '-')}`);
  await compile(folder, sanitize);
  const env = { ...sanitizerOptions, ...process.env };
  const all = { passed: 0, failures: [] };
  for (const name of executables) {
    const ended = await exit(path(folder, 'bin', name), [], { capture: 'tee', limit, env });
    const { passed, failures } = summary(name, ended);
    all.passed += passed;
    all.failures.push(...failures);
  }
  return all;
}

const sanitizerOptions = {
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
  ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1',
  UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
};

async function compile(folder, sanitize) {
  const generator = checkCMake();
  const settings = {
    CMAKE_BUILD_TYPE: 'RelWithDebInfo',
    CMAKE_RUNTIME_OUTPUT_DIRECTORY: path(folder, 'bin'),
    CMAKE_RUNTIME_OUTPUT_DIRECTORY_RELWITHDEBINFO: path(folder, 'bin'),
    ISOLANE_SANITIZE: sanitize,
  };
  const defined = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  // The generator of a folder cannot be changed once it is configured.
  const chosen = existsSync(path(folder, 'CMakeCache.txt')) ? [] : ['-G', generator];
  await run('cmake', ['-S.', `-B${folder}`, ...chosen, ...defined]);
  const build = ['--build', folder, '--config', 'RelWithDebInfo', `-j${availableParallelism()}`];
  await run('cmake', [...build, '--target', ...executables]);
}

/** Reads what doctest says at its end: "[doctest] test cases: 12 | 11 passed | 1 failed | 0 skipped". */
function summary(name, ended) {
  const counts = ended.text.match(
    /\[doctest\] test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed/,
  );
  const passed = Number(counts?.[1] ?? 0);
  const titles = [...ended.text.matchAll(/^TEST CASE:\s+(.+)$/gm)].map(
    ([, title]) => `${name}: ${title}`,
  );
  const failures = ended.code === 0 ? [] : [...new Set(titles)];
  if (!counts || (ended.code !== 0 && failures.length === 0))
    failures.push(`${name}: ${howItEnded(ended)}`);
  else if (passed + failures.length === 0) failures.push(`${name}: no test was found`);
  return { passed, failures };
}
