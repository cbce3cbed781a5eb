/**
 * The job as a pipeline over channels:
 *
 *     walker ──► files ──► N interpreters ──► results ──► aggregator
 *
 * Both channels are bounded, so the walker is never more than a few files ahead of the interpreters.
 */

import { channel, Interpreter, move } from 'isolane';
import { sourceFiles } from './source-files.mjs';

/** @typedef {import('./ways.mjs').Job} Job */
/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */
/** @typedef {import('./metrics.mjs').FileResult} FileResult */

const capacity = 64;

/** @type {import('./ways.mjs').Way} */
export async function run({ folder, parallel, onResult }) {
  /** @type {import('isolane').Channel<SourceFile>} */
  const files = channel({ capacity, name: 'files' });
  /** @type {import('isolane').Channel<FileResult>} */
  const results = channel({ capacity, name: 'results' });

  const stages = Array.from({ length: parallel }, () => measureIn(files.receiver, results.sender));
  const measured = Promise.all(stages).then(() => results.close());
  // A stage that breaks would leave the others waiting: poison ends them all.
  measured.catch((error) => {
    files.poison(error);
    results.poison(error);
  });
  await Promise.all([
    measured,
    feed(folder, files.sender, onResult),
    drain(results.receiver, onResult),
  ]);
}

/**
 * @param {string} folder
 * @param {import('isolane').Sender<SourceFile>} files
 * @param {Job['onResult']} onResult
 */
async function feed(folder, files, onResult) {
  try {
    for (const file of sourceFiles(folder)) {
      if ('error' in file) onResult(file);
      else await files.send({ path: file.path, bytes: move(file.bytes) });
    }
  } finally {
    files.close();
  }
}

/**
 * One interpreter, from its creation to the end of its stage.
 *
 * @param {import('isolane').Receiver<SourceFile>} files
 * @param {import('isolane').Sender<FileResult>} results
 */
async function measureIn(files, results) {
  const interpreter = await Interpreter.create();
  try {
    /** @type {import('isolane').Remote<typeof import('./metrics-stage.mjs')>} */
    const stage = await interpreter.import(new URL('./metrics-stage.mjs', import.meta.url));
    await stage.run(files, results);
  } finally {
    await interpreter.close();
  }
}

/**
 * @param {import('isolane').Receiver<FileResult>} results
 * @param {Job['onResult']} onResult
 */
async function drain(results, onResult) {
  for await (const result of results) onResult(result);
}
