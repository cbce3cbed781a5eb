/** What TypeScript makes of `Remote` and of what `call` gives: that this file compiles is the test. */

import type { Interpreter, Receiver, Remote, Sender } from 'isolane';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes the type of its argument only if both are the same. */
declare function expect<A>(): <B>(
  value: B,
  ...same: Equal<A, B> extends true ? [] : [never]
) => void;

// biome-ignore lint/suspicious/noExplicitAny: this is about it, too.
type Any = any;

interface Point {
  x: number;
  y?: number;
}

declare class Service {
  readonly port: number;
  start(name: string): Promise<boolean>;
  stop(): void;
}

declare const module: Remote<{
  add: (a: number, b?: number) => number;
  later: (text: string) => Promise<Point>;
  nothing: () => void;
  never: () => never;
  rest: (...all: string[]) => string[];
  guard: (value: unknown) => value is string;
  generic: <T>(value: T) => T[];
  overloaded: {
    (a: string): string;
    (a: number, b: boolean): number;
  };
  anything: Any;
  returnsAnything: () => Any;
  constant: 'constant';
  point: Point;
  list: readonly Point[];
  map: Map<string, Point>;
  date: Date;
  bytes: Uint8Array;
  sender: Sender<number>;
  receiver: Receiver<string>;
  makeReceiver: () => Receiver<string>;
  Class: typeof Service;
  symbol: symbol;
  then: string;
  service: Service;
  promised: Promise<Point>;
  nested: { deep: { double(n: number): number; name: string } };
  handlers: [(n: number) => string, number];
  optional?: (n: number) => string;
  withMembers: { (n: number): string; version: string; half(n: number): number };
  generate: (n: number) => Generator<number, string, boolean | undefined>;
  generateLater: (n: number) => AsyncGenerator<Point, void, unknown>;
  iterable: () => AsyncIterable<Point>;
  iterator: () => IterableIterator<string>;
  laterIterator: () => Promise<AsyncGenerator<number, void, unknown>>;
}>;

expect<Promise<number>>()(module.add(1));
expect<Promise<Point>>()(module.later('x'));
expect<Promise<void>>()(module.nothing());
expect<Promise<never>>()(module.never());
expect<Promise<string[]>>()(module.rest('a', 'b'));
expect<Promise<boolean>>()(module.guard(1));
expect<Promise<unknown[]>>()(module.generic(1));
expect<Promise<string>>()(module.overloaded('a'));
expect<Promise<number>>()(module.overloaded(1, true));
expect<Promise<Any>>()(module.returnsAnything());
expect<Any>()(module.anything);
expect<Any>()(module.anything.whatever(1));
expect<'constant'>()(module.constant);
expect<Point>()(module.point);
expect<readonly Point[]>()(module.list);
expect<Map<string, Point>>()(module.map);
expect<Date>()(module.date);
expect<Uint8Array>()(module.bytes);
expect<Sender<number>>()(module.sender);
expect<Receiver<string>>()(module.receiver);
expect<Promise<Receiver<string>>>()(module.makeReceiver());
expect<number>()(module.service.port);
expect<Promise<boolean>>()(module.service.start('now'));
expect<Promise<void>>()(module.service.stop());
expect<Promise<Point>>()(module.promised);
expect<Promise<number>>()(module.nested.deep.double(2));
expect<string>()(module.nested.deep.name);
expect<Promise<string>>()(module.handlers[0](1));
expect<number>()(module.handlers[1]);
expect<Promise<string>>()(module.optional?.(1) as Promise<string>);
expect<Promise<string>>()(module.withMembers(1));
expect<string>()(module.withMembers.version);
expect<Promise<number>>()(module.withMembers.half(1));

// @ts-expect-error: it takes numbers.
module.add('1');
// @ts-expect-error: there is no such overload.
module.overloaded(true);
// @ts-expect-error: it is read-only.
module.constant = 'constant';
// @ts-expect-error: classes stay there.
module.Class;
// @ts-expect-error: symbols stay there.
module.symbol;
// @ts-expect-error: it would be called by whoever awaits the remote.
module.then;
// @ts-expect-error: nothing of that name is exported.
module.missing;

export async function generators(guest: Interpreter): Promise<void> {
  for await (const n of module.generate(3)) expect<number>()(n);
  for await (const n of await module.generate(3)) expect<number>()(n);
  for await (const point of module.generateLater(1)) expect<Point>()(point);
  for await (const point of module.iterable()) expect<Point>()(point);
  for await (const text of module.iterator()) expect<string>()(text);
  for await (const n of module.laterIterator()) expect<number>()(n);
  expect<IteratorResult<number, string>>()(await module.generate(1).next(true));
  // @ts-expect-error: it is told yes or no.
  module.generate(1).next('yes');

  expect<number>()(await guest.call((a, b) => a + b, 1, 2));
  expect<string>()(await guest.call(async (text: string) => text, 'x'));
  expect<Any>()(await guest.call((): Any => 1));
  expect<Receiver<string>>()(await guest.call(() => module.receiver));
  const generated = await guest.call(function* (n: number) {
    yield n;
    return 'end';
  }, 1);
  for await (const n of generated) expect<number>()(n);
  // @ts-expect-error: the argument is missing.
  guest.call((n: number) => n);
}

export async function imports(guest: Interpreter): Promise<void> {
  const untyped = await guest.import('anywhere');
  expect<Any>()(untyped['anything']);
  const typed = await guest.import<typeof import('../fixtures/exports.mjs')>('./exports.mjs');
  expect<Promise<number>>()(typed.default.twice(2));
  for await (const line of typed.lines('a')) expect<string>()(line);
  for await (const [key] of typed.entries({ a: 1 })) expect<string>()(key);
}
