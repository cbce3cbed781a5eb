/** How a script that wants too much memory may end; `survives` where the engine does it in little memory after all. */
export type MemoryOutcome = 'MemoryLimitError' | 'RangeError' | 'SyntaxError' | 'survives';

/** A script that takes all the memory it can get. */
export interface MemoryScript {
  readonly name: string;
  /** The body of a function; it may return a promise. */
  readonly body: string;
  /** Any of these is right: which limit is met first depends on the version of the engine. */
  readonly ends: readonly MemoryOutcome[];
  /** It is not the guest that ends, but one that it made. */
  readonly ofAnother?: true;
  /** It uses Isolane inside of the guest, so that it says nothing of a Worker. */
  readonly isolane?: true;
}

/** Bytes that each of them has for its heap. */
export const MEMORY_LIMIT = 64 * 1024 * 1024;

const limit: readonly MemoryOutcome[] = ['MemoryLimitError'];
/** The engine refuses some single allocations by itself. */
const either: readonly MemoryOutcome[] = ['MemoryLimitError', 'RangeError'];
const refused: readonly MemoryOutcome[] = ['RangeError'];
/** What one operation took may be garbage again before anybody counts. */
const passing: readonly MemoryOutcome[] = [...either, 'survives'];

/**
 * `kept` is what twenty instances export of a module: its memory m, whose limits have these flags, and g, which grows it by so many
 * pages.
 */
const growing = (flags: 1 | 3): string =>
  `const module = new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,6,1,96,1,127,1,127,3,2,1,0,5,6,1,${flags},1,128,128,4,7,9,2,1,109,2,0,1,103,0,0,10,8,1,6,0,32,0,64,0,11])); const kept = Array.from({ length: 20 }, () => new WebAssembly.Instance(module).exports);`;

