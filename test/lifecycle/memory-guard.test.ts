import assert from 'node:assert/strict';
import { Interpreter } from 'isolane';
import { runScript } from '../support/run-script.js';

const MEMORY_LIMIT = 64 * 1024 * 1024;

/** The name of what a function throws, or what it gives. */
const probe = 'const probe = (f) => { try { return f(); } catch (error) { return error.name; } };';

/** A module whose memory is its own: shared or not, of one page, at most 65536. `grow(pages)` is its only export. */
const moduleOf = (shared: boolean): string => `new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0,
  1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 5, 6, 1, ${shared ? 3 : 1}, 1, 128, 128, 4,
  7, 8, 1, 4, 103, 114, 111, 119, 0, 0, 10, 8, 1, 6, 0, 32, 0, 64, 0, 11])`;

describe('memory that the engine does not count', function () {
  this.timeout(60_000);

  /** What a function's body gives in an interpreter with a limit, which must be usable afterwards. */
  async function guarded(body: string): Promise<unknown> {
    const guest = await Interpreter.create({ memoryLimit: MEMORY_LIMIT });
    try {
      const result = await guest.call(new Function(probe + body) as () => unknown);
      assert.equal(await guest.call(() => 6 * 7), 42, 'it goes on');
      return result;
    } finally {
      await guest.terminate();
    }
  }

  it('is refused past the limit, with a RangeError', async () => {
    const result = await guarded(`
      const resizable = new ArrayBuffer(1, { maxByteLength: 2 ** 30 });
      const shared = new SharedArrayBuffer(1, { maxByteLength: 2 ** 30 });
      return [
        probe(() => resizable.resize(2 ** 29)),
        resizable.byteLength,
        probe(() => shared.grow(2 ** 29)),
        shared.byteLength,
        probe(() => new SharedArrayBuffer(2 ** 29, { maxByteLength: 2 ** 30 })),
        probe(() => new WebAssembly.Memory({ initial: 4096, maximum: 4096, shared: true })),
        probe(() => new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }).grow(4096)),
      ];`);
    const refused = 'RangeError';
    assert.deepEqual(result, [refused, 1, refused, 1, refused, refused, refused]);
  });

  it('counts in sum', async () => {
    const result = await guarded(`
      const kept = [];
      const name = probe(() => {
        for (;;) kept.push(new SharedArrayBuffer(2 ** 20, { maxByteLength: 2 ** 21 }));
      });
      return [name, kept.length > 32, kept.length < 64];`);
    assert.deepEqual(result, ['RangeError', true, true]);
  });

  it('is given again when it was collected', async () => {
    const result = await guarded(`
      for (let i = 0; i < 20; i++) {
        new SharedArrayBuffer(0, { maxByteLength: 2 ** 26 }).grow(40 * 2 ** 20);
        new WebAssembly.Memory({ initial: 640, maximum: 700, shared: true });
      }
      return 'collected';`);
    assert.equal(result, 'collected');
  });

  for (const shared of [true, false]) {
    // What is not shared counts before V8 14, so that it ends the interpreter instead.
    if (!shared && Number(process.versions.v8.split('.')[0]) < 14) continue;
    it(`may belong to a module of WebAssembly, ${shared ? 'shared' : 'not shared'}`, async () => {
      const result = await guarded(`
        const bytes = ${moduleOf(shared)};
        const module = new WebAssembly.Module(bytes);
        const one = new WebAssembly.Instance(module);
        return WebAssembly.instantiate(bytes).then(({ instance }) => [
          WebAssembly.Module.imports(module).length,
          one instanceof WebAssembly.Instance,
          one.exports.grow(16),
          one.exports.grow(4096),
          instance.exports.grow(4096),
        ]);`);
      assert.deepEqual(result, [0, true, 1, -1, -1]);
    });
  }

  it('ends the interpreter when many modules grow by themselves', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ memoryLimit: ${MEMORY_LIMIT} });
      const error = await guest.call(() => {
        const module = new WebAssembly.Module(${moduleOf(true)});
        const kept = Array.from({ length: 20 }, () => new WebAssembly.Instance(module));
        for (;;) for (const { exports } of kept) exports.grow(1);
      }).catch((error) => error);
      console.log(error.name);
      console.log(await (await Interpreter.create()).call(() => 'others go on'));`);
    assert.deepEqual(lines, ['MemoryLimitError', 'others go on']);
  });

  it('is guarded by functions that look like those of the engine', async () => {
    const describeAll = (): unknown[] => {
      const placed: [object, PropertyKey][] = [
        [globalThis, 'SharedArrayBuffer'],
        [SharedArrayBuffer.prototype, 'constructor'],
        [SharedArrayBuffer.prototype, 'grow'],
        [ArrayBuffer.prototype, 'resize'],
        [WebAssembly, 'Memory'],
        [WebAssembly.Memory.prototype, 'constructor'],
        [WebAssembly, 'Instance'],
        [WebAssembly, 'instantiate'],
        [String.prototype, 'split'],
        [RegExp.prototype, Symbol.match],
      ];
      // The types know of no second parameter.
      const growable = { maxByteLength: 8 };
      const made = (Class: new () => object) =>
        Reflect.construct(SharedArrayBuffer, [4, growable], Class);
      class Buffer extends SharedArrayBuffer {}
      return [
        ...placed.map(([holder, name]) => {
          const { value, ...rest } = Object.getOwnPropertyDescriptor(holder, name) ?? {};
          return { ...rest, name: value.name, length: value.length, made: 'prototype' in value };
        }),
        SharedArrayBuffer.prototype.constructor === SharedArrayBuffer,
        SharedArrayBuffer[Symbol.species] === SharedArrayBuffer,
        made(Buffer) instanceof Buffer,
        made(SharedArrayBuffer as never).slice(1).byteLength,
        made(Map) instanceof Map,
        'a1b2'.split(/\d/),
        'abc'.split('', 2),
        'abc'.split(undefined as never),
        'a b'.match(/\w/g),
      ];
    };
    const [limited, plain] = await Promise.all([
      Interpreter.create({ memoryLimit: MEMORY_LIMIT }),
      Interpreter.create(),
    ]);
    assert.deepEqual(await limited.call(describeAll), await plain.call(describeAll));
    await Promise.all([limited.terminate(), plain.terminate()]);
  });

  it('reads each of its arguments once, and asks no global that the guest has replaced', async () => {
    const result = await guarded(`
      let reads = 0;
      const shared = new SharedArrayBuffer(1, { maxByteLength: 2 ** 30 });
      shared.grow({ valueOf: () => (reads++ === 0 ? 2 : 2 ** 29) });
      new WebAssembly.Memory({ get initial() { return reads++ === 1 ? 1 : 4096; }, maximum: 4096, shared: true });
      const { Number, RangeError } = globalThis;
      globalThis.Number = () => 0;
      globalThis.RangeError = class Own {};
      const name = probe(() => new WebAssembly.Memory({ initial: 4096, maximum: 4096, shared: true }));
      Object.assign(globalThis, { Number, RangeError });
      return [reads, shared.byteLength, name];`);
    assert.deepEqual(result, [2, 2, 'RangeError']);
  });
});

describe('a text of more parts than an array may have', function () {
  this.timeout(60_000);

  it('is not split, with a RangeError, in a guest with a memory limit', async () => {
    const { lines } = await runScript(`
      const guest = await Interpreter.create({ memoryLimit: ${MEMORY_LIMIT} });
      const name = await guest.call(() => {
        try {
          return 'x'.repeat(2 ** 28).split('').length;
        } catch (error) {
          return error.name + ': ' + error.message;
        }
      });
      console.log(name);
      console.log(await guest.call(() => 'x'.repeat(2 ** 28).split('', 3).length));`);
    assert.deepEqual(lines, ['RangeError: Invalid array length', '3']);
  });
});
