/** A generator of random numbers that a seed determines (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const characters = ['a', 'Z', '0', ' ', '\0', 'é', 'ÿ', 'Ω', '中', '\ud83d', '\udc00', '😀', '\n'];

/** Random values that structured clone keeps, with what they contain occurring more than once at times. */
export class RandomValues {
  private readonly made: object[] = [];

  constructor(private readonly random: () => number) {}

  value(depth = 4): unknown {
    const kinds = depth === 0 ? this.leaves : [...this.leaves, ...this.containers];
    const kind = kinds[this.below(kinds.length)] as (depth: number) => unknown;
    const value = kind(depth);
    if (typeof value === 'object' && value !== null) this.made.push(value);
    return value;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** Short as a rule, long at times. */
  private length(): number {
    return this.below(20) === 0 ? this.below(3000) : this.below(12);
  }

  private text(): string {
    const wide = this.below(2) === 0;
    const from = wide ? characters.length : 6;
    return Array.from({ length: this.length() }, () => characters[this.below(from)]).join('');
  }

  private number(): number {
    const kinds = [
      () => this.below(100),
      () => -this.below(2 ** 31),
      () => this.random() * 2 ** 60,
      () => this.random() - 0.5,
      () => -0,
      () => Number.NaN,
      () => Number.NEGATIVE_INFINITY,
    ];
    return (kinds[this.below(kinds.length)] as () => number)();
  }

  private bytes(): Uint8Array {
    return Uint8Array.from({ length: this.length() * 8 }, () => this.below(256));
  }

  private readonly leaves: ((depth: number) => unknown)[] = [
    () => this.number(),
    () => this.number(),
    () => this.text(),
    () => this.text(),
    () => [undefined, null, true, false][this.below(4)],
    () => BigInt(this.below(2 ** 31)) ** BigInt(this.below(8)) * (this.below(2) ? 1n : -1n),
    () => new Date(this.below(2 ** 31) * 1000),
    () => new RegExp(`[a-z]{${this.below(9)}}`, ['', 'g', 'iu', 'sy'][this.below(4)]),
    () => this.bytes(),
    () => this.bytes().buffer,
    () => new Float64Array(this.bytes().slice().buffer),
    () => new Int16Array(this.bytes().slice().buffer),
    () => new BigUint64Array(this.bytes().slice().buffer),
    () => new DataView(this.bytes().slice().buffer),
    () => (this.made.length === 0 ? {} : this.made[this.below(this.made.length)]),
  ];

  private readonly containers: ((depth: number) => unknown)[] = [
    (depth) => Array.from({ length: this.below(6) }, () => this.value(depth - 1)),
    (depth) =>
      Object.fromEntries(
        Array.from({ length: this.below(6) }, () => [this.text(), this.value(depth - 1)]),
      ),
    (depth) =>
      new Map(
        Array.from({ length: this.below(4) }, () => [this.value(depth - 1), this.value(depth - 1)]),
      ),
    (depth) => new Set(Array.from({ length: this.below(4) }, () => this.value(depth - 1))),
    () => {
      const sparse: unknown[] = [];
      sparse[this.below(20)] = this.number();
      sparse[this.below(20)] = this.text();
      return sparse;
    },
    (depth) => {
      const loop: Record<string, unknown> = { value: this.value(depth - 1) };
      loop['self'] = loop;
      return loop;
    },
  ];
}
