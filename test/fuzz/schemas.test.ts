import assert from 'node:assert/strict';
import fc from 'fast-check';
import { channel, type FieldType, NotShareableError, struct } from 'isolane';
import { keep } from '../support/keep.js';

/** A type, values of it and how they arrive, and values that are not, each with the place in it that is wrong. */
interface Sample {
  readonly type: FieldType;
  readonly fits: readonly { readonly value: unknown; readonly arrives: unknown }[];
  readonly wrong: readonly { readonly value: unknown; readonly path: string }[];
}

const range = (bits: number, isSigned: boolean): [least: bigint, most: bigint] =>
  isSigned
    ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
    : [0n, 2n ** BigInt(bits) - 1n];

const asItIs = (values: readonly unknown[]) => values.map((value) => ({ value, arrives: value }));

const here = (values: readonly unknown[]) => values.map((value) => ({ value, path: '' }));

function integer(type: FieldType, bits: number, isSigned: boolean): Sample {
  const [least, most] = range(bits, isSigned).map(Number) as [number, number];
  const wrong = [least - 1, most + 1, 0.5, Number.NaN, '1', 1n, null, undefined, {}];
  const fits = [...asItIs([least, most, 0, 1]), { value: -0, arrives: 0 }];
  return { type, fits, wrong: here(wrong) };
}

function bigint(type: FieldType, isSigned: boolean): Sample {
  const [least, most] = range(64, isSigned);
  const wrong = [least - 1n, most + 1n, 0, '0', undefined];
  return { type, fits: asItIs([least, most, 0n]), wrong: here(wrong) };
}

const leaves: readonly Sample[] = [
  integer('i8', 8, true),
  integer('u8', 8, false),
  integer('i16', 16, true),
  integer('u16', 16, false),
  integer('i32', 32, true),
  integer('u32', 32, false),
  bigint('i64', true),
  bigint('u64', false),
  {
    type: 'f32',
    fits: [...asItIs([0.5, -0, Number.NaN]), { value: 0.1, arrives: Math.fround(0.1) }],
    wrong: here(['0.5', 1n, null, undefined, []]),
  },
  {
    type: 'f64',
    fits: asItIs([0.1, -0, Number.NaN]),
    wrong: here(['0.1', 1n, null, undefined, []]),
  },
  { type: 'bool', fits: asItIs([true, false]), wrong: here([0, 1, 'true', null, undefined]) },
  // Also what is too long for a record.
  { type: 'string', fits: asItIs(['', 'é', '中', 'x'.repeat(5000)]), wrong: here([1, null]) },
  {
    type: 'bytes',
    fits: asItIs([Uint8Array.of(1, 2), new Uint8Array(5000)]),
    wrong: here([[1], 'x', undefined]),
  },
];

const name = fc.oneof(
  fc.constantFrom('id', 'x', 'constructor', 'toString', 'a b', '0', 'é', '"', '\n', 'p', 'value'),
  fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => text !== '__proto__'),
);

/** As a program would write it. */
const placeOf = (name: string) =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

/** Lists of what the sample has; `length`: of all of them, if it is fixed. */
function listOf({ type, fits, wrong }: Sample, length: number | undefined): Sample {
  const list = (count: number, what: 'value' | 'arrives') =>
    Array.from({ length: count }, (_, i) => fits[i % fits.length]?.[what]);
  const lengths = length === undefined ? [0, 1, fits.length] : [length];
  const withWrong = lengths.flatMap((count) =>
    Array.from({ length: count }, (_, i) => i).flatMap((i) =>
      wrong.map(({ value, path }) => ({
        value: list(count, 'value').with(i, value),
        path: `[${i}]${path}`,
      })),
    ),
  );
  const tooLong = length === undefined ? [] : [list(length + 1, 'value')];
  return {
    type: length === undefined ? [type] : [type, length],
    fits: lengths.map((n) => ({ value: list(n, 'value'), arrives: list(n, 'arrives') })),
    wrong: [...withWrong, ...here([{}, 'text', null, undefined, ...tooLong])],
  };
}

type Fields = readonly (readonly [name: string, sample: Sample])[];

/** Records with these fields. */
function structOf(fields: Fields): Sample {
  const record = (field: (sample: Sample, index: number) => unknown) =>
    Object.fromEntries(fields.map(([name, sample], i) => [name, field(sample, i)]));
  const withWrong = fields.flatMap(([name, sample], i) =>
    sample.wrong.map(({ value, path }) => ({
      value: record((each, at) => (at === i ? value : each.fits[0]?.value)),
      path: `${placeOf(name)}${path}`,
    })),
  );
  return {
    type: struct(Object.fromEntries(fields.map(([name, { type }]) => [name, type]))),
    fits: [0, 1, 2, 3, 4].map((i) => ({
      value: record(({ fits }) => fits[i % fits.length]?.value),
      arrives: record(({ fits }) => fits[i % fits.length]?.arrives),
    })),
    wrong: [...withWrong, ...here([null, undefined, 1, 'text'])],
  };
}

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: fc.constantFrom(...leaves) },
    fc
      .tuple(tie('sample'), fc.option(fc.nat(10), { nil: undefined }))
      .map(([sample, length]) => listOf(sample, length)),
    fields(tie('sample'), 3).map(structOf),
  ),
}));

function fields(sample: fc.Arbitrary<Sample>, most: number): fc.Arbitrary<Fields> {
  return fc.uniqueArray(fc.tuple(name, sample), {
    minLength: 1,
    maxLength: most,
    selector: ([name]) => name,
  });
}

describe('random schemas', () => {
  it('let through what fits, and name the place of what does not', () => {
    fc.assert(
      fc.property(fields(sample, 5), fc.infiniteStream(fc.nat()), (fields, numbers) => {
        const { type, fits, wrong } = structOf(fields);
        const [tx, rx] = keep(channel<unknown>({ of: type as never, capacity: 8 }));
        for (const { value, arrives } of fits) {
          tx.sendSync(value);
          assert.deepStrictEqual(rx.receiveSync(), arrives);
        }
        for (let i = 0; i < 8; i++) {
          const { value, path } = wrong[
            numbers.next().value % wrong.length
          ] as (typeof wrong)[number];
          assert.throws(
            () => tx.sendSync(value),
            (error) => error instanceof NotShareableError && error.path === `$${path}`,
          );
          assert.equal(rx.size, 0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
