/**
 * Contenders that cannot be had everywhere.
 *
 * @typedef {object} Contender
 * @property {string} title
 * @property {() => Promise<unknown>} [prepare] builds or fetches what it needs; rejects with the reason where it cannot be had
 * @property {readonly string[]} [flags] of the Node that it runs in
 */

/**
 * Prepares contenders; one that cannot be had is left out.
 *
 * @template {Contender} T
 * @param {ReadonlyMap<string, T>} contenders
 * @param {(key: string) => boolean} [taking]
 * @returns {Promise<{ able: Map<string, T>, notes: string[] }>} the notes say what is left out, and why
 */
export async function available(contenders, taking = () => true) {
  /** @type {Map<string, T>} */
  const able = new Map();
  /** @type {string[]} */
  const notes = [];
  for (const [key, contender] of contenders) {
    if (!taking(key)) continue;
    try {
      await contender.prepare?.();
      able.set(key, contender);
    } catch (error) {
      const [why] = /** @type {Error} */ (error).message.split('\n');
      notes.push(`Left out: ${contender.title}. Why: ${why}.`);
    }
  }
  return { able, notes };
}

/**
 * As tables have it.
 *
 * @param {ReadonlyMap<string, { title: string }>} contenders
 * @returns {Record<string, string>}
 */
export const titlesOf = (contenders) =>
  Object.fromEntries([...contenders].map(([key, { title }]) => [key, title]));

/**
 * Those that can share a process.
 *
 * @param {ReadonlyMap<string, Contender>} contenders
 * @returns {{ flags: readonly string[], keys: string[] }[]}
 */
export function byFlags(contenders) {
  /** @type {Map<string, { flags: readonly string[], keys: string[] }>} */
  const groups = new Map();
  for (const [key, { flags = [] }] of contenders) {
    const id = flags.join(' ');
    if (!groups.has(id)) groups.set(id, { flags, keys: [] });
    groups.get(id)?.keys.push(key);
  }
  return [...groups.values()];
}
