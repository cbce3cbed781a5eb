import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { compileIn, gypFolder, nativeFolders } from './addon.mjs';
import { exit, howItEnded, run, say } from './exec.mjs';
import { coreSeeds } from './fuzz-seeds.mjs';
import { runningNode } from './nodes.mjs';
import { path } from './project.mjs';
import { whenStale } from './stale.mjs';
import { checkClang, checkCMake } from './tools.mjs';

const folder = join('build', 'fuzz');
const addon = join(folder, 'addon', 'build', 'Release', 'isolane_fuzz.node');

/** What is fuzzed, and how often unless somebody says so: some ten or twenty seconds each. */
export const targets = {
  messages: { inNode: true, runs: 100_000 },
  shared: { inNode: true, runs: 100_000 },
  parcels: { inNode: true, runs: 100_000 },
  records: { inNode: true, runs: 100_000 },
  utf8: { runs: 500_000 },
  native_values: { runs: 300_000 },
  channels: { runs: 200_000 },
  shapes: { runs: 200_000 },
};

/** Builds the fuzzers that these targets need. */
export async function buildFuzzers(names) {
  const clang = checkClang();
  if (names.some((name) => targets[name].inNode)) await buildAddonFuzzer(clang);
  if (names.some((name) => !targets[name].inNode)) await buildCoreFuzzers(clang);
}

async function buildAddonFuzzer({ c, cxx }) {
  const node = await runningNode();
  const inputs = ['native/fuzz', 'include/isolane', ...nativeFolders];
  const task = { inputs, outputs: [addon], key: node.version };
  await whenStale('fuzz-addon', task, async () => {
    const links = { native: path('native'), include: path('include') };
    gypFolder(path(folder, 'addon'), path('native/fuzz/addon/binding.gyp'), links);
    await compileIn(path(folder, 'addon'), node, { variables: { CC: c, CXX: cxx } });
  });
}

async function buildCoreFuzzers({ c, cxx }) {
  const generator = checkCMake();
  const build = path(folder, 'core');
  const settings = {
    CMAKE_C_COMPILER: c,
    CMAKE_CXX_COMPILER: cxx,
    CMAKE_BUILD_TYPE: 'RelWithDebInfo',
    ISOLANE_SANITIZE: 'address;undefined',
    ISOLANE_FUZZ: 'ON',
  };
  const defined = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const chosen = existsSync(join(build, 'CMakeCache.txt')) ? [] : ['-G', generator];
  await run('cmake', ['-S.', `-B${build}`, ...chosen, ...defined]);
  await run('cmake', ['--build', build, `-j${availableParallelism()}`, '--target', 'fuzzers']);
}

/** Inputs that have failed are kept here, and tried first from then on. */
const foundBy = (name) => path(folder, 'found', name);

/**
 * Tries a target with the inputs that it has failed with before, with its seeds if it has any, and with what libFuzzer makes of them.
 * Returns what passed and failed: each of the three is a test.
 */
export async function fuzz(name, { runs = targets[name].runs, seed }) {
  const corpus = path(folder, 'corpus', name);
  rmSync(corpus, { recursive: true, force: true });
  mkdirSync(corpus, { recursive: true });
  mkdirSync(foundBy(name), { recursive: true });
  const seeds = coreSeeds[name] ?? [];
  for (const [i, bytes] of seeds.entries()) writeFileSync(join(corpus, `seed-${i}`), bytes);

  const all = { passed: 0, failures: [] };
  const test = async (title, args, expected) => {
    const ended = await runFuzzer(name, args);
    const failure = failureOf(ended, expected);
    if (failure === undefined) {
      all.passed++;
      return say(`✓ ${title}${statistics(ended.text)}`);
    }
    say(`${ended.text}\n✗ ${title}: ${failure}`);
    all.failures.push(`${name}: ${title} (--seed ${seed})`);
  };
  const before = failedBefore(name);
  if (before.length > 0) await test(`what failed before (${before.length})`, before, 0);
  // Those in Node make their seeds themselves. That there are none, libFuzzer counts as one that is empty.
  const hasSeeds = targets[name].inNode || seeds.length > 0;
  if (hasSeeds) await test('seeds', [corpus, '-runs=0'], Math.max(seeds.length, 2));
  await test('random inputs', [corpus, `-runs=${runs}`, `-seed=${seed}`], runs);
  return all;
}

/** Inputs that were only slow are kept there, too. */
function failedBefore(name) {
  const files = readdirSync(foundBy(name)).filter((file) => !file.startsWith('slow-unit-'));
  return files.map((file) => join(foundBy(name), file));
}

/** Undefined if it came to its end, and has run so many inputs at least. */
function failureOf(ended, expected) {
  if (ended.code !== 0 || ended.timedOut) return howItEnded(ended);
  const runs = runsOf(ended.text) ?? 0;
  return runs < expected ? `only ${runs} of ${expected} inputs were tried` : undefined;
}

/** A process may take so long; at low priority, everything takes much longer. */
const LIMIT = 60 * 60_000;

async function runFuzzer(name, args) {
  const options = [
    `-artifact_prefix=${foundBy(name)}/`,
    '-max_len=2048',
    '-timeout=60',
    '-rss_limit_mb=4096',
    // Nothing that is decoded needs more memory than a few times its bytes, and what is attached.
    '-malloc_limit_mb=64',
    '-print_final_stats=1',
    '-verbosity=1',
  ];
  const env = {
    ...process.env,
    ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1:handle_sigtrap=1',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  };
  const limited = { capture: 'only', limit: LIMIT };
  if (!targets[name].inNode) {
    return exit(path(folder, 'core', `${name}_fuzz`), [...args, ...options], { env, ...limited });
  }
  const script = path('scripts', 'lib', 'fuzz-node.cjs');
  return exit(process.execPath, ['--expose-gc', script, path(addon), name, ...args, ...options], {
    env: { ...env, LD_PRELOAD: checkClang().asan },
    ...limited,
  });
}

/** What libFuzzer says at its end. */
function statistics(text) {
  const runs = runsOf(text);
  const edges = [...text.matchAll(/cov: (\d+)/g)].at(-1)?.[1];
  return runs === undefined ? '' : `: ${runs} runs${edges ? `, ${edges} edges covered` : ''}`;
}

function runsOf(text) {
  const count = text.match(/stat::number_of_executed_units:\s*(\d+)/)?.[1];
  return count === undefined ? undefined : Number(count);
}
