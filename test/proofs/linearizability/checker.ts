/**
 * Decides whether a history of concurrent operations is linearizable: whether each operation can be given one moment between its call and
 * its return, so that in the order of these moments all results are what a sequential model says.
 *
 * The search is that of J. M. Wing and C. Gong, "Testing and verifying concurrent objects" (J. Parallel Distrib. Comput. 17, 1993), with
 * the memory of G. Lowe, "Testing for linearizability" (Concurrency Comput. 29, 2017): what was tried once, with the same operations done
 * and the same state reached, is not tried again. Two operations may also share one moment, as the two sides of a rendezvous do: this is
 * the set-linearizability of G. Neiger (PODC 1994).
 */

/** When an operation was called and when it returned, by a clock that all parties share. */
export interface Interval {
  readonly call: number;
  readonly return: number;
  /** Operations that must come before this one, although they may overlap. */
  readonly after?: readonly Interval[] | undefined;
}

/** What a sequential object does. States are never changed, but replaced. */
export interface Model<State, Operation> {
  readonly initial: State;
  /** The states after an operation that had this result: none if that cannot be, several if it leaves something open. */
  step(state: State, operation: Operation): State[];
  /** The same for two operations at the same moment. */
  meet?(state: State, one: Operation, other: Operation): State[];
  /** Equal for equal states only. */
  key(state: State): string;
}

export interface Verdict<Operation> {
  linearizable: boolean;
  /** An order in which the results are right; if there is none of all, then the longest that was found. */
  order: Operation[][];
  /** How many states were looked at. */
  tried: number;
}

export function check<State, Operation extends Interval>(
  history: readonly Operation[],
  model: Model<State, Operation>,
): Verdict<Operation> {
  return new Search(history, model).run();
}

class Search<State, Operation extends Interval> {
  private readonly history: Operation[];
  /** For each operation the bits of those that must come before. */
  private readonly after: bigint[];
  private readonly all: bigint;
  private readonly seen = new Set<string>();
  private readonly order: Operation[][] = [];
  private longest: Operation[][] = [];
  private reached = -1;

  constructor(
    history: readonly Operation[],
    private readonly model: Model<State, Operation>,
  ) {
    this.history = [...history].sort((a, b) => a.call - b.call);
    this.after = this.history.map((one) => {
      const before = (one.after ?? []).map((each) => this.history.indexOf(each as Operation));
      return before.reduce((bits, at) => (at < 0 ? bits : bits | (1n << BigInt(at))), 0n);
    });
    this.all = (1n << BigInt(this.history.length)) - 1n;
  }

  run(): Verdict<Operation> {
    const linearizable = this.goOn(0n, this.model.initial, 0);
    return { linearizable, order: this.longest, tried: this.seen.size };
  }

  /** Whether the operations that are not in `done` can come next, one after the other. */
  private goOn(done: bigint, state: State, count: number): boolean {
    if (count > this.reached) {
      this.reached = count;
      this.longest = [...this.order];
    }
    if (done === this.all) return true;
    const key = `${done.toString(36)} ${this.model.key(state)}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);

    const next = this.candidates(done);
    for (const [i, at] of next.entries()) {
      const one = this.history[at] as Operation;
      const alone = done | (1n << BigInt(at));
      if (this.take([one], this.model.step(state, one), alone, count + 1)) return true;
      if (this.model.meet === undefined) continue;
      for (const with_ of next.slice(i + 1)) {
        const other = this.history[with_] as Operation;
        const states = this.model.meet(state, one, other);
        const both = alone | (1n << BigInt(with_));
        if (this.take([one, other], states, both, count + 2)) return true;
      }
    }
    return false;
  }

  private take(operations: Operation[], states: State[], done: bigint, count: number): boolean {
    for (const state of states) {
      this.order.push(operations);
      if (this.goOn(done, state, count)) return true;
      this.order.pop();
    }
    return false;
  }

  /** The operations that may come next: those that were called before any of the others returned. */
  private candidates(done: bigint): number[] {
    let firstReturn = Number.POSITIVE_INFINITY;
    const left: number[] = [];
    for (const [at, one] of this.history.entries()) {
      if (((done >> BigInt(at)) & 1n) !== 0n) continue;
      if (one.call > firstReturn) break; // the history is in the order of the calls
      firstReturn = Math.min(firstReturn, one.return);
      left.push(at);
    }
    return left.filter((at) => {
      const one = this.history[at] as Operation;
      return one.call < firstReturn && ((this.after[at] as bigint) & ~done) === 0n;
    });
  }
}
