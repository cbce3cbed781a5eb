import { type EndlessScript, endlessScripts, type Stop, stops } from './hostile-loops.js';
import { type MemoryScript, memoryScripts } from './hostile-memory.js';

/** One way to run one script. */
export type Trial =
  | { readonly id: string; readonly kind: 'memory'; readonly script: MemoryScript }
  | {
      readonly id: string;
      readonly kind: 'endless';
      readonly script: EndlessScript;
      readonly stop: Stop;
    };

/** Every script, in every way in which it is run under this Node. */
export const trials: readonly Trial[] = [
  ...memoryScripts.map(
    (script) => ({ id: `memory: ${script.name}`, kind: 'memory', script }) as const,
  ),
  ...endlessScripts.flatMap((script) =>
    stops
      .filter((stop) => !(script.idles && stop === 'cpuTimeout'))
      // On the thread that calls, nobody else can give up what the engine does not stop.
      .filter((stop) => !((script.asynchronous || script.writtenOff) && stop === 'sync'))
      .map((stop) => ({ id: `${stop}: ${script.name}`, kind: 'endless', script, stop }) as const),
  ),
];

export function findTrial(id: string): Trial {
  const trial = trials.find((each) => each.id === id);
  if (trial === undefined) throw new Error(`there is no trial ${id}`);
  return trial;
}
