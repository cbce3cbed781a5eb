import { native, type Question, services } from './services.js';

/** Work that may need other parties' answers: it yields questions, and is given what they say. */
export type Asking<T> = Generator<Question, T, unknown>;

export function* ask(question: Question): Asking<unknown> {
  return yield question;
}

/** Does the work, waiting for answers while other things happen here. */
export async function finish<T>(work: Asking<T>): Promise<T> {
  let step = work.next();
  while (!step.done) {
    try {
      step = work.next(await services.ask(step.value));
    } catch (error) {
      step = work.throw(error);
    }
  }
  return step.value;
}

/** Does the work in one go: this thread waits for answers. `what` is done, for the error if it cannot wait. */
export function finishSync<T>(work: Asking<T>, what: string): T {
  let step = work.next();
  while (!step.done) {
    // Whoever could answer may be the one whose thread this is.
    if (!native.onOwnThread()) {
      throw services.error(
        'ERR_ISOLANE_CANNOT_WAIT',
        `${what} needs an answer from another thread, for which a synchronous call cannot wait. Load the module before, with import().`,
      );
    }
    try {
      step = work.next(services.askSync(step.value));
    } catch (error) {
      step = work.throw(error);
    }
  }
  return step.value;
}
