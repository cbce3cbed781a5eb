/**
 * A progress bar on a terminal, and nothing anywhere else.
 */

import { SingleBar } from 'cli-progress';

/**
 * @param {string} title
 * @param {number} total
 * @param {boolean} visible
 * @returns {{ step(): void, stop(): void }}
 */
export function startProgress(title, total, visible) {
  if (!visible || total === 0) return { step() {}, stop() {} };
  const bar = new SingleBar({
    stream: process.stdout,
    format: `${title.padEnd(14)} {bar} {value}/{total} files, {duration_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 32,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { step: () => bar.increment(), stop: () => bar.stop() };
}
