/**
 * @param {string} specifier
 * @returns {Promise<number>} milliseconds
 */
export async function time(specifier) {
  const start = performance.now();
  await import(specifier);
  return performance.now() - start;
}
