import { hold, release } from '../binding/alive.js';
import { native } from '../binding/binding.js';
import { handleLetters, post } from '../binding/post-office.js';
import { startTimer } from '../binding/world.js';
import { born, onEnded } from './calls.js';
import { sourceOf } from './functions.js';
import { Letter } from './protocol.js';

/** Ids of interpreters that are ready, the oldest first. */
const ready = new Set<number>();
const starting = new Set<Promise<void>>();
let wanted = 0;

/** Keeps so many interpreters in reserve from now on; resolves when they are ready. */
export async function setReserve(count: number): Promise<void> {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`The reserve must be a whole number, 0 or more, but is ${count}.`);
  }
  wanted = count;
  for (const id of ready) {
    if (ready.size <= wanted) break;
    ready.delete(id);
    native.terminate(id);
  }
  fill();
  await Promise.all(starting);
}

/** Takes one out of the reserve, and has another one made; undefined if there is none. */
export function takeReserved(name: string): number | undefined {
  for (const id of ready) {
    ready.delete(id);
    // Not at once: whoever takes one should not share a core with the start of the next.
    startTimer(5, fill);
    if (native.claim(id, name)) return id;
  }
  return undefined;
}

function fill(): void {
  while (ready.size + starting.size < wanted) {
    let id: number;
    try {
      id = native.createInterpreter({ name: '', reserved: true });
    } catch {
      // Whoever wants an interpreter will be told why there is none.
      return;
    }
    const start: Promise<void> = born(id)
      .then(() => prepared(id))
      .then(
        () => {
          if (ready.size < wanted) ready.add(id);
          else native.terminate(id);
        },
        // Whoever wants an interpreter will be told why there is none.
        () => undefined,
      )
      .finally(() => starting.delete(start));
    starting.add(start);
  }
}

/** What is told whether an interpreter got ready, or has ended instead. */
const preparing = new Map<number, (ready: boolean) => void>();

/** Has it load and compile what first calls need; rejects if it ends before it has. */
async function prepared(id: number): Promise<void> {
  hold();
  const isReady = await new Promise<boolean>((resolve) => {
    preparing.set(id, resolve);
    if (
      !post(
        id,
        Letter.prepare,
        0,
        sourceOf(() => {}),
      )
    )
      resolve(false);
  }).finally(release);
  preparing.delete(id);
  if (!isReady) throw new Error('it ended');
}

handleLetters(Letter.prepared, (from) => preparing.get(from)?.(true));
onEnded((id) => {
  preparing.get(id)?.(false);
  ready.delete(id);
});
