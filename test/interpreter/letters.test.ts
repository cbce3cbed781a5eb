import assert from 'node:assert/strict';
import { buildSync } from 'esbuild';

/** The exports of a module of the library that is bundled and does not show them. */
function internal(file: string): Record<string, object> {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
  });
  const module = { exports: {} };
  new Function('module', 'exports', outputFiles[0]?.text ?? '')(module, module.exports);
  return module.exports;
}

/** The numbers of an enum, which has its names as well. */
function numbersOf(values: object = {}): number[] {
  return Object.values(values).filter((value) => typeof value === 'number');
}

describe('letters between interpreters', () => {
  it('have a number each, apart from those of native code', () => {
    const letters = numbersOf(internal('src/interpreter/protocol.ts')['Letter']);
    const native = numbersOf(internal('src/binding/codes.ts')['NativeLetter']);
    assert.ok(letters.length > 10);
    assert.equal(new Set([...letters, ...native]).size, letters.length + native.length);
    assert.ok(letters.every((letter) => letter >= 16));
    assert.ok(native.every((letter) => letter < 16));
  });
});
