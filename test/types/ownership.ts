/** What TypeScript makes of `own` and `share`: that this file compiles is the test. */

import {
  type Immutable,
  type Interpreter,
  move,
  type Owned,
  own,
  type ReadonlyView,
  type Receiver,
  type Sender,
  type Shareable,
  type ShareableClass,
  Shared,
  share,
  shareable,
} from 'isolane';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes the type of its argument only if both are the same. */
declare function expect<A>(): <B>(
  value: B,
  ...same: Equal<A, B> extends true ? [] : [never]
) => void;

interface Image {
  readonly name: string;
  size: [width: number, height: number];
  pixels: Uint8Array;
  tags?: string[];
  taken: Date;
  pattern: RegExp;
  byName: Map<string, { count: number }>;
  sizes: Set<bigint>;
  next: Image | null;
}

declare const image: Image;
declare const anything: ReturnType<typeof JSON.parse>;
declare const unknown: unknown;
declare const sender: Sender<Owned<Image>>;
declare const receiver: Receiver<{ job: Owned<Image>; table: Shared<Image> }>;

export async function boxes(guest: Interpreter): Promise<void> {
  const box = own(image);
  expect<Owned<Image>>()(box);
  expect<Image>()(box.value);
  expect<boolean>()(box.moved);
  expect<Owned<Image>>()(own(move(image)));
  sender.sendSync(box);
  // @ts-expect-error: it takes boxes.
  sender.sendSync(image);
  expect<Image>()((await receiver.receive()).job.value);
  expect<Owned<Image>>()(await guest.call((box) => box, box));
  // @ts-expect-error: what is in it is put there once.
  box.value = image;
}

export async function sharing(guest: Interpreter): Promise<void> {
  const shared = share(image);
  expect<Shared<Image>>()(shared);
  expect<Immutable<Image>>()(shared.value);
  expect<number>()(shared.id);
  expect<Shared<Image>>()(await guest.call((shared) => shared, shared));
  expect<string>()((await receiver.receive()).table.value.name);
  shared satisfies Shared<unknown>;

  const { value } = shared;
  expect<string>()(value.name);
  expect<readonly [width: number, height: number]>()(value.size);
  expect<ReadonlyView<number, Uint8Array>>()(value.pixels);
  expect<readonly string[] | undefined>()(value.tags);
  expect<number | undefined>()(value.byName.get('a')?.count);
  expect<ReadonlySet<bigint>>()(value.sizes);
  expect<string | undefined>()(value.next?.next?.name);
  expect<number>()(value.taken.getTime());
  expect<boolean>()(value.pattern.test('text'));
  expect<string>()('text'.replace(value.pattern, ''));
  // @ts-expect-error: nothing can be changed.
  value.size[0] = 1;
  // @ts-expect-error
  value.tags?.push('a');
  // @ts-expect-error
  value.pixels[0] = 1;
  // @ts-expect-error
  value.pixels.fill(0);
  // @ts-expect-error
  value.pixels.buffer;
  // @ts-expect-error
  value.byName.set('a', { count: 1 });
  const entry = value.byName.get('a');
  // @ts-expect-error
  if (entry) entry.count++;
  // @ts-expect-error
  value.sizes.add(1n);
  // @ts-expect-error
  value.taken.setTime(0);
  // @ts-expect-error: each search begins at the beginning.
  value.pattern.lastIndex;
  // @ts-expect-error: it is no Uint8Array.
  value.pixels satisfies Uint8Array;
}

export function views(): void {
  expect<ReadonlyView<number, Float64Array>>()(share(new Float64Array(1)).value);
  expect<ReadonlyView<bigint, BigInt64Array>>()(share(new BigInt64Array(1)).value);
  expect<ReadonlyView<number, Uint8Array>>()(share(Buffer.alloc(1)).value);
  expect<ReadonlyView<number, Uint8Array>>()(share(new ArrayBuffer(1)).value);
  expect<ReadonlyView<number, Uint8Array>>()(share(new DataView(new ArrayBuffer(1))).value);
  const { value } = share(new Float32Array(1));
  expect<number | undefined>()(value.at(0));
  expect<Float32Array>()(value.slice());
  expect<Float32Array>()(value.map((each) => each * 2));
  expect<ReadonlyView<number, Float32Array>>()(value.subarray(1));
  expect<number[]>()([...value]);
  value.copyTo(new Uint8Array(1));
  // @ts-expect-error: these are bigints.
  value.copyTo(new BigInt64Array(1));
  value satisfies ReadonlyView;
  // @ts-expect-error: these are no bigints.
  value satisfies ReadonlyView<bigint>;
  expect<ReadonlyView<number, Float32Array>>()(share(value).value);
}

export function kinds(): void {
  expect<5>()(share(5 as const).value);
  expect<string | null>()(share(unknown as string | null).value);
  expect<typeof anything>()(share(anything).value);
  expect<unknown>()(share(unknown).value);
  expect<readonly { readonly a: number }[]>()(share([{ a: 1 }]).value);
  expect<SharedArrayBuffer>()(share(new SharedArrayBuffer(1)).value);
  expect<Shared<number>>()(share({ inner: share(5) }).value.inner);
  expect<ReadonlyMap<string, readonly number[]>>()(share(new Map<string, number[]>()).value);
  // Functions do not travel.
  expect<never>()(share(unknown as { call(): void }).value.call);
  share(new RangeError('no')).value satisfies {
    readonly message: string;
    readonly cause?: unknown;
  };
}

// @ts-expect-error: only what arrives makes them.
new Shared(5);

class Money implements Shareable {
  constructor(readonly cents: number) {}
  plus(other: Money): Money {
    return new Money(this.cents + other.cents);
  }
  [shareable.encode](): number {
    return this.cents;
  }
  static [shareable.decode](cents: number): Money {
    return new Money(cents);
  }
}

class Hidden implements Shareable {
  private constructor(private readonly text: string) {}
  [shareable.encode](): unknown {
    return this.text;
  }
  static [shareable.decode](text: string): Hidden {
    return new Hidden(text);
  }
}

class Mismatch implements Shareable {
  [shareable.encode](): number {
    return 5;
  }
  static [shareable.decode](_text: string): Mismatch {
    return new Mismatch();
  }
}

class Elsewhere implements Shareable {
  [shareable.encode](): number {
    return 5;
  }
  static [shareable.decode](): number {
    return 5;
  }
}

export function classes(): void {
  shareable.register(Money);
  shareable.register(Hidden, 'secret/Hidden');
  Money satisfies ShareableClass<Money>;
  expect<Money>()(share({ money: new Money(1) }).value.money);
  // @ts-expect-error: has no [shareable.encode].
  shareable.register(class {});
  // @ts-expect-error: takes something else than what it travels as.
  shareable.register(Mismatch);
  // @ts-expect-error: makes something else.
  shareable.register(Elsewhere);
  // @ts-expect-error: has no [shareable.encode].
  class Wrong implements Shareable {}
  new Wrong();
}
