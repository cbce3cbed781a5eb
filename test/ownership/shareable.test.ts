import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  channel,
  type Immutable,
  isShareable,
  move,
  NotShareableError,
  own,
  type Receiver,
  type Sender,
  type Shareable,
  type ShareableClass,
  share,
  shareable,
  UnknownClassError,
} from 'isolane';
import { collectUntil } from '../support/garbage.js';
import { interpreters } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { thrown } from '../support/wait.js';

declare const isolane: typeof import('isolane');
declare global {
  var counted: { encoded: number; decoded: number };
}

function through<T>(value: T): T {
  const [tx, rx] = channel<T>(1);
  tx.sendSync(value);
  return rx.receiveSync();
}

function refused(value: unknown): NotShareableError {
  const [tx] = channel<unknown>(1);
  const error = thrown(() => tx.trySend(value));
  assert.ok(error instanceof NotShareableError, String(error));
  assert.equal(tx.size, 0);
  return error;
}

/** Another class of the same name each time. */
function makeClass(name = 'Local'): ShareableClass & (new () => Shareable) {
  class Local {
    [shareable.encode](): unknown {
      return 1;
    }
    static [shareable.decode](): Local {
      return new Local();
    }
  }
  return Object.defineProperty(Local, 'name', { value: name });
}

/** Travels as whatever it has. */
class Box<T = unknown> {
  static encoded = 0;

  constructor(public content: T) {}

  [shareable.encode](): unknown {
    Box.encoded++;
    return this.content;
  }

  static [shareable.decode]<T>(content: T): Box<T> {
    return new Box(content);
  }
}
shareable.register(Box);

