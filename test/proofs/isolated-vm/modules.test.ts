/**
 * The themes of isolated-vm's tests, said again for Isolane. Here: modules and WebAssembly.
 *
 * isolated-vm compiles, links and evaluates in steps that its user drives. In Isolane import() does it, by Node's rules.
 */
import assert from 'node:assert/strict';
import { interpreters } from '../../support/interpreters.js';
import { temporaryModules } from '../../support/modules.js';
import { rejection } from '../../support/wait.js';

describe('isolated-vm on modules', () => {
  const create = interpreters();
  const write = temporaryModules();

  it('module-basic: one without imports, and one that has them', async () => {
    const guest = await create();
    const path = write({
      'math.mjs': `import add from './add.mjs'; import { sub } from './sub.mjs'; export { add, sub };
        export const timesTwo = (n) => add(n, n); export default add;`,
      'add.mjs': 'export default function add(a, b) { return a + b; }',
      'sub.mjs': 'export const sub = (a, b) => a - b;',
    });
    const math = await guest.import<Record<string, (...args: number[]) => number>>(path);
    assert.equal(await math['add']?.(2, 4), 6);
    assert.equal(await math['sub']?.(10, 4), 6);
    assert.equal(await math['timesTwo']?.(3), 6);
    assert.equal(await math['default']?.(2, 4), 6);
  });

  it('module-basic: one that is imported twice is evaluated once', async () => {
    const guest = await create();
    const path = write({
      'a.mjs': `import './counted.mjs'; import './counted.mjs'; export const n = globalThis.counted;`,
      'counted.mjs': 'globalThis.counted = (globalThis.counted ?? 0) + 1;',
    });
    assert.equal((await guest.import<{ n: number }>(path)).n, 1);
    assert.equal((await guest.import<{ n: number }>(path)).n, 1);
  });

  it('module-dynamic-import: from a module and from a script', async () => {
    const guest = await create();
    const path = write({
      'lazy.mjs': `export const load = async () => (await import('./loaded.mjs')).answer;`,
      'loaded.mjs': 'export const answer = 42;',
    });
    const lazy = await guest.import<{ load(): Promise<number> }>(path);
    assert.equal(await lazy.load(), 42);
    assert.equal(await guest.evaluate(`import(${JSON.stringify(path)}).then((m) => m.load())`), 42);
  });

  it('module-evaluate-promise: top-level await is awaited', async () => {
    const guest = await create();
    const path = write({
      'late.mjs': 'export const late = await new Promise((r) => setTimeout(r, 5, "late"));',
    });
    assert.equal((await guest.import<{ late: string }>(path)).late, 'late');
  });

  it('module-meta: import.meta says where it is', async () => {
    const guest = await create();
    const path = write({ 'meta.mjs': 'export const { url, filename, dirname } = import.meta;' });
    const meta = await guest.import<Record<string, string>>(path);
    assert.match(String(meta['url']), /^file:.*meta\.mjs$/);
    assert.equal(meta['filename'], path);
    assert.ok(path.startsWith(String(meta['dirname'])));
  });

  it('module-resolve-throws: what is not found is an error of the import, with the name', async () => {
    const guest = await create();
    const path = write({ 'broken.mjs': `import './nowhere.mjs';` });
    const error = (await rejection(guest.import(path))) as Error & { code: string };
    assert.equal(error.code, 'ERR_MODULE_NOT_FOUND');
    assert.match(error.message, /nowhere\.mjs/);
    assert.equal(await guest.evaluate('1'), 1);
  });

  it('module-throws: what a module throws is the error of the import, each time', async () => {
    const guest = await create();
    const path = write({ 'throws.mjs': `throw new RangeError('at the top');` });
    for (let i = 0; i < 2; i++) {
      const error = await rejection(guest.import(path));
      assert.ok(error instanceof RangeError);
      assert.equal(error.message, 'at the top');
    }
  });

  it('module-specifier-utf8: names beyond ASCII', async () => {
    const guest = await create();
    const path = write({
      'größe.mjs': `export { 長さ as length } from './長さ 😀.mjs';`,
      '長さ 😀.mjs': 'export const 長さ = 3;',
    });
    assert.equal((await guest.import<{ length: number }>(path)).length, 3);
  });

  it('inherited prototypes: a module cannot be led astray by what a script did to them', async () => {
    const guest = await create();
    await guest.exec(
      'Object.defineProperty(Object.prototype, "url", { get() { throw new Error("led astray"); } }); Array.prototype.map = null;',
    );
    const path = write({ 'plain.mjs': 'export const answer = 42;' });
    assert.equal((await guest.import<{ answer: number }>(path)).answer, 42);
  });
});

describe('isolated-vm on WebAssembly', () => {
  const create = interpreters();
  /** `(func (export "add") (param i32 i32) (result i32) ...)` */
  const add = new Uint8Array([
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0],
    ...[7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11],
  ]);

  it('wasm-test: compiled there, synchronously', async () => {
    const guest = await create();
    const sum = await guest.call((bytes) => {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
      return (exports as { add(a: number, b: number): number }).add(20, 22);
    }, add);
    assert.equal(sum, 42);
  });

  it('wasm-async: compiled there in the background, while it does something else', async () => {
    const guest = await create();
    const compiled = guest.call(async (bytes) => {
      const { instance } = await WebAssembly.instantiate(bytes);
      return (instance.exports as { add(a: number, b: number): number }).add(20, 22);
    }, add);
    assert.equal(await guest.call(() => 1), 1);
    assert.equal(await compiled, 42);
  });

  it('wasm-test: compiled here, and sent', async () => {
    const guest = await create();
    const module = await WebAssembly.compile(add);
    const sum = await guest.call((module) => {
      const { exports } = new WebAssembly.Instance(module);
      return (exports as { add(a: number, b: number): number }).add(1, 2);
    }, module);
    assert.equal(sum, 3);
  });

  it('wasm-async: what is no WebAssembly is a CompileError', async () => {
    const guest = await create();
    const error = await rejection(
      guest.call((bytes) => WebAssembly.compile(bytes).then(() => 1), new Uint8Array([1, 2, 3])),
    );
    assert.equal(error.name, 'CompileError');
  });
});