/** Scripts that are run with a `memoryLimit`, beside an interpreter that must not notice. */
export const memoryScripts: readonly MemoryScript[] = [
  // Objects that are kept
  {
    name: 'an array of objects',
    body: 'const kept = []; for (;;) kept.push({ a: 1, b: [2, 3] });',
    ends: limit,
  },
  {
    name: 'an array that doubles',
    body: 'let kept = [1]; for (;;) kept = kept.concat(kept);',
    ends: either,
  },
  {
    name: 'a Map',
    body: 'const kept = new Map(); for (let i = 0; ; i++) kept.set(i, { i });',
    ends: either,
  },
  {
    name: 'a Set of strings',
    body: "const kept = new Set(); for (let i = 0; ; i++) kept.add('entry ' + i);",
    ends: either,
  },
  {
    name: 'a WeakMap whose keys are kept',
    body: 'const keys = []; const map = new WeakMap(); for (;;) { const key = {}; keys.push(key); map.set(key, [key]); }',
    ends: either,
  },
  {
    name: 'properties of one object',
    body: "const kept = {}; for (let i = 0; ; i++) kept['property' + i] = i;",
    ends: limit,
  },
  {
    name: 'a linked list',
    body: 'let head = null; for (;;) head = { head };',
    ends: limit,
  },
  {
    name: 'closures',
    body: 'const kept = []; for (;;) { const own = [1, 2, 3]; kept.push(() => own); }',
    ends: limit,
  },
  {
    name: 'symbols',
    body: 'const kept = []; for (let i = 0; ; i++) kept.push(Symbol(i));',
    ends: limit,
  },
  {
    name: 'registered symbols',
    body: "for (let i = 0; ; i++) Symbol.for('symbol ' + i);",
    ends: limit,
  },
  {
    name: 'errors with stacks',
    body: "const kept = []; for (let i = 0; ; i++) kept.push(new Error('error ' + i));",
    ends: limit,
  },
  {
    name: 'generators that wait',
    body: 'const kept = []; for (;;) { const g = (function* () { yield 1; })(); g.next(); kept.push(g); }',
    ends: limit,
  },
  {
    name: 'weak references to what is kept',
    body: 'const kept = []; for (;;) { const each = {}; kept.push(each, new WeakRef(each)); }',
    ends: limit,
  },
  {
    name: 'dates and regular expressions',
    body: "const kept = []; for (let i = 0; ; i++) kept.push(new Date(i), new RegExp('a' + i));",
    ends: limit,
  },
  {
    name: 'formatters of Intl',
    body: "const kept = []; for (let i = 0; i < 20_000; i++) kept.push(new Intl.NumberFormat('de', { style: 'currency', currency: 'EUR' })); return kept.length;",
    ends: ['MemoryLimitError', 'survives'],
  },
  // Strings
  {
    name: 'a string that doubles',
    body: "let s = 'x'; for (;;) s += s;",
    ends: refused,
  },
  {
    name: 'a rope that is flattened',
    body: "let s = 'x'.repeat(1000); try { for (;;) s += s; } catch {} return s.charCodeAt(3) + s.indexOf('y');",
    ends: passing,
  },
  {
    name: 'flat strings',
    body: "const kept = []; for (let i = 0; ; i++) kept.push(('ab'.repeat(5000) + i).toUpperCase());",
    ends: limit,
  },
  {
    name: 'repeat past what a string may be',
    body: "return 'x'.repeat(2 ** 30).length;",
    ends: refused,
  },
  {
    name: 'join of a long array',
    body: "return new Array(2 ** 24).join('0123456789abcdef').length;",
    ends: passing,
  },
  {
    name: 'split into characters',
    body: "return 'x'.repeat(2 ** 25).split('').length;",
    ends: passing,
  },
  {
    name: 'split into more characters than an array may have',
    body: "return '\\u{1234}'.repeat(2 ** 28).split('').length;",
    ends: either,
  },
  {
    name: 'split into more words than an array may have',
    body: "return 'x,'.repeat(2 ** 27).split(',').length;",
    ends: either,
  },
  {
    name: 'more matches than an array may have',
    body: "return 'x'.repeat(2 ** 28).match(/x/g).length;",
    ends: either,
  },
  {
    name: 'a string spread into an array',
    body: "return [...'x'.repeat(2 ** 28)].length;",
    ends: either,
  },
  {
    name: 'template literals',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the guest fills it in.
    body: "let s = 'x'; for (;;) s = `${s}${s}${s}${s}`;",
    ends: refused,
  },
  {
    name: 'output of a TextDecoder',
    body: 'const kept = []; const bytes = new Uint8Array(1e6).fill(97); for (;;) kept.push(new TextDecoder().decode(bytes));',
    ends: limit,
  },
  {
    name: 'output of a TextEncoder',
    body: "const kept = []; const text = 'x'.repeat(1e6); for (;;) kept.push(new TextEncoder().encode(text));",
    ends: either,
  },
  {
    name: 'replacements that multiply',
    body: "let s = 'aa'; for (;;) s = s.replace(/a/g, '$&$&$&$&');",
    ends: either,
  },
  {
    name: 'padding',
    body: "const kept = []; for (let i = 0; ; i++) kept.push(String(i).padStart(1e6, 'ab').toUpperCase());",
    ends: limit,
  },
  // One allocation
  {
    name: 'one huge array',
    body: 'return new Array(2 ** 26).fill(0).length;',
    ends: either,
  },
  {
    name: 'an array of the greatest length, filled',
    body: 'const kept = []; kept.length = 2 ** 32 - 1; kept.fill(0); return kept.length;',
    ends: either,
  },
  {
    name: 'Array.from of the greatest length',
    body: 'return Array.from({ length: 2 ** 32 - 1 }, (_, i) => ({ i })).length;',
    ends: either,
  },
  {
    name: 'one huge ArrayBuffer',
    body: 'return new ArrayBuffer(2 ** 40).byteLength;',
    ends: either,
  },
  {
    name: 'one ArrayBuffer past the limit, written to',
    body: 'return new Uint8Array(2 ** 29).fill(1).length;',
    ends: either,
  },
  {
    name: 'the keys of a huge typed array',
    body: 'return Object.keys(new Uint8Array(2 ** 25)).length;',
    ends: either,
  },
  {
    name: 'an array that is flattened without end',
    body: 'let a = [1]; for (let i = 0; i < 64; i++) a = [a, a]; return a.flat(Infinity).length;',
    ends: either,
  },
  {
    name: 'too many arguments',
    body: 'return Math.max(...new Array(1e7).fill(1));',
    ends: either,
  },
  // Bytes outside of the heap
  {
    name: 'typed arrays',
    body: 'const kept = []; for (;;) kept.push(new Uint8Array(1e6).fill(1));',
    ends: either,
  },
  {
    name: 'small typed arrays',
    body: 'const kept = []; for (;;) kept.push(new Uint8Array(16));',
    ends: either,
  },
  {
    name: 'shared buffers',
    body: 'const kept = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(1e6)).fill(1));',
    ends: either,
  },
  {
    name: 'a buffer that grows',
    body: 'const buffer = new ArrayBuffer(0, { maxByteLength: 2 ** 30 }); for (let n = 2 ** 20; ; n += 2 ** 20) { buffer.resize(n); new Uint8Array(buffer).fill(1, -(2 ** 20)); }',
    ends: either,
  },
  {
    name: 'shared buffers that can grow',
    body: 'const kept = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(1e6, { maxByteLength: 2e6 })).fill(1));',
    ends: either,
  },
  {
    name: 'a shared buffer that grows',
    body: 'const buffer = new SharedArrayBuffer(0, { maxByteLength: 2 ** 30 }); for (let n = 2 ** 20; ; n += 2 ** 20) { buffer.grow(n); new Uint8Array(buffer).fill(1, -(2 ** 20)); }',
    ends: either,
  },
  // Recursion
  {
    name: 'deep recursion',
    body: 'const dive = (n) => dive(n + 1) + 1; return dive(0);',
    ends: refused,
  },
  {
    name: 'deep recursion that keeps something at every level',
    body: 'const dive = (kept) => dive([kept, new Array(1000).fill(1)]); return dive();',
    ends: either,
  },
  {
    name: 'recursion through native functions',
    body: "const dive = () => [1].map(() => 'x'.replace(/x/, dive)); return dive();",
    ends: refused,
  },
  // JSON
  {
    name: 'JSON of brackets',
    body: "return JSON.parse('['.repeat(2 ** 21) + ']'.repeat(2 ** 21)).length;",
    ends: either,
  },
  {
    name: 'JSON of many small values',
    body: 'return JSON.parse("[" + "{\\"a\\":[]},".repeat(15e5) + "1]").length;',
    ends: either,
  },
  {
    name: 'JSON.stringify of what is shared again and again',
    body: 'let o = { a: 1 }; for (let i = 0; i < 22; i++) o = { a: o, b: o }; return JSON.stringify(o).length;',
    ends: passing,
  },
  {
    name: 'JSON.stringify of a nest',
    body: 'let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return JSON.stringify(o).length;',
    ends: passing,
  },
  // Regular expressions, numbers
  {
    name: 'all matches of a long text',
    body: "return 'ab'.repeat(2 ** 24).match(/./g).length;",
    ends: either,
  },
  {
    name: 'a regular expression of nested repetitions',
    body: "return new RegExp('(?:(?:(?:a{1,99}){1,99}){1,99}){1,99}').test('b');",
    ends: [...either, 'SyntaxError', 'survives'],
  },
  {
    name: 'a regular expression of deep groups',
    body: "return new RegExp('('.repeat(1e6) + ')'.repeat(1e6)).test('b');",
    ends: [...either, 'SyntaxError'],
  },
  {
    name: 'a regular expression that keeps its way back',
    body: "return /^(?:(a)|(b)|.)*$/.test('ab'.repeat(2 ** 23) + '\\n');",
    ends: [...either, 'survives'],
  },
  {
    name: 'BigInts that are kept',
    body: 'const kept = []; for (let i = 0n; ; i++) kept.push((1n << 1_000_000n) + i);',
    ends: limit,
  },
  {
    name: 'one huge BigInt',
    body: 'return (1n << (2n ** 30n)) > 0n;',
    ends: either,
  },
  {
    name: 'a BigInt that is shifted on and on',
    body: 'let n = 1n; for (;;) n <<= 100_000_000n;',
    ends: either,
  },
  // WebAssembly
  {
    name: 'memories of WebAssembly',
    body: 'const kept = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 64 }); new Uint8Array(memory.buffer).fill(1); kept.push(memory); }',
    ends: either,
  },
  {
    name: 'a memory of WebAssembly that grows',
    body: 'const memory = new WebAssembly.Memory({ initial: 1 }); for (;;) { memory.grow(64); new Uint8Array(memory.buffer).fill(1, -64 * 65536); }',
    ends: either,
  },
  {
    name: 'shared memories of WebAssembly',
    body: 'const kept = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 64, maximum: 128, shared: true }); new Uint8Array(memory.buffer).fill(1); kept.push(memory); }',
    ends: either,
  },
  {
    name: 'memories that modules of WebAssembly grow by themselves',
    body: `${growing(1)} for (;;) for (const { m, g } of kept) { g(16); new Uint8Array(m.buffer).fill(1, -(2 ** 20)); }`,
    ends: either,
  },
  {
    name: 'shared memories that modules of WebAssembly grow by themselves',
    body: `${growing(3)} for (;;) for (const { m, g } of kept) { g(16); new Uint8Array(m.buffer).fill(1, -(2 ** 20)); }`,
    ends: either,
  },
  {
    name: 'tables of WebAssembly',
    body: "const kept = []; for (;;) kept.push(new WebAssembly.Table({ initial: 1e6, element: 'externref' }));",
    ends: either,
  },
  {
    name: 'modules of WebAssembly',
    body: 'const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 1]); const kept = []; for (;;) kept.push(new WebAssembly.Instance(new WebAssembly.Module(bytes)));',
    ends: either,
  },
  // Promises and tasks
  {
    name: 'promises that nobody keeps',
    body: 'const kept = []; for (;;) kept.push(new Promise(() => {}));',
    ends: limit,
  },
  {
    name: 'a chain of promises',
    body: 'let last = Promise.resolve(); for (;;) last = last.then(() => {});',
    ends: limit,
  },
  {
    name: 'async functions that wait',
    body: 'const never = new Promise(() => {}); const kept = []; for (;;) kept.push((async () => { await never; })());',
    ends: limit,
  },
  {
    name: 'rejections that nobody handles',
    body: 'for (;;) void Promise.reject(new Error());',
    ends: limit,
  },
  {
    name: 'microtasks that double',
    body: 'const next = () => { queueMicrotask(next); queueMicrotask(next); }; next(); return new Promise(() => {});',
    ends: limit,
  },
  {
    name: 'microtasks that keep something each',
    body: 'const kept = []; const next = () => { kept.push(new Array(1000).fill(1)); return Promise.resolve().then(next); }; return next();',
    ends: limit,
  },
  {
    name: 'timers',
    body: 'for (;;) setTimeout(() => {}, 1e9);',
    ends: limit,
  },
  // Copies
  {
    name: 'structuredClone of its own result',
    body: 'let kept = [{}]; for (;;) kept = kept.concat(structuredClone(kept));',
    ends: either,
  },
  {
    name: 'structuredClone of a large array',
    body: 'const large = new Array(1e6).fill({ a: 1 }).map((each) => ({ ...each })); const kept = []; for (;;) kept.push(structuredClone(large));',
    ends: either,
  },
  {
    name: 'a result that is too large to encode',
    body: "return new Array(3e6).fill('a string for each');",
    ends: [...either, 'survives'],
  },
  // Code
  {
    name: 'functions from source',
    body: "const kept = []; for (let i = 0; ; i++) kept.push(new Function('return \"' + 'x'.repeat(1e5) + '\" + ' + i));",
    ends: limit,
  },
  {
    name: 'a source of millions of operators',
    body: "return (0, eval)('1+'.repeat(5e6) + '1');",
    ends: passing,
  },
  {
    name: 'a source of a million declarations',
    body: "let source = ''; for (let i = 0; i < 1e6; i++) source += 'var variable' + i + ' = 1;'; return new Function(source)();",
    ends: [...either, 'SyntaxError', 'survives'],
  },
  {
    name: 'a source of digits',
    body: "return (0, eval)('1'.repeat(2 ** 23));",
    ends: [...either, 'SyntaxError', 'survives'],
  },
  // Isolane's own
  {
    name: 'channels',
    body: 'const kept = []; for (;;) kept.push(isolane.channel(1));',
    ends: limit,
    isolane: true,
  },
  {
    name: 'sends that wait',
    body: "const [tx, rx] = isolane.channel(1); const text = 'x'.repeat(1000); for (;;) void tx.send(text + rx.id);",
    ends: limit,
    isolane: true,
  },
  {
    name: 'an interpreter of its own that takes the memory in its place',
    body: 'return isolane.Interpreter.create().then((inner) => inner.call(() => { const kept = []; for (;;) kept.push(new Array(1000).fill(1)); }));',
    ends: limit,
    ofAnother: true,
    isolane: true,
  },
];
