/**
 * A script that the engine ends the process for, whatever runs it: a fatal error of its own, of which it asks nobody. In an interpreter
 * with a memory limit it is refused before it gets there.
 */
export interface DeadlyScript {
  readonly name: string;
  readonly body: string;
  /** The versions of Node in which this is so. */
  readonly majors: readonly number[];
}

/** By name, all that is known. Each is tried in a Worker, which dies of it with its process. */
export const deadlyScripts: readonly DeadlyScript[] = [
  {
    name: 'a text of 2 ** 28 characters split into characters',
    body: "return 'x'.repeat(2 ** 28).split('').length;",
    majors: [20, 22, 24, 26],
  },
];
