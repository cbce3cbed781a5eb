import assert from 'node:assert/strict';
import { resolve } from 'node:path';

describe('letters between interpreters', () => {
  it('have a number each, apart from those of native code', () => {
    const internal = (file: string) => require(resolve('dist', file)) as Record<string, object>;
    const letters = Object.values(internal('interpreter/protocol.js')['Letter'] ?? {}) as number[];
    const native = Object.values(internal('binding/binding.js')['NativeLetter'] ?? {}) as number[];
    assert.ok(letters.length > 10);
    assert.equal(new Set([...letters, ...native]).size, letters.length + native.length);
    assert.ok(letters.every((letter) => letter >= 16));
    assert.ok(native.every((letter) => letter < 16));
  });
});