describe('shareable', () => {
  const create = interpreters();

  it('has the same symbols everywhere', async () => {
    assert.equal(shareable.encode, Symbol.for('isolane.shareable.encode'));
    assert.equal(shareable.decode, Symbol.for('isolane.shareable.decode'));
    const esm = await import('isolane');
    assert.equal(esm.shareable, shareable);
    const guest = await create();
    const same = await guest.call(
      () =>
        isolane.shareable.encode === Symbol.for('isolane.shareable.encode') &&
        Object.isFrozen(isolane.shareable),
    );
    assert.equal(same, true);
  });

  describe('an instance', () => {
    it('travels where Map has been replaced', async () => {
      const guest = await create();
      const [tx, rx] = channel<unknown>(1);
      const sending = guest.call((tx) => {
        class Plain {
          [isolane.shareable.encode](): unknown {
            return 1;
          }
          static [isolane.shareable.decode](): Plain {
            return new Plain();
          }
        }
        const own = Map;
        globalThis.Map = class {
          readonly map = new own<unknown, unknown>();
          get = (key: unknown) => this.map.get(key);
          set = (key: unknown, value: unknown) => this.map.set(key, value);
          has = (key: unknown) => this.map.has(key);
        } as never;
        tx.sendSync({ at: new Plain() });
      }, tx);
      await sending;
      await assert.rejects(rx.receive(), { name: 'UnknownClassError', className: 'Plain' });
    });

    it('of a subclass of Array is one, however short it is', () => {
      class List extends Array<unknown> {
        [shareable.encode](): unknown {
          return [...this];
        }
        static [shareable.decode](items: unknown[]): List {
          return List.from(items) as List;
        }
      }
      for (const length of [0, 1, 3, 500]) {
        for (const item of [1, 0.5, 'text', {}]) {
          const list = List.from({ length }, () => item) as List;
          assert.ok(through(list) instanceof List, `${length} of ${item}`);
          assert.ok(through({ list }).list instanceof List);
        }
      }
    });

    it('arrives as one, alone or anywhere in a value', () => {
      const one = through(new Box(5));
      assert.ok(one instanceof Box);
      assert.equal(one.content, 5);
      const value = {
        list: new Array<Box>(3),
        map: new Map<unknown, unknown>([[new Box(1), new Set([new Box(2)])]]),
        bare: Object.assign(Object.create(null), { box: new Box(null) }),
        date: new Date(5),
        error: new RangeError('no'),
        bytes: new Uint8Array([1, 2]),
      };
      value.list[0] = new Box('a');
      value.list[2] = new Box({ deep: [new Box(undefined)] });
      Object.defineProperty(value, '__proto__', {
        value: new Box('own'),
        enumerable: true,
      });
      const there = through(value);
      assert.deepEqual(there.list, value.list);
      assert.equal(1 in there.list, false);
      assert.ok(there.list[2]?.content instanceof Object);
      assert.deepEqual(there.map, value.map);
      assert.equal(there.bare.box.content, null);
      assert.deepEqual(Object.getOwnPropertyDescriptor(there, '__proto__')?.value, new Box('own'));
      assert.deepEqual(
        [there.date, there.error.message, there.bytes],
        [value.date, 'no', value.bytes],
      );
    });

    it('is one object there if it was one here, and so is what it has', () => {
      const shared = { some: 'thing' };
      const box = new Box(shared);
      const [first, second, again, other] = through([box, shared, box, new Box(box)] as const);
      assert.equal(first, again);
      assert.equal(first.content, second);
      assert.equal(other.content, first);
    });

    it('is encoded once a message, however it is sent', async () => {
      const guest = await create();
      const [tx, rx] = channel<unknown>(1);
      const box = new Box([1]);
      Box.encoded = 0;
      const ways: (() => unknown)[] = [
        () => tx.sendSync(box),
        () => tx.trySend([box, box]),
        () => tx.send(box),
        () => void tx.offer(box),
        () => share({ box }),
      ];
      for (const [i, send] of ways.entries()) {
        await send();
        assert.equal(Box.encoded, i + 1);
        rx.tryReceive();
      }
      await guest.call((list) => list, [1]);
      tx.trySend('full');
      const late = tx.send({ box });
      assert.equal(Box.encoded, ways.length + 1);
      rx.receiveSync();
      await late;
      assert.ok((rx.receiveSync() as { box: unknown }).box instanceof Box);
      assert.equal(Box.encoded, ways.length + 1);
    });

    it('may travel as what is handed over, as ends of channels and as boxes', () => {
      const bytes = new Uint8Array(1000).fill(7);
      const [tx, rx] = channel<number>(1);
      const owned = own({ bytes: new Uint8Array(10) });
      const there = through(new Box({ bytes: move(bytes), tx, owned, list: [move(rx)] }));
      assert.equal(bytes.length, 0);
      assert.equal(owned.moved, true);
      assert.equal(there.content.bytes[999], 7);
      assert.equal(there.content.owned.value.bytes.length, 10);
      there.content.tx.sendSync(5);
      assert.equal((there.content.list[0] as typeof rx).receiveSync(), 5);
      keep(tx);
    });

    it('may be marked by move(), and be in a box, with all that it has', () => {
      const [first, second, third] = [1, 2, 3].map((i) => new Uint8Array(100).fill(i));
      assert.equal(through(move(new Box([first]))).content[0]?.[5], 1);
      assert.equal(first?.length, 0);
      assert.equal(through([move({ box: new Box(second) })])[0]?.box.content?.[5], 2);
      assert.equal(second?.length, 0);
      const owned = own({ box: new Box({ third }) });
      const { value } = through({ owned }).owned;
      assert.ok(value.box instanceof Box);
      assert.equal(value.box.content.third?.[5], 3);
      assert.deepEqual([third?.length, owned.moved], [0, true]);
    });

    it('keeps its class under a mark, wherever else it is in the message', () => {
      for (const at of [0, 1, 2, 3]) {
        const bytes = new Uint8Array(100).fill(7);
        const box = new Box(bytes);
        const value = [
          () => [box, move(box)],
          () => [box, move({ box })],
          () => [move({ box }), box],
          () => [{ owner: box }, [move(box)]],
        ][at]?.();
        const there = JSON.stringify(through(value));
        assert.equal(there.split('"content"').length, 3, there);
        assert.equal(bytes.length, 0);
      }
      const again = through([new Box(1), move({ date: new Date(5) })] as const)[1];
      assert.deepEqual(again, { date: new Date(5) });
    });

    it('is under a mark that lies in what it marks', () => {
      const bytes = new Uint8Array(100);
      const value: { self?: unknown; box: Box; bytes: Uint8Array } = {
        self: undefined,
        box: new Box(1),
        bytes,
      };
      value.self = move(value);
      const there = through(value);
      assert.equal(there.self, there);
      assert.deepEqual([there.bytes.length, bytes.length], [100, 0]);
    });

    it('has what is in its boxes when it is made', () => {
      class Reader {
        constructor(readonly total: number) {}
        [shareable.encode](): unknown {
          return own([1, 2, 3]);
        }
        static [shareable.decode]({ value }: { value: number[] }): Reader {
          return new Reader(value.reduce((a, b) => a + b));
        }
      }
      assert.equal(through(new Reader(0)).total, 6);
    });

    it('has getters beside it that are called once', () => {
      let reads = 0;
      const there = through({
        get first() {
          return ++reads;
        },
        box: new Box(1),
        date: new Date(0),
      });
      assert.deepEqual([there.first, reads], [1, 1]);
      const marked = through({
        get first() {
          return ++reads;
        },
        bytes: move(new Uint8Array(2)),
      });
      assert.deepEqual([marked.first, reads], [2, 2]);
    });

    it('is no matter of what the copies of containers inherit', () => {
      const value = { constructor: 'Acme', box: new Box(1), date: new Date(0) };
      const set: unknown[] = [];
      Object.defineProperty(Object.prototype, 'secret', {
        set: (value) => set.push(value),
        configurable: true,
      });
      try {
        Object.defineProperty(value, 'secret', { value: 5, enumerable: true });
        assert.deepEqual(Object.entries(through(value)), Object.entries(value));
        assert.deepEqual(set, []);
      } finally {
        delete (Object.prototype as { secret?: unknown }).secret;
      }
    });

    it('makes no room for what an array has not', () => {
      const sparse: unknown[] = [new Box(1)];
      sparse[30_000_000] = 1;
      const holes: unknown[] = [];
      holes[30_000_000] = 1;
      delete holes[30_000_000];
      const before = process.memoryUsage().rss;
      assert.ok(isShareable([sparse, holes]));
      assert.ok(process.memoryUsage().rss - before < 100_000_000);
      const [list] = through([Object.assign(new Array(5000), { 2000: 1 }), new Box(1)] as const);
      assert.deepEqual([list.length, Object.keys(list)], [5000, ['2000']]);
    });

    it('may be the cause of an error', () => {
      class OwnError extends RangeError {
        override name = 'OwnError';
      }
      const inner = new Error('inner', { cause: { box: new Box(1) } });
      const error = new OwnError('outer', { cause: inner });
      const there = through([error, error] as const);
      assert.equal(there[0], there[1]);
      assert.ok(there[0] instanceof Error);
      assert.deepEqual([there[0].message, there[0].stack], ['outer', error.stack]);
      const cause = there[0].cause as Error & { cause: { box: Box } };
      assert.ok(cause instanceof Error && cause.cause.box instanceof Box);
      assert.equal(cause.stack, inner.stack);
      assert.ok(through(new TypeError('no', { cause: new Box(2) })) instanceof TypeError);
      assert.equal(refused(new Error('no', { cause: { f: [() => 1] } })).path, '$.cause.f[0]');
    });

    it('is of a class: plain objects are what they are', () => {
      for (let i = 0; i < 10; i++) {
        assert.deepEqual(through({ [shareable.encode]: () => 1 }), {});
        assert.deepEqual(through({ x: 1, [shareable.encode]: () => 1 }), { x: 1 });
      }
    });

    it('of another class is a plain object, as ever', () => {
      class Other {
        own = 1;
      }
      const there = through([new Other(), new Box(1)] as const);
      assert.equal(there[0] instanceof Other, false);
      assert.deepEqual({ ...there[0] }, { own: 1 });
    });
  });

  describe('between interpreters', () => {
    const point = pathToFileURL(resolve('test/fixtures/point.mjs')).href;
    interface PointModule {
      Point: new (x: number, y: number) => { x: number; y: number };
      sum(points: unknown[]): { x: number; y: number };
      fail(point: unknown): never;
    }

    it('instances are arguments, results, messages and properties of errors', async () => {
      const { Point } = (await import(point)) as PointModule;
      const guest = await create();
      const there = await guest.import<PointModule>(point);
      const sum = await there.sum([new Point(1, 2), new Point(3, 4)]);
      assert.ok(sum instanceof Point);
      assert.deepEqual([sum.x, sum.y], [4, 6]);
      const error = (await Promise.resolve(there.fail(sum)).catch((e) => e)) as { point: unknown };
      assert.ok(error.point instanceof Point);
      const [tx, rx] = channel<unknown>();
      await guest.call(
        async (tx, url, list) => {
          const { Point } = (await import(url)) as PointModule;
          tx.sendSync([list[0] instanceof Point, ...list, new Point(5, 6)]);
          tx.close();
        },
        move(tx),
        point,
        [sum],
      );
      const [known, first, second] = rx.receiveSync() as [boolean, typeof sum, typeof sum];
      assert.equal(known, true);
      assert.ok(first instanceof Point && second instanceof Point);
      assert.deepEqual([first.x, second.y], [4, 6]);
      assert.equal(guest.callSync((point: unknown) => point, sum) instanceof Point, true);
    });

    it('instances in what is thrown are encoded once, and made only where it is caught', async () => {
      const guest = await create();
      const fail = () => {
        globalThis.counted ??= { encoded: 0, decoded: 0 };
        class Stranger {
          [isolane.shareable.encode]() {
            globalThis.counted.encoded++;
            return { c: 5 };
          }
          static [isolane.shareable.decode]() {
            globalThis.counted.decoded++;
            return new Stranger();
          }
        }
        throw Object.assign(new RangeError('the true error'), { p: { s: new Stranger() } });
      };
      const travelled = { s: { name: 'Stranger', data: { c: 5 } } };
      for (const error of [
        await guest.call(fail).catch((error: unknown) => error),
        thrown(() => guest.callSync(fail)),
      ]) {
        assert.ok(error instanceof RangeError);
        assert.equal(error.message, 'the true error');
        assert.deepEqual((error as RangeError & { p: unknown }).p, travelled);
      }
      const counted = await guest.call(() => globalThis.counted);
      assert.deepEqual(counted, { encoded: 2, decoded: 0 });
    });

    it('what an unknown class has travelled as is in the arguments, or in the result', async () => {
      const guest = await create();
      const result = () => {
        class Stranger {
          [isolane.shareable.encode]() {
            return 5;
          }
          static [isolane.shareable.decode]() {
            return new Stranger();
          }
        }
        return [new Stranger()];
      };
      const expected = [
        [1, { name: 'Box', data: 5 }],
        [1, { name: 'Box', data: 5 }],
        [{ name: 'Stranger', data: 5 }],
        [{ name: 'Stranger', data: 5 }],
      ];
      const take = (one: number, box: unknown) => [one, box];
      const errors = [
        await guest.call(take, 1, new Box(5)).catch((error: unknown) => error),
        thrown(() => guest.callSync(take, 1, new Box(5))),
        await guest.call(result).catch((error: unknown) => error),
        thrown(() => guest.callSync(result)),
      ];
      for (const [i, error] of errors.entries()) {
        assert.ok(error instanceof UnknownClassError, String(error));
        assert.deepEqual(error.value, expected[i]);
      }
    });

    it('an instance of a class that is not known is an error with the message', async () => {
      const guest = await create();
      const [tx, rx] = channel<unknown>();
      const send = (tx: Sender<unknown>) => {
        class Stranger {
          [isolane.shareable.encode]() {
            return { list: [1], inner: new Friend() };
          }
          static [isolane.shareable.decode]() {
            return new Stranger();
          }
        }
        class Friend {
          [isolane.shareable.encode]() {
            return 'data';
          }
          static [isolane.shareable.decode]() {
            return new Friend();
          }
        }
        tx.sendSync({ id: 7, stranger: new Stranger() });
        tx.sendSync('next');
      };
      await guest.call(send, tx);
      await guest.call(send, tx);
      const expected = {
        id: 7,
        stranger: {
          name: 'Stranger',
          data: { list: [1], inner: { name: 'Friend', data: 'data' } },
        },
      };
      const check = (error: unknown) => {
        assert.ok(error instanceof UnknownClassError);
        assert.equal(error.code, 'ERR_ISOLANE_UNKNOWN_CLASS');
        assert.match(
          error.message,
          /^An instance of Friend .* shareable\.register\(Friend\) there/,
        );
        assert.equal(error.className, 'Friend');
        assert.deepEqual(error.value, expected);
        return true;
      };
      assert.throws(() => rx.receiveSync(), check);
      assert.equal(rx.receiveSync(), 'next');
      await assert.rejects(rx.receive(), check);
      assert.equal(await rx.receive(), 'next');
      const later = rx.receive();
      await guest.call(send, tx);
      await assert.rejects(later, check);
      assert.equal(await rx.receive(), 'next');

      const refused = await guest
        .call((box) => box, new Box(5))
        .catch((error: unknown) => error as UnknownClassError);
      assert.ok(refused instanceof UnknownClassError);
      assert.equal(refused.className, 'Box');
      assert.equal(await guest.call(() => 'alive'), 'alive');
      keep(tx);
    });
  });

  describe('refuses', () => {
    it('what instances cannot travel as, by its place', () => {
      const inner = { f() {} };
      const error = refused({ list: [new Box({ box: new Box(inner) })] });
      const place = '$.list[0][shareable.encode]().box[shareable.encode]().f';
      assert.equal(error.path, place);
      assert.match(error.message, /is a function/);
    });

    it('an instance that is part of what it travels as', () => {
      const box = new Box<unknown>(undefined);
      box.content = { deep: [box] };
      const error = refused({ box });
      assert.equal(error.path, '$.box[shareable.encode]().deep[0]');
      assert.match(error.message, /is part of what itself travels as/);
      const root: { list?: unknown; box?: unknown } = {};
      root.list = [root];
      root.box = new Box(root.list);
      assert.match(refused(root).message, /part of what/);
    });

    it('a subclass that is not registered, and what has no class', () => {
      class Sub extends Box {}
      const error = refused([new Sub(1)]);
      assert.equal(error.path, '$[0]');
      assert.match(error.message, /Sub has no static \[shareable\.decode\]\(\) of its own/);
      const bare = Object.create({ [shareable.encode]: () => 1 });
      assert.match(refused(bare).message, /but no class/);
      assert.equal(refused(own([new Sub(1)])).path, '$.value[0]');
      const known = new Box(1);
      assert.equal(refused([known, move(new Sub(1))]).path, '$[1]');
      assert.match(refused(move(new Sub(1))).message, /Sub has no static/);
    });

    it('what cannot be handed over with them, by its place', () => {
      const pooled = Buffer.from('abc');
      const place = '$.list[0][shareable.encode]().pooled';
      assert.equal(refused({ list: [move(new Box({ pooled }))] }).path, place);
      assert.equal(
        refused({ list: own([new Box(pooled)]) }).path,
        '$.list.value[0][shareable.encode]()',
      );
      const box = own<{ inner?: Box }>({});
      box.value.inner = new Box(box);
      const error = refused({ box });
      assert.match(error.message, /holds an instance, and is part of what that travels as/);
      assert.equal(error.path, '$.box.value.inner[shareable.encode]()');
    });

    it('nothing else: what encode throws, the send throws, and nothing is handed over', () => {
      const failure = new Error('not now');
      class Failing {
        [shareable.encode](): unknown {
          throw failure;
        }
        static [shareable.decode](): Failing {
          return new Failing();
        }
      }
      const bytes = new Uint8Array(10);
      const owned = own(1);
      const [tx, rx] = channel<unknown>(1);
      for (const send of [
        () => tx.trySend([move(bytes), owned, new Failing()]),
        () => tx.sendSync([move(bytes), owned, new Failing()]),
        () => void tx.offer([move(bytes), owned, new Failing()]),
        () => share([move(bytes), new Failing()]),
      ]) {
        assert.equal(thrown(send), failure);
      }
      assert.deepEqual([bytes.length, owned.moved, rx.size], [10, false, 0]);
      class Getting {
        get [shareable.encode](): () => unknown {
          throw failure;
        }
      }
      assert.equal(
        thrown(() => tx.trySend([new Getting()])),
        failure,
      );
      assert.ok(refused([new Proxy(new Box(1), {}), move(bytes)]) instanceof NotShareableError);
    });

    it('classes without the method, and names that are taken', () => {
      const register = shareable.register as (...args: unknown[]) => void;
      assert.throws(() => register(class {}), /no static \[shareable.decode\]\(\) of its own/);
      assert.throws(() => register({}), TypeError);
      assert.throws(() => register(undefined), TypeError);
      assert.throws(() => register(() => 1, 'f'), /takes a class/);
      const Mute = Object.assign(function Mute() {}, { [shareable.decode]: () => ({}) });
      assert.throws(() => register(Mute), /Mute has no method \[shareable\.encode\]\(\)/);
      const nameless = (() =>
        class {
          [shareable.encode](): unknown {
            return 1;
          }
          static [shareable.decode](): object {
            return {};
          }
        })();
      assert.throws(() => register(nameless), /has no name; shareable\.register\(\) gives it one/);
      assert.throws(() => register(Box, 'Other'), /it is registered as Box/);
      register(Box);
      register(Box, 'Box');
      const Second = (() => {
        class Box {
          [shareable.encode](): unknown {
            return 2;
          }
          static [shareable.decode](): Box {
            return new Box();
          }
        }
        return Box;
      })();
      assert.throws(() => register(Second), /another class is registered as Box/);
      assert.match(refused(new Second()).message, /another class is registered as Box/);
      register(Second, 'second/Box');
      assert.ok(through(new Second()) instanceof Second);
    });

    it('a class whose name is no string', () => {
      class Odd {
        static readonly name = (): void => {};
        [shareable.encode](): unknown {
          return 1;
        }
        static [shareable.decode](): Odd {
          return new Odd();
        }
      }
      assert.match(refused([new Odd()]).message, /it has no name; shareable\.register/);
      shareable.register(Odd as never, 'shop/Odd');
      assert.ok(through(new Odd()) instanceof Odd);
    });

    it('a class that was known before another one was registered by its name', () => {
      const [First, Second] = [makeClass(), makeClass()];
      through(new First());
      shareable.register(Second, 'Local');
      assert.match(refused(new First()).message, /another class is registered as Local/);
      assert.ok(through(new Second()) instanceof Second);
      shareable.register(First, 'other/Local');
      assert.ok(through(new First()) instanceof First);
    });
  });

  it('knows a class from when an instance was sent, until another one of its name is', () => {
    const [First, Second] = [makeClass('Other'), makeClass('Other')];
    assert.ok(through(new First()) instanceof First);
    assert.ok(through(new Second()) instanceof Second);
    assert.match(refused(new First()).message, /another class was sent later as Other/);
    assert.ok(through(new Second()) instanceof Second);
  });

  it('gives a class that was sent by its own name another one', () => {
    const Class = makeClass('Renamed');
    const [tx, rx] = channel<object>();
    tx.sendSync(new Class());
    shareable.register(Class, 'shop/Renamed');
    shareable.register(Class, 'shop/Renamed');
    tx.sendSync(new Class());
    assert.ok(rx.receiveSync() instanceof Class);
    assert.ok(rx.receiveSync() instanceof Class);
    const Other = makeClass('Renamed');
    assert.ok(through(new Other()) instanceof Other);
    assert.ok(through(new Class()) instanceof Class);
  });

  it('keeps one class of each name, and lets go of those before', async () => {
    const before = Array.from({ length: 20 }, () => {
      const Class = makeClass('Again');
      through(new Class());
      return new WeakRef(Class);
    });
    const left = (): number => before.filter((ref) => ref.deref() !== undefined).length;
    await collectUntil(() => left() <= 2, 'the classes before');
    assert.ok(left() <= 2);
  });

  describe('what decode does', () => {
    class Odd {
      constructor(readonly how: () => unknown) {}
      [shareable.encode](): unknown {
        return odds.indexOf(this.how);
      }
      static [shareable.decode](index: number): unknown {
        return odds[index]?.();
      }
    }
    const failure = new RangeError('not here');
    const odds: (() => unknown)[] = [
      () => {
        throw failure;
      },
      () => 5,
      () => undefined,
      () => through(new Box('nested')),
    ];

    it('reaches the receiver, and the next message is there', async () => {
      const [tx, rx] = channel<unknown>();
      for (let i = 0; i < 2; i++) {
        tx.sendSync([new Odd(odds[0] as () => unknown)]);
        tx.sendSync('next');
      }
      assert.equal(
        thrown(() => rx.receiveSync()),
        failure,
      );
      assert.equal(rx.receiveSync(), 'next');
      assert.equal(await rx.receive().catch((error: unknown) => error), failure);
      assert.equal(await rx.receive(), 'next');
    });

    it('does not take the messages before it along', async () => {
      const [tx, rx] = channel<unknown>();
      const send = () => {
        for (const message of [1, 'two', new Odd(odds[0] as () => unknown), 3])
          tx.sendSync(message);
      };
      send();
      assert.deepEqual(await rx.receiveMany(10), [1, 'two']);
      assert.equal(await rx.receiveMany(10).catch((error: unknown) => error), failure);
      assert.deepEqual(await rx.receiveMany(10), [3]);
      send();
      assert.deepEqual(rx.receiveManySync(10), [1, 'two']);
      assert.equal(
        thrown(() => rx.receiveSync()),
        failure,
      );
      assert.equal(rx.receiveSync(), 3);
    });

    it('has to be to return an object', () => {
      assert.throws(() => through(new Odd(odds[1] as () => unknown)), {
        name: 'TypeError',
        message:
          /\[shareable\.decode\]\(\) of Odd must return an object, and has returned a number/,
      });
      assert.throws(() => through(new Odd(odds[2] as () => unknown)), /has returned undefined/);
    });

    it('may be to receive other messages', () => {
      const there = through([new Odd(odds[3] as () => unknown), new Box(1)] as unknown[]);
      assert.deepEqual(there, [new Box('nested'), new Box(1)]);
    });
  });

  describe('share()', () => {
    it('makes instances once an interpreter, of frozen data, and leaves them as they are', async () => {
      const bytes = new Uint8Array([1, 2, 3]);
      const buffer = new Uint8Array([4, 5]).buffer;
      const box = new Box({ list: [1], bytes, buffer, map: new Map([[1, new Box('inner')]]) });
      const shared = share({ box, buffer });
      const value = shared.value as Immutable<{ box: typeof box; buffer: ArrayBuffer }>;
      assert.ok(value.box instanceof Box);
      assert.ok(!Object.isFrozen(value.box) && Object.isFrozen(value.box.content));
      assert.ok(Object.isFrozen(value.box.content.list));
      assert.equal(value.box.content.bytes.at(2), 3);
      assert.equal(value.box.content.buffer, value.buffer);
      assert.equal((value.buffer as unknown as { at(i: number): number }).at(1), 5);
      const inner = value.box.content.map.get(1);
      assert.ok(inner instanceof Box && inner.content === 'inner');
      assert.equal(shared.value, value);

      const there = through(value.box) as unknown as Box<{ list: number[]; map: Map<number, Box> }>;
      assert.ok(there instanceof Box && there.content.map.get(1) instanceof Box);
      there.content.list.push(2);
    });

    it('takes whatever decode returns', () => {
      const entry = { open: true };
      const made: (() => object)[] = [
        () => entry,
        () => new Proxy({}, { preventExtensions: () => assert.fail() }),
        () => new Uint8Array(3),
        () => new Map([[1, entry]]),
      ];
      class Ref {
        constructor(readonly index: number) {}
        [shareable.encode](): number {
          return this.index;
        }
        static [shareable.decode](index: number): Ref {
          return made[index]?.() as Ref;
        }
      }
      const list = share(made.map((_, i) => ({ ref: new Ref(i) }))).value.map(({ ref }) => ref);
      assert.equal(list[0], entry as unknown);
      assert.ok(!Object.isFrozen(entry));
      assert.deepEqual(list[2], new Uint8Array(3) as unknown);
      assert.deepEqual(list[3], new Map([[1, entry]]) as unknown);
    });

    it('names what cannot be shared in them', () => {
      const [tx] = channel();
      const error = thrown(() => share({ box: new Box({ tx }) }));
      assert.ok(error instanceof NotShareableError);
      assert.equal(error.path, '$.box[shareable.encode]().tx');
    });
  });

  it('leaves a message that could not be sent whole', async () => {
    const [tx, rx] = channel<unknown>(1);
    tx.sendSync('full');
    const bytes = new Uint8Array(10).fill(3);
    const box = new Box({ bytes: move(bytes) });
    const error = (await tx.send([box], { timeout: 5 }).catch((e: unknown) => e)) as {
      value: [Box<{ bytes: Uint8Array }>];
    };
    assert.equal(bytes.length, 0);
    assert.ok(error.value[0] instanceof Box);
    assert.equal(error.value[0].content.bytes[9], 3);
    (rx as Receiver<unknown>).close();
    const whole = [new Box(1)];
    const closed = thrown(() => tx.trySend(whole)) as unknown as { value: unknown };
    assert.equal(closed.value, whole);
  });
});
