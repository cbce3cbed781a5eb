/**
 * Figures out of samples, and samples in an order that is fair.
 */

/**
 * @typedef {object} Figure
 * @property {number} median
 * @property {number} low the least sample
 * @property {number} high the greatest sample
 * @property {number[]} samples in the order in which they were taken
 */

/**
 * Of one contender: numbers, unless a sample is told to be something else.
 *
 * @template [S=number]
 * @typedef {{ samples: S[] } | { error: string }} Outcome
 */

/**
 * @param {number[]} samples at least one
 * @returns {Figure}
 */
export function figure(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted[sorted.length - 1], samples };
}

/**
 * Takes samples in rounds, A C B, C A B and so on, each in an order of its own, so that whatever the machine does meanwhile hits all
 * alike, and so does what the one before has left behind. One whose sample fails drops out.
 *
 * @template T, S
 * @param {ReadonlyMap<string, T>} contenders
 * @param {number} rounds
 * @param {(contender: T, key: string) => Promise<S>} sample
 * @returns {Promise<Record<string, Outcome<S>>>}
 */
export async function interleaved(contenders, rounds, sample) {
  /** @type {Record<string, Outcome<S>>} */
  const outcomes = Object.fromEntries([...contenders.keys()].map((key) => [key, { samples: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const [key, contender] of shuffled([...contenders])) {
      const outcome = outcomes[key];
      if ('error' in outcome) continue;
      try {
        outcome.samples.push(await sample(contender, key));
      } catch (error) {
        outcomes[key] = { error: String(error) };
      }
    }
  }
  return outcomes;
}

/**
 * Fisher and Yates' shuffle, in place.
 *
 * @template T
 * @param {T[]} list
 */
function shuffled(list) {
  for (let rest = list.length; rest > 1; rest--) {
    const at = Math.floor(Math.random() * rest);
    [list[at], list[rest - 1]] = [list[rest - 1], list[at]];
  }
  return list;
}

/**
 * Samples of more rounds, or of another process. One that failed at any time has failed.
 *
 * @param {Record<string, Outcome>} all
 * @param {Record<string, Outcome>} more
 */
export function addOutcomes(all, more) {
  for (const [key, outcome] of Object.entries(more)) {
    const before = all[key];
    if (before === undefined || 'error' in outcome) all[key] = outcome;
    else if ('samples' in before) before.samples.push(...outcome.samples);
  }
}
