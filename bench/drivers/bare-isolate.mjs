/**
 * A bare isolate and context on a thread of its own, by the addon of bench/native, which is built when it is first asked for.
 */

import { createRequire } from 'node:module';
import { compileIn, gypFolder } from '../../scripts/lib/addon.mjs';
import { runningNode } from '../../scripts/lib/nodes.mjs';
import { path } from '../../scripts/lib/project.mjs';
import { whenStale } from '../../scripts/lib/stale.mjs';

const name = `bare-isolate-abi${process.versions.modules}`;
const folder = `build/${name}`;
const addon = `${folder}/build/Release/bare_isolate.node`;

const sources = ['bench/native', 'native/isolate', 'native/core/clock.cc', 'native/core/clock.h'];

/** For the Node that runs; rejects with a Failure where it cannot be built. */
export async function buildBareIsolate() {
  const node = await runningNode();
  const task = { inputs: sources, outputs: [addon], key: node.version };
  await whenStale(name, task, async () => {
    const links = { bench: path('bench/native'), native: path('native') };
    gypFolder(path(folder), path('bench/native/binding.gyp'), links);
    await compileIn(path(folder), node, { capture: 'only' });
  });
}

/**
 * @typedef {object} BareIsolate milliseconds of its thread, and what ends it, to be called once
 * @property {number} answer
 * @property {number} isolate
 * @property {number} context
 * @property {number} code
 * @property {() => void} end
 */

/**
 * Once it is built.
 *
 * @returns {() => Promise<BareIsolate>} starts one, which computes `1+1`
 */
export function loadBareIsolate() {
  const { start } = createRequire(import.meta.url)(path(addon));
  return () =>
    new Promise((resolve) => {
      const end = start((/** @type {number[]} */ ...[answer, isolate, context, code]) =>
        resolve({ answer, isolate, context, code, end }),
      );
    });
}
