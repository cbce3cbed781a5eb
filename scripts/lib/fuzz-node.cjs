// Fuzzes in this process, which has to have AddressSanitizer loaded: node --expose-gc fuzz-node.cjs ADDON TARGET ARGUMENTS OF LIBFUZZER.
// If the first of these is a folder, values of all kinds are put there first, encoded.

const { statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

const [addon, target, ...args] = process.argv.slice(2);

/** The library, on the addon that has the fuzzer in it. */
let binding;
Module._extensions['.node'] = (module) => {
  process.dlopen(module, addon);
  binding = module.exports;
};
const isolane = require('../../dist/index.js');

const wasm = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));

const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });

const [tx, rx] = isolane.channel(8);

/** The message as an input; `shared`: what is shared, if it is a Shared. */
function encoded(value, { sender = tx, receiver = rx, shared = false } = {}) {
  sender.sendSync(value);
  return binding.seed(receiver, shared);
}

const bytes = (length) => Uint8Array.from({ length }, (_, i) => i);
const Views = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  globalThis.Float16Array,
].filter(Boolean);
const views = () => Views.map((View) => new View(bytes(32).buffer, 8));
const sharedBytes = () => new Uint8Array(new SharedArrayBuffer(16), 4, 8);

const circle = () => {
  const made = { list: [1] };
  made.self = made;
  made.list.push(made.list, made);
  return made;
};
const holes = () => {
  const made = [1, 2, 3];
  delete made[1];
  return Object.assign(made, { named: true });
};
const sparse = () => {
  const made = [];
  made[4_000_000_000] = 1;
  return made;
};
const deep = () => {
  let made = [];
  for (let i = 0; i < 50; i++) made = i % 2 === 0 ? [made] : { made };
  return made;
};

/** Its instances travel as themselves. */
class Point {
  constructor(data) {
    this.data = data;
  }
  [isolane.shareable.encode]() {
    return this.data;
  }
  static [isolane.shareable.decode](data) {
    return new Point(data);
  }
}
isolane.shareable.register(Point);

const instances = () => {
  const inner = new Point([1]);
  return [new Point({ inner, again: inner }), inner, new Map([[new Point('x'), inner]])];
};

/** What may be shared, too. */
const plain = () => [
  { a: 1, b: -2, c: 0.5, d: 'text', e: true, f: null, g: undefined, h: -0, i: Number.NaN },
  { 'wide 中文': '😀', 0: 'index', nested: { list: [1, 2.5, 'x', [], {}] } },
  { ['__proto__']: 1, constructor: 2 },
  [1n, -(2n ** 100n), 2n ** 63n],
  new Map([
    [1, { a: 1 }],
    [{}, new Map()],
  ]),
  new Set([1, 'two', new Set([[]])]),
  new Date(0),
  new Date(Number.NaN),
  /a+(b|[^c])*?/giu,
  Object.assign(new RangeError('message', { cause: new TypeError('cause') }), { code: 1 }),
  new AggregateError([new Error('one')], 'all'),
  [Object(1), Object('text'), Object(true), Object(1n)],
  circle(),
  holes(),
  sparse(),
  deep(),
  [wasm, new SharedArrayBuffer(8), sharedBytes()],
  [memory, memory.buffer],
  views(),
  [bytes(100), bytes(3).buffer],
  [Buffer.from('some of a pool')],
  instances(),
];

const objects = () => [
  ...plain(),
  { made: isolane.move(bytes(64)) },
  [isolane.move(bytes(16).buffer), isolane.move(new Float64Array(4))],
  [tx, rx, tx],
  { tx: isolane.move(tx.clone()) },
  isolane.own({ pixels: bytes(32), more: isolane.own([1]) }),
  [isolane.share({ a: [1] }), isolane.share('text')],
  isolane.share([bytes(8), new Map([[1, new Set([2])]]), new Date(1), /x/]).value,
];

const simple = () => [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1e300,
  1n,
  'text',
  'wide 中文',
  'x'.repeat(100),
  '中'.repeat(100),
  bytes(3).buffer,
  ...views(),
  ...views().map((view) => isolane.move(view)),
  isolane.move(bytes(3).buffer),
];

