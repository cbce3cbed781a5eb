import assert from 'node:assert/strict';
import * as nodeModule from 'node:module';
import type { IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { exportsThere, inProject, projectUrl } from '../support/project.js';
import { rejection } from '../support/wait.js';

const canStrip = 'stripTypeScriptTypes' in nodeModule;

describe('TypeScript', () => {
  const create = interpreters();

  (canStrip ? it : it.skip)('loses its types: .ts, .mts and .cts', async () => {
    const guest = await create();
    assert.deepEqual(await exportsThere(guest, 'typescript/module.mts'), { doubled: 2 });
    assert.deepEqual(await exportsThere(guest, 'typescript/script.cts'), {
      default: { value: 3 },
      value: 3,
    });
  });

  (canStrip ? it : it.skip)('keeps its lines and columns', async () => {
    const guest = await create();
    const { where } = await guest.import<{ where(): string }>(projectUrl('typescript/plain.ts'));
    assert.ok((await where()).includes(`${inProject('typescript/plain.ts')}:7:10`), await where());
  });

  (canStrip ? it : it.skip)('can be required, where the thread may wait for it', async () => {
    const guest = await create();
    assert.deepEqual(await exportsThere(guest, 'typescript/requires.cjs'), {
      default: { value: 3 },
      value: 3,
    });
  });

  (canStrip ? it : it.skip)('that is more than types is refused by name', async () => {
    const guest = await create();
    const error = await rejection(guest.import(projectUrl('typescript/enum.ts')));
    assert.ok(error instanceof SyntaxError);
    assert.match(error.message, /enum/);
  });

  it('of packages is refused, as Node does', async () => {
    const guest = await create();
    const url = projectUrl('node_modules/in-typescript/index.ts');
    const error = (await rejection(guest.import(url))) as IsolaneError;
    assert.equal(error.code, 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING');
  });

  (canStrip ? it.skip : it)('needs a newer Node, and says which', async () => {
    const guest = await create();
    for (const file of ['typescript/plain.ts', 'typescript/requires.cjs']) {
      const error = (await rejection(guest.import(projectUrl(file)))) as IsolaneError;
      assert.equal(error.code, 'ERR_ISOLANE_NO_TYPESCRIPT');
      assert.match(error.message, /\.c?ts.*Node 22\.13/);
    }
  });
});
