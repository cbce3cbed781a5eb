/**
 * From nothing to the first result, by an interpreter and by a Worker. Each is loaded only when it is asked for.
 *
 * @typedef {object} Begun
 * @property {() => Promise<unknown>} end
 */

/** @type {Readonly<Record<string, () => Promise<Begun>>>} */
export const beginnings = {
  async isolane() {
    const { Interpreter } = await import('isolane');
    const interpreter = await Interpreter.create();
    checkAnswer(await interpreter.call((/** @type {number} */ n) => n + 1, 41));
    return { end: () => interpreter.close() };
  },

  async worker() {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker(new URL('./guests/beginning.mjs', import.meta.url), {
      workerData: 41,
    });
    checkAnswer(await new Promise((resolve) => worker.once('message', resolve)));
    return { end: () => worker.terminate() };
  },
};

/** @param {unknown} answer */
function checkAnswer(answer) {
  if (answer !== 42) throw new Error(`The first result was ${answer}, not 42`);
}
