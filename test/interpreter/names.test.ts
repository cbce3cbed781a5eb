import assert from 'node:assert/strict';
import * as isolane from 'isolane';
import { interpreters } from '../support/interpreters.js';

/** The exports whose own names are other ones. */
function misnamed(exports: object): string[] {
  return Object.entries(exports)
    .filter(([key, value]) => typeof value === 'function' && value.name !== key)
    .map(([key]) => key);
}

describe('classes and functions of this package', () => {
  const create = interpreters();

  it('have the names by which they are exported', () => assert.deepEqual(misnamed(isolane), []));

  it('have them in a guest', async () => {
    const guest = await create();
    await guest.exec(`globalThis.misnamed = ${misnamed}`);
    assert.deepEqual(await guest.evaluate('misnamed(isolane)'), []);
  });
});