function records() {
  const value = () => ({
    id: 1,
    name: 'name',
    wide: '中',
    list: [1, 70_000, 2.5, [null, { id: 3 }]],
  });
  // A shape is known once it was seen some times.
  for (let i = 0; i < 5; i++) encoded(value());
  const Schema = isolane.struct({
    id: 'u32',
    big: 'i64',
    name: 'string',
    flags: ['u8', 4],
    list: [isolane.struct({ x: 'f64', is: 'bool' })],
    bytes: 'bytes',
  });
  const [sender, receiver] = isolane.channel({ of: Schema });
  const one = { x: 1.5, is: true };
  const all = {
    id: 7,
    big: -1n,
    name: 'é',
    flags: [1, 2, 3, 4],
    list: [one, one],
    bytes: bytes(5),
  };
  return [
    encoded(value()),
    encoded([1, 'two', null, [true, undefined]]),
    encoded(all, { sender, receiver }),
    encoded({ ...all, name: '中文', list: [] }, { sender, receiver }),
  ];
}

/** What has once been read wrongly, or looks as if it could be: see Tag and HostObjectKind in native/value/tags.h. */
function damaged() {
  const SERIALIZED = 11;
  const host = 0x5c;
  const [hostEndpoint, hostView, hostBytes, hostOwned, hostFixed, hostMap, hostSet] = [
    1, 3, 4, 5, 7, 8, 9,
  ];
  const [uint8, float64] = [1, 9];
  const [endpoint, movedBuffer, owned, fixed] = [0, 1, 4, 6];
  const message = (attachments, ...value) => messageWith(0, attachments, ...value);
  const messageWith = (instances, attachments, ...value) =>
    Uint8Array.of(
      SERIALIZED,
      instances,
      attachments.length,
      ...attachments.flat(),
      0xff,
      15,
      ...value,
    );
  const text = (characters) => [0x22, characters.length, ...Buffer.from(characters, 'latin1')];
  const buffer = [0x42, 16, ...bytes(16)];
  const gigabytes = [0xff, 0xff, 0xff, 0xff, 15];
  const holes = [0x61, ...gigabytes, 0x40, 0, ...gigabytes];
  return [
    message([], 0x52, ...text('a+('), 0),
    message([], 0x52, ...text('a'), 0xff, 1),
    message([], host, 99),
    message([], host, hostView, float64, 1, 8, ...buffer),
    message([], host, hostView, float64, 0, 7, ...buffer),
    message([], host, hostView, uint8, 8, ...gigabytes, ...buffer),
    message([], host, hostView, 200, 1, 0, 8, ...buffer),
    message([], host, hostView, uint8, 0, 1, 0x5f),
    message([], host, hostBytes, uint8, ...gigabytes, 1),
    message([], host, hostBytes, float64, 3, 1, 2, 3),
    message([], host, hostMap, ...holes),
    message([], host, hostSet, ...holes),
    message([], host, hostSet, 0x49, 2),
    message([], host, hostEndpoint, 5),
    message([[endpoint, 0, 0, 0]], host, hostFixed, 0),
    message([[fixed, 200, 8, 0]], host, hostFixed, 0),
    message([[fixed, float64, 7, 0]], host, hostFixed, 0),
    message([[fixed, 0, 8, 0]], host, hostFixed, 0),
    message([[owned, 0, 0, 0]], 0x41, 2, host, hostOwned, 0, host, hostOwned, 0, 0x24, 0, 2, 0x31),
    messageWith(1, [], 0x49, 2, 0x49, 2),
    messageWith(1, [], 0x6f, 0x7b, 0, 0x49, 2),
    messageWith(200, [], 0x5f),
    message([[movedBuffer, 0, 8, 0]], 0x41, 2, 0x74, 0, 0x74, 0, 0x24, 0, 2),
  ];
}

const seedsOf = {
  messages: () => [...objects().map((value) => encoded(value)), ...damaged()],
  shared: () => [
    ...plain().map((value) => encoded(isolane.share(value), { shared: true })),
    ...damaged(),
  ],
  parcels: () => [...simple(), ...objects()].map((value) => encoded(value)).concat(records()),
  records,
};

const seeds = seedsOf[target]();
if (statSync(args[0]).isDirectory()) {
  seeds.forEach((seed, i) => {
    writeFileSync(join(args[0], `seed-${i}`), seed);
  });
}
binding.fuzz(rx, target, ['isolane', ...args], wasm, memory.buffer);
