/** A script that does not end by itself, or not in any time that somebody would wait for it. */
export interface EndlessScript {
  readonly name: string;
  /** The body of a function; `asynchronous` ones return a promise. */
  readonly body: string;
  readonly asynchronous?: true;
  /** It spends its time waiting, so that a limit on its CPU time says nothing. */
  readonly idles?: true;
  /**
   * The engine looks whether this should stop never, or only after many long builtins; so the interpreter may be written
   * off. All others must be usable afterwards.
   */
  readonly writtenOff?: true;
  /** It uses Isolane inside of the guest, so that it says nothing of a Worker. */
  readonly isolane?: true;
}

/** `(loop (br 0))`, exported as f. */
const wasmLoop =
  'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]))).exports.f();';

/** How an endless script is stopped; `sync` is a time-out on `callSync`, on the thread that calls. */
export const stops = ['timeout', 'cpuTimeout', 'signal', 'terminate', 'sync'] as const;
export type Stop = (typeof stops)[number];

/** Scripts that are run with a limit on their time, beside an interpreter that must not notice. */
export const endlessScripts: readonly EndlessScript[] = [
  // Loops in JavaScript
  { name: 'an empty loop', body: 'for (;;);' },
  { name: 'a loop that counts', body: 'let n = 0; while (true) n = (n + 1) % 1000;' },
  { name: 'calls', body: 'const f = (n) => n + 1; let n = 0; for (;;) n = f(n) % 7;' },
  {
    name: 'a loop that catches everything',
    body: 'for (;;) { try { for (;;) JSON.parse("{"); } catch {} finally { continue; } }',
  },
  {
    name: 'recursion that doubles in finally',
    body: 'const f = () => { try { f(); } finally { f(); } }; f();',
  },
  {
    name: 'a loop over a typed array',
    body: 'const a = new Float64Array(1000); for (;;) for (let i = 0; i < 1000; i++) a[i] += i;',
  },
  {
    name: 'Date.now until a day is over',
    body: 'const end = Date.now() + 864e5; while (Date.now() < end);',
  },
  {
    name: 'Atomics that spin',
    body: 'const a = new Int32Array(new SharedArrayBuffer(4)); while (Atomics.load(a, 0) === 0);',
  },
  {
    name: 'exponential recursion',
    body: 'const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2)); return fib(100);',
  },
  {
    name: 'a labelled loop in a switch',
    body: 'again: for (;;) switch (1) { default: continue again; }',
  },
  // Optimised loops that allocate
  {
    name: 'arrays made and filled',
    body: 'for (;;) { new Array(100).fill(1); }',
    writtenOff: true,
  },
  { name: 'small objects', body: 'let kept; for (;;) kept = { a: 1, b: 2 };' },
  { name: 'array literals', body: 'let kept; for (let i = 0; ; i++) kept = [i, i, i];' },
  { name: 'strings cut off', body: "let s = ''; for (;;) s = (s + 'x').slice(-100);" },
  { name: 'boxed numbers', body: 'const o = { n: 0.5 }; for (;;) o.n = o.n * 1.1 + 0.1;' },
  { name: 'closures called', body: 'let n = 0; for (;;) { const f = () => n++; f(); }' },
  { name: 'typed arrays thrown away', body: 'for (;;) new Uint8Array(64).fill(1);' },
  { name: 'spread', body: 'let a = [1, 2, 3]; for (;;) a = [...a];' },
  {
    name: 'destructuring',
    body: 'let a = { x: 1, y: 2 }; for (;;) { const { x, ...rest } = a; a = { x, ...rest }; }',
  },
  { name: 'Maps thrown away', body: 'for (;;) new Map([[1, 2]]).get(1);' },
  {
    name: 'slices of an array',
    body: 'const a = new Array(100).fill(1); for (;;) a.slice(1).length;',
  },
  { name: 'BigInts counted', body: 'let n = 1n; for (;;) n = (n * 3n) % 1000000007n;' },
  // Functions that the engine calls back
  { name: 'a comparison in sort', body: 'new Array(1e6).fill(0).sort(() => { for (;;); });' },
  {
    name: 'a sort that is long',
    body: 'for (;;) Array.from({ length: 1e5 }, (_, i) => (i * 7919) % 100_003).sort((a, b) => a - b);',
  },
  { name: 'a reviver of JSON.parse', body: "JSON.parse('[1]', () => { for (;;); });" },
  { name: 'toJSON', body: 'JSON.stringify({ toJSON() { for (;;); } });' },
  { name: 'a getter', body: '({ get x() { for (;;); } }).x;' },
  { name: 'a getter in its result', body: 'return { get x() { for (;;); } };' },
  { name: 'a trap of a Proxy', body: 'const p = new Proxy({}, { get: () => 1 }); for (;;) p.x;' },
  {
    name: 'a Proxy for its own prototype',
    body: 'const p = new Proxy({}, { getPrototypeOf() { for (;;); } }); p instanceof Object;',
  },
  { name: 'toString', body: 'String({ toString() { for (;;); } });' },
  { name: 'Symbol.toPrimitive', body: '+{ [Symbol.toPrimitive]() { for (;;); } };' },
  { name: 'a replacer of strings', body: "'x'.replace(/x/, () => { for (;;); });" },
  {
    name: 'a replacer that is called for ever',
    body: "for (;;) 'xxxx'.replace(/x/g, (x) => x + x);",
  },
  { name: 'a tagged template', body: 'const tag = () => { for (;;); }; tag`text`;' },
  {
    name: 'a constructor of a species',
    body: 'class A extends Array { constructor() { super(); for (;;); } } Array.from.call(A, [1]);',
  },
  { name: 'a static block', body: 'class A { static { for (;;); } }' },
  { name: 'eval', body: "(0, eval)('for (;;);');" },
  { name: 'a thenable', body: 'return { then() { for (;;); } };', asynchronous: true },
  // Iterators
  {
    name: 'a generator',
    body: 'const g = (function* () { for (;;) yield 1; })(); for (const x of g);',
  },
  {
    name: 'an iterator in Array.from',
    body: 'Array.from({ [Symbol.iterator]: () => ({ next() { for (;;); } }) });',
  },
  {
    name: 'an iterator that is destructured',
    body: 'const [a] = { [Symbol.iterator]() { return { next() { for (;;); } }; } };',
  },
  {
    name: 'an iterator in a Set',
    body: 'new Set({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) });',
  },
  // Regular expressions
  { name: 'a regular expression that backtracks', body: "/^(a+)+$/.test('a'.repeat(60) + 'b');" },
  {
    name: 'a regular expression with a back reference',
    body: "/^(a*)*\\1$/.test('a'.repeat(60) + 'b');",
  },
  {
    name: 'a regular expression that looks ahead',
    body: "/^(?=(a+))*(a+)+$/.test('a'.repeat(60) + 'b');",
  },
  {
    name: 'a replacement that backtracks',
    body: "('a'.repeat(60) + 'b').replace(/(a|a)*c/g, '');",
  },
  { name: 'a split that backtracks', body: "('a'.repeat(60) + 'b').split(/(?:a|a)*c/);" },
  {
    name: 'a regular expression over a very long text',
    body: "for (;;) /1+2/.test('1'.repeat(2 ** 22));",
    writtenOff: true,
  },
  // WebAssembly
  { name: 'a loop in WebAssembly', body: wasmLoop },
  // Builtins that take long by themselves
  {
    name: 'indexOf over the length of 2 ** 53 - 1',
    body: 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);',
    writtenOff: true,
  },
  {
    name: 'includes over the length of 2 ** 53 - 1',
    body: 'Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);',
    writtenOff: true,
  },
  {
    name: 'lastIndexOf over the length of 2 ** 53 - 1',
    body: 'Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);',
    writtenOff: true,
  },
  {
    name: 'reverse over the length of 2 ** 53 - 1',
    body: 'Array.prototype.reverse.call({ length: 2 ** 53 - 1 });',
    writtenOff: true,
  },
  {
    name: 'copyWithin over the length of 2 ** 53 - 1',
    body: 'Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1);',
    writtenOff: true,
  },
  {
    name: 'shift over the length of 2 ** 53 - 1',
    body: 'Array.prototype.shift.call({ length: 2 ** 53 - 1 });',
    writtenOff: true,
  },
  {
    name: 'forEach over the length of 2 ** 53 - 1',
    body: 'Array.prototype.forEach.call({ length: 2 ** 53 - 1 }, () => {});',
    writtenOff: true,
  },
  {
    name: 'some over a sparse array of the greatest length',
    body: 'const a = []; a.length = 2 ** 32 - 1; for (;;) a.some(() => false);',
    writtenOff: true,
  },
  {
    name: 'join of a sparse array of the greatest length',
    body: "const a = []; a.length = 2 ** 32 - 1; for (;;) a.join('');",
    writtenOff: true,
  },
  {
    name: 'a BigInt that is squared again and again',
    body: 'for (;;) { let n = 3n; for (let i = 0; i < 22; i++) n *= n; }',
    writtenOff: true,
  },
  { name: 'a power of BigInts', body: 'for (;;) 3n ** 2_000_000n;', writtenOff: true },
  {
    name: 'a long BigInt as text',
    body: 'for (;;) ((1n << 8_000_000n) - 1n).toString();',
    writtenOff: true,
  },
  {
    name: 'JSON.parse of a long text',
    body: "const text = '[' + '1,'.repeat(1e5) + '1]'; for (;;) JSON.parse(text);",
    writtenOff: true,
  },
  {
    name: 'JSON.stringify of a large array',
    body: 'const a = new Array(1e6).fill(1); for (;;) JSON.stringify(a);',
    writtenOff: true,
  },
  {
    name: 'fill of a large typed array',
    body: 'const a = new Uint8Array(2 ** 24); for (;;) a.fill(1);',
    writtenOff: true,
  },
  {
    name: 'sort of a large typed array',
    body: 'const a = new Float64Array(2 ** 20).map((_, i) => (i * 7919) % 1e6); for (;;) a.slice().sort();',
    writtenOff: true,
  },
  {
    name: 'a search in a long text',
    body: "const text = 'ab'.repeat(2 ** 20) + 'a'; for (;;) text.indexOf('a'.repeat(20) + 'b');",
    writtenOff: true,
  },
  {
    name: 'normalize of a long text',
    body: "const text = 'e\\u0301'.repeat(2 ** 14); for (;;) text.normalize('NFC');",
    writtenOff: true,
  },
  {
    name: 'compilation of sources',
    body: "const source = 'a = a + 1;'.repeat(1e5); for (;;) new Function('a', source + Math.random());",
    writtenOff: true,
  },
  {
    name: 'structuredClone again and again',
    body: 'const a = new Array(1e5).fill(1); for (;;) structuredClone(a);',
    writtenOff: true,
  },
  // Microtasks, timers
  {
    name: 'microtasks that go on',
    body: 'const next = () => { Promise.resolve().then(next); }; next(); return new Promise(() => {});',
    asynchronous: true,
  },
  {
    name: 'queueMicrotask that goes on',
    body: 'const next = () => queueMicrotask(next); next(); return new Promise(() => {});',
    asynchronous: true,
  },
  {
    name: 'a loop that awaits what is there',
    body: 'return (async () => { for (;;) await null; })();',
    asynchronous: true,
  },
  {
    name: 'an asynchronous generator',
    body: 'const g = async function* () { for (;;) yield 1; }; return (async () => { for await (const x of g()); })();',
    asynchronous: true,
  },
  {
    name: 'a microtask that loops',
    body: 'Promise.resolve().then(() => { for (;;); }); return new Promise(() => {});',
    asynchronous: true,
  },
  {
    name: 'a loop whose microtasks loop',
    body: 'const bad = () => { Promise.resolve().then(() => { bad(); for (;;); }); }; bad(); for (;;);',
  },
  {
    name: 'a timer that loops',
    body: 'return new Promise(() => setTimeout(() => { for (;;); }, 0));',
    asynchronous: true,
  },
  {
    name: 'timers that arm themselves again',
    body: 'const next = () => { setTimeout(next, 0); }; next(); return new Promise(() => {});',
    asynchronous: true,
    idles: true,
  },
  {
    name: 'immediates that arm themselves again',
    body: 'const next = () => { setImmediate(next); }; next(); return new Promise(() => {});',
    asynchronous: true,
    isolane: true,
  },
  {
    name: 'a promise that is never kept',
    body: 'return new Promise(() => {});',
    asynchronous: true,
    idles: true,
  },
  // Isolane's own
  {
    name: 'a receive that nobody answers',
    body: 'const [tx, rx] = isolane.channel(); return rx.receiveSync() + tx.id;',
    idles: true,
    isolane: true,
  },
  {
    name: 'a send that nobody receives',
    body: 'const [tx, rx] = isolane.channel(1); for (;;) tx.sendSync(rx.id);',
    idles: true,
    isolane: true,
  },
  {
    name: 'trySend into a full channel',
    body: 'const [tx, rx] = isolane.channel(1); for (;;) tx.trySend(rx.id);',
    isolane: true,
  },
  {
    name: 'tryReceive from an empty channel',
    body: 'const [tx, rx] = isolane.channel(1); for (;;) rx.tryReceive(tx.id);',
    isolane: true,
  },
  {
    name: 'a flood of console lines',
    body: "for (;;) console.log('a line');",
    isolane: true,
  },
  {
    name: 'a module that loops',
    body: "return import('data:text/javascript,for (;;);');",
    asynchronous: true,
    isolane: true,
  },
  {
    name: 'modules without end',
    body: "return (async () => { for (let i = 0; ; i++) await import('data:text/javascript,export default ' + i); })();",
    asynchronous: true,
    idles: true,
    isolane: true,
  },
  {
    name: 'a loop in an interpreter of its own',
    body: 'return isolane.Interpreter.create().then((inner) => inner.call(() => { for (;;); }));',
    asynchronous: true,
    idles: true,
    isolane: true,
  },
  {
    name: 'a loop in an interpreter of its own, on this thread',
    body: 'return isolane.Interpreter.create().then((inner) => inner.callSync(() => { for (;;); }));',
    asynchronous: true,
    isolane: true,
  },
];
