/**
 * The command line.
 */

import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wayNames } from './ways.mjs';

export const usage = `Code metrics of every JavaScript file below a folder, by interpreters that talk over channels.

  npm start [-- FOLDER] [--interpreters N] [--json]

  FOLDER             where to look; this project's own node_modules if it is left out
  --interpreters N   how many interpreters (and Workers, to compare with); one for each processor if it is left out
  --only WAY         no comparison, only one way: isolane, workers or one
  --json             one JSON object instead of tables
  --help             this text`;

/** What the user has to put right. */
export class UsageError extends Error {}

/** The greatest number of interpreters that makes sense to ask for. */
const mostInterpreters = 1024;

/** @type {ReadonlyMap<string, import('./ways.mjs').WayName>} */
const waysByOption = new Map([
  ['isolane', 'isolane'],
  ['workers', 'workerThreads'],
  ['one', 'oneThread'],
]);

/**
 * @typedef {object} Options
 * @property {string} folder
 * @property {number} interpreters
 * @property {readonly [import('./ways.mjs').WayName, ...import('./ways.mjs').WayName[]]} ways the main one first
 * @property {boolean} json
 * @property {boolean} help
 */

/**
 * @param {string[]} args
 * @returns {Options}
 * @throws {UsageError}
 */
export function parseCommandLine(args) {
  const { values, positionals } = parse(args);
  const { interpreters, only, json = false, help = false } = values;
  if (positionals.length > 1) throw new UsageError(`One folder at most, not ${positionals.length}`);
  return {
    folder: help ? '' : findFolder(positionals[0]),
    interpreters: interpreters === undefined ? availableParallelism() : parseCount(interpreters),
    ways: only === undefined ? wayNames : [parseWay(only)],
    json,
    help,
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        interpreters: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

/** @param {string | undefined} given */
function findFolder(given) {
  const folder =
    given === undefined
      ? fileURLToPath(new URL('../../node_modules', import.meta.url))
      : resolve(given);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`No such folder: ${folder}`);
  if (!found.isDirectory()) throw new UsageError(`Not a folder: ${folder}`);
  return folder;
}

/** @param {string} text */
function parseCount(text) {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > mostInterpreters) {
    throw new UsageError(
      `--interpreters takes a number from 1 to ${mostInterpreters}, not '${text}'`,
    );
  }
  return count;
}

/** @param {string} text */
function parseWay(text) {
  const way = waysByOption.get(text);
  if (way === undefined) {
    throw new UsageError(`--only takes ${[...waysByOption.keys()].join(', ')}, not '${text}'`);
  }
  return way;
}
