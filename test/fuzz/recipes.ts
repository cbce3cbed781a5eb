/**
 * Random values that are more than their contents: with getters and setters, holes, hidden keys, other prototypes and circles. What is
 * generated is how to make one, since each that is sent has to be a new one.
 */

import fc from 'fast-check';

type Key = string | symbol;

export type Recipe =
  | { readonly kind: 'leaf'; readonly value: unknown }
  | { readonly kind: 'array'; readonly items: readonly Recipe[]; readonly holes: readonly number[] }
  | { readonly kind: 'object'; readonly of: Prototype; readonly properties: readonly Property[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Recipe, Recipe])[] }
  | { readonly kind: 'set'; readonly items: readonly Recipe[] }
  | { readonly kind: 'fresh'; readonly make: Maker; readonly numbers: readonly number[] }
  /** Something that was made before. */
  | { readonly kind: 'again'; readonly index: number };

const prototypes = ['plain', 'plain', 'plain', 'plain', 'none', 'class', 'inherits'] as const;
type Prototype = (typeof prototypes)[number];

const properties = [
  'data',
  'data',
  'data',
  'data',
  'getter',
  'accessor',
  'hidden',
  'fixed',
] as const;
interface Property {
  readonly key: Key;
  readonly how: (typeof properties)[number];
  readonly value: Recipe;
}

const makers = {
  date: (numbers) => new Date((numbers[0] ?? 0) * 1e9),
  regExp: (numbers) => new RegExp(`[a-z]{${numbers.length}}`, numbers.length > 2 ? 'giu' : ''),
  bytes: (numbers) => Uint8Array.from(numbers),
  doubles: (numbers) => Float64Array.from(numbers).subarray(1),
  view: (numbers) => new DataView(Uint8Array.from(numbers).buffer, numbers.length > 0 ? 1 : 0),
  buffer: (numbers) => Int16Array.from(numbers).buffer,
  boxed: (numbers) => Object(numbers[0] ?? 'text') as object,
} satisfies Record<string, (numbers: readonly number[]) => object>;
type Maker = keyof typeof makers;

class Thing {
  readonly own = 'property';
  get inherited(): string {
    return 'getter';
  }
}

/** Makes a new value. */
export function made(recipe: Recipe): unknown {
  return new Kitchen().make(recipe);
}

class Kitchen {
  private readonly all: object[] = [];

  make(recipe: Recipe): unknown {
    switch (recipe.kind) {
      case 'leaf':
        return recipe.value;
      case 'again':
        return this.all[recipe.index % Math.max(1, this.all.length)];
      case 'fresh':
        return this.keep(makers[recipe.make](recipe.numbers));
      case 'array':
        return this.array(recipe.items, recipe.holes);
      case 'map': {
        const map = this.keep(new Map<unknown, unknown>());
        for (const [key, value] of recipe.entries) map.set(this.make(key), this.make(value));
        return map;
      }
      case 'set': {
        const set = this.keep(new Set<unknown>());
        for (const item of recipe.items) set.add(this.make(item));
        return set;
      }
      default:
        return this.object(recipe.of, recipe.properties);
    }
  }

  private keep<T extends object>(value: T): T {
    this.all.push(value);
    return value;
  }

  private array(items: readonly Recipe[], holes: readonly number[]): unknown[] {
    const array = this.keep([] as unknown[]);
    for (const item of items) array.push(this.make(item));
    for (const hole of holes) delete array[hole];
    return array;
  }

  private object(of: Prototype, properties: readonly Property[]): object {
    const object = this.keep(empty(of));
    for (const { key, how, value } of properties) {
      const got = this.make(value);
      Object.defineProperty(object, key, {
        configurable: how !== 'fixed',
        enumerable: how !== 'hidden',
        ...(how === 'getter' || how === 'accessor'
          ? { get: () => got, ...(how === 'accessor' ? { set() {} } : {}) }
          : { value: got, writable: how !== 'fixed' }),
      });
    }
    return object;
  }
}

function empty(of: Prototype): object {
  switch (of) {
    case 'none':
      return Object.create(null);
    case 'class':
      return new Thing();
    case 'inherits':
      return Object.create({ inherited: 1 });
    default:
      return {};
  }
}

const leaf = fc.oneof(
  fc.integer(),
  fc.integer({ min: -130, max: 130 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(undefined, null, -0, Number.NaN, 2 ** 31, -(2 ** 31), 2n ** 63n),
  fc.bigInt(),
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const key = fc.oneof(
  fc.constantFrom<Key>('id', 'name', 'x', '0', '17', '__proto__', 'constructor', 'toString', '\n'),
  fc.constantFrom<Key>(Symbol.iterator, Symbol.toStringTag, Symbol('own')),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

/** At most so long, so that not all are the engine's. */
const MOST = 6;

const { tree } = fc.letrec<{ tree: Recipe }>((tie) => {
  const recipe = tie('tree');
  const property = fc.record({ key, how: fc.constantFrom(...properties), value: recipe });
  return {
    tree: fc.oneof(
      { maxDepth: 4 },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('leaf'), value: leaf }) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('object'),
          of: fc.constantFrom(...prototypes),
          properties: fc.uniqueArray(property, { maxLength: MOST, selector: (each) => each.key }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('array'),
          items: fc.array(recipe, { maxLength: MOST }),
          holes: fc.array(fc.nat(MOST), { maxLength: 1 }),
        }),
      },
      fc.record({
        kind: fc.constant('map'),
        entries: fc.array(fc.tuple(recipe, recipe), { maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('set'), items: fc.array(recipe, { maxLength: 3 }) }),
      fc.record({
        kind: fc.constant('fresh'),
        make: fc.constantFrom(...(Object.keys(makers) as Maker[])),
        numbers: fc.array(fc.nat(255), { maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant('again'), index: fc.nat(9) }),
    ) as fc.Arbitrary<Recipe>,
  };
});

/** Of values that structured clone takes. */
export const recipes = tree;
