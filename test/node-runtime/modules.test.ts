import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { version } from 'acorn';
import type { IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { fixture, temporaryModules } from '../support/modules.js';
import { rejection } from '../support/wait.js';

interface Graph {
  name: string;
  acornVersion: string;
  here: string;
  area(shape: object): number;
  next(): number;
  nested: { twice(n: number): number; constant: number };
}

describe('in a Node runtime', function () {
  this.timeout(60_000);

  const create = interpreters();
  const node = () => create({ runtime: 'node' });
  const write = temporaryModules();

  it('modules of Node are there, for functions, scripts and import()', async () => {
    const guest = await node();
    const text = readFileSync('package.json', 'utf8');
    assert.equal(
      await guest.call(async () =>
        (await import('node:fs/promises')).readFile('package.json', 'utf8'),
      ),
      text,
    );
    await guest.exec("const { createHash } = require('node:crypto')");
    assert.equal(
      await guest.evaluate(
        "createHash('sha256').update(require('fs').readFileSync('package.json')).digest('hex')",
      ),
      createHash('sha256').update(text).digest('hex'),
    );
    const fs = await guest.import<typeof import('node:fs')>('node:fs');
    assert.equal(await fs.existsSync('package.json'), true);
    assert.equal(typeof fs.constants.O_RDONLY, 'number');
    assert.deepEqual(
      await guest.call(() => [process.pid, typeof Buffer, typeof fetch, typeof URL]),
      [process.pid, 'function', 'function', 'function'],
    );
  });

  it('servers and clients talk over the network', async () => {
    const guest = await node();
    const answer = await guest.call(async () => {
      const http = await import('node:http');
      const server = http.createServer((_request, response) => response.end('over the wire'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const text = await new Promise<string>((resolve) => {
        http.get({ port, host: '127.0.0.1' }, (response) => {
          response.setEncoding('utf8').on('data', resolve);
        });
      });
      server.close();
      return text;
    });
    assert.equal(answer, 'over the wire');
  });

  it('packages that need Node work, CommonJS ones too', async () => {
    const guest = await node();
    const esbuild = await guest.import<{
      version: string;
      transformSync(code: string, options: object): { code: string };
    }>('esbuild');
    const { code } = await esbuild.transformSync('let n: number = 1', { loader: 'ts' });
    assert.equal(code.trim(), 'let n = 1;');
    const doc = await guest.import<{ default: { parse(code: string): object } }>('acorn');
    assert.equal((doc as unknown as { version: string }).version, version);
    assert.match(await guest.call(() => require('typescript/package.json').version), /^\d+\./);
  });

  it('native addons work', async () => {
    const guest = await node();
    assert.equal(
      await guest.call(async () => {
        const { channel } = await import('isolane');
        const [tx, rx] = channel<string>();
        tx.sendSync('through the addon');
        return rx.receiveSync();
      }),
      'through the addon',
    );
    assert.equal(
      await guest.evaluate('import("isolane").then(({ channel }) => channel === isolane.channel)'),
      true,
    );
  });

  it('graphs of modules share their state, and know their URL', async () => {
    const guest = await node();
    const one = await guest.import<Graph>(fixture('graph/main.mjs'));
    const two = await guest.import<Graph>(new URL(fixture('graph/main.mjs')));
    assert.deepEqual(
      [one.name, one.here, one.acornVersion],
      ['a small graph', fixture('graph/main.mjs'), version],
    );
    assert.equal(await one.area({ kind: 'rectangle', width: 6, height: 7 }), 42);
    assert.equal(await one.next(), 1);
    assert.equal(await two.next(), 2);
    assert.deepEqual([await one.nested.twice(4), one.nested.constant], [8, 7]);
    assert.equal('NotForExport' in one, false);
    const settings = await guest.import<{ default: object }>(fixture('graph/settings.json'));
    assert.deepEqual(settings.default, { name: 'a small graph' });
  });

  it('specifiers start at the file that asks, be it for a script', async () => {
    const guest = await node();
    const path = write({
      'start.mjs': "export { n } from './next.mjs';",
      'next.mjs': 'export const n = 5;',
    });
    assert.equal((await guest.import<{ n: number }>(path)).n, 5);
    const support = await guest.import<{ fixture(name: string): string }>('../support/modules.js');
    assert.equal(await support.fixture('x'), fixture('x'));
    assert.equal(
      await guest.evaluate(
        "import('../support/modules.js').then((support) => typeof support.fixture)",
      ),
      'function',
    );
  });

  it('what cannot be loaded is told as Node tells it', async () => {
    const guest = await node();
    const broken = write({ 'broken.mjs': 'export const = 1;' });
    for (const [specifier, code] of [
      [fixture('not-there.mjs'), 'ERR_MODULE_NOT_FOUND'],
      ['@isolane-test/no-such-package', 'ERR_MODULE_NOT_FOUND'],
    ] as const) {
      const error = (await rejection(guest.import(specifier))) as IsolaneError;
      assert.equal(error.code, code);
      const inside = (await rejection(
        guest.call((specifier) => import(specifier), specifier),
      )) as IsolaneError;
      assert.equal(inside.code, code);
    }
    assert.ok((await rejection(guest.import(broken))) instanceof SyntaxError);
    assert.equal(await guest.call(() => 1), 1);
  });

  it('nothing is warned of', async () => {
    const lines: string[] = [];
    const guest = await create({ runtime: 'node', console: ({ text }) => lines.push(text) });
    const warnings = await guest.call(async () => {
      const warnings: string[] = [];
      process.on('warning', ({ message }) => warnings.push(message));
      await import('node:os');
      await new Promise((resolve) => setTimeout(resolve, 5));
      process.emitWarning('one of its own');
      await new Promise((resolve) => setTimeout(resolve, 5));
      return warnings;
    });
    assert.deepEqual(warnings, ['one of its own']);
  });
});
