/** A script that ends the process, whatever runs it: the engine calls it a fatal error of its own, and asks nobody. */
export interface Unsurvivable {
  readonly name: string;
  readonly body: string;
  /** The versions of Node in which this is so. */
  readonly majors: readonly number[];
}

/** By name, all that is known. Each is tried in a Worker as well, which dies of it like an interpreter does. */
export const unsurvivable: readonly Unsurvivable[] = [
  {
    name: 'a text of 2 ** 28 characters split into characters',
    body: "return 'x'.repeat(2 ** 28).split('').length;",
    majors: [20, 22, 24, 26],
  },
];
