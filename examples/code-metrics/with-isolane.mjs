/**
 * The job as a pipeline over channels:
 *
 *     walker ──► files ──► N interpreters ──► results ──► aggregator
 *
 * Both channels are bounded, so the walker is never more than a few files ahead of the interpreters. Walker and aggregator
 * share Node's main thread, which has nothing else to do, and so blocks.
 */

import { ChannelClosedError, channel, Interpreter, move } from 'isolane';
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
  const results = channel({ capacity: 2 * capacity + parallel, name: 'results' });

  const crew = await Promise.all(Array.from({ length: parallel }, openStage));
  try {
    const stages = Promise.all(crew.map(({ stage }) => stage.run(files.receiver, results.sender)));
    // Only the stages hold these ends now, so that an end of all stages is the end of both channels.
    files.receiver.close();
    results.sender.close();
    stages.catch(() => {}); // whatever broke a stage is thrown below
    feed(folder, files.sender, results.receiver, onResult);
    await stages;
    for (const result of results.receiver) onResult(result);
  } finally {
    await Promise.all(crew.map(({ interpreter }) => interpreter.terminate()));
  }
}

async function openStage() {
  const interpreter = await Interpreter.create();
  /** @type {import('isolane').Remote<typeof import('./metrics-stage.mjs')>} */
  const stage = await interpreter.import(new URL('./metrics-stage.mjs', import.meta.url));
  return { interpreter, stage };
}

/**
 * Blocks this thread while the interpreters have enough to do, and takes what they have done in between. They never wait for
 * that: there is room for the results of all files that can be under way.
 *
 * @param {string} folder
 * @param {import('isolane').Sender<SourceFile>} files
 * @param {import('isolane').Receiver<FileResult>} results
 * @param {Job['onResult']} onResult
 */
function feed(folder, files, results, onResult) {
  try {
    for (const file of sourceFiles(folder)) {
      if ('error' in file) onResult(file);
      else files.sendSync({ path: file.path, bytes: move(file.bytes) });
      for (let one = results.tryReceive(); one !== undefined; one = results.tryReceive()) {
        onResult(one);
      }
    }
  } catch (error) {
    // All stages have broken, and say why themselves.
    if (!(error instanceof ChannelClosedError)) throw error;
  } finally {
    files.close();
  }
}
