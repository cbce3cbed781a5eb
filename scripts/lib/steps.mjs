import { Failure, output } from './exec.mjs';

/** Runs steps one after the other, times them, and says at the end how they went. */
export class Steps {
  #done = [];

  constructor() {
    output.fd = 1;
  }

  /** `body` may return `{ passed, failures }`; a failed step does not keep the later ones from running. */
  async run(name, body) {
    console.log(`\n── ${name}`);
    const start = performance.now();
    const step = { name, passed: 0, failures: [] };
    try {
      Object.assign(step, await body());
    } catch (error) {
      const message = error instanceof Failure ? error.message : error.stack;
      console.error(message);
      step.failures = [message.split('\n')[0]];
    }
    step.seconds = (performance.now() - start) / 1000;
    this.#done.push(step);
    return step.failures.length === 0;
  }

  /** Prints the summary, last the counts; returns the exit code. */
  finish() {
    const passed = this.#done.reduce((sum, step) => sum + step.passed, 0);
    const failed = this.#done.reduce((sum, step) => sum + step.failures.length, 0);
    console.log('');
    for (const { name, seconds, passed, failures } of this.#done) {
      const counts =
        passed + failures.length > 0 ? `${passed} passed, ${failures.length} failed` : '';
      console.log(
        `${failures.length > 0 ? '✗' : '✓'} ${name.padEnd(40)} ${seconds.toFixed(1).padStart(7)} s  ${counts}`.trimEnd(),
      );
    }
    for (const { name, failures } of this.#done) {
      for (const failure of failures) console.log(`  failed in ${name}: ${failure}`);
    }
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed > 0 ? 1 : 0;
  }
}
