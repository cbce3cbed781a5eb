import assert from 'node:assert/strict';
import { version } from 'acorn';
import { channel, type IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { fixture, temporaryModules } from '../support/modules.js';
import { rejection } from '../support/wait.js';

interface Graph {
  name: string;
  acornVersion: string;
  here: string;
  default(who: string): string;
  area(shape: object): number;
  lazily(text: string): Promise<string>;
  next(): number;
  nested: { twice(n: number): number; constant: number };
}

describe('import', () => {
  const create = interpreters();
  const write = temporaryModules();

  it('loads a graph: relative, from packages, JSON, import.meta.url', async () => {
    const guest = await create();
    const graph = await guest.import<Graph>(fixture('graph/main.mjs'));
    assert.equal(graph.name, 'a small graph');
    assert.equal(graph.acornVersion, version);
    assert.equal(graph.here, fixture('graph/main.mjs'));
    assert.equal(await graph.area({ kind: 'rectangle', width: 6, height: 7 }), 42);
    assert.equal(await graph.area({ kind: 'circle', radius: 1 }), Math.PI);
    assert.equal(await graph.default('graph'), 'Hello, graph!');
  });

  it('gives functions that share the state of their module', async () => {
    const guest = await create();
    const one = await guest.import<Graph>(fixture('graph/main.mjs'));
    const two = await guest.import<Graph>(new URL(fixture('graph/main.mjs')));
    assert.equal(await one.next(), 1);
    assert.equal(await two.next(), 2);
    const other = await create();
    const theirs = await other.import<Graph>(fixture('graph/main.mjs'));
    assert.equal(await theirs.next(), 1);
  });

  it('gives objects of functions, and leaves out what cannot travel', async () => {
    const guest = await create();
    const graph = await guest.import<Graph>(fixture('graph/main.mjs'));
    assert.equal(await graph.nested.twice(4), 8);
    assert.equal(graph.nested.constant, 7);
    assert.equal('NotForExport' in graph, false);
  });

  it('does import() when it is reached, and once', async () => {
    const guest = await create();
    const graph = await guest.import<Graph>(fixture('graph/main.mjs'));
    assert.equal(await guest.evaluate('typeof lazyWasLoaded'), 'undefined');
    assert.equal(await graph.lazily('hello'), 'HELLO!');
    assert.equal(await graph.lazily('again'), 'AGAIN!');
    assert.equal(await guest.evaluate('lazyWasLoaded'), 1);
  });

  it('does import() in functions that are called, and in scripts', async () => {
    const guest = await create();
    assert.equal(
      await guest.call(
        async (url) => (await import(url)).circle({ radius: 1 }),
        fixture('graph/shapes/circle.mjs'),
      ),
      Math.PI,
    );
    await guest.provide({ url: fixture('graph/shapes/rectangle.mjs') });
    assert.equal(
      await guest.evaluate(
        'import(url).then(({ rectangle }) => rectangle({ width: 2, height: 3 }))',
      ),
      6,
    );
    assert.equal(await guest.evaluate('import("acorn").then((acorn) => acorn.version)'), version);
  });

  it('follows cycles', async () => {
    const guest = await create();
    const { even } = await guest.import<{ even(n: number): boolean }>(fixture('cycle/even.mjs'));
    assert.deepEqual([await even(10), await even(7)], [true, false]);
  });

  it('waits for top-level await', async () => {
    const guest = await create();
    const slow = await guest.import<{ ready: string }>(fixture('slow.mjs'));
    assert.equal(slow.ready, 'after top-level await');
  });

  it('takes packages by name, from the project', async () => {
    const guest = await create();
    const acorn = await guest.import<{
      version: string;
      isIdentifierStart(code: number): boolean;
    }>('acorn');
    assert.equal(acorn.version, version);
    assert.equal(await acorn.isIdentifierStart(97), true);
  });

  it('takes data: URLs', async () => {
    const guest = await create();
    const module = await guest.import<{ n: number; f(): string }>(
      'data:text/javascript,export const n = 3; export const f = () => import.meta.url;',
    );
    assert.equal(module.n, 3);
    assert.match(await module.f(), /^data:text\/javascript/);
    const base64 = Buffer.from('export default 5').toString('base64');
    const other = await guest.import<{ default: number }>(`data:text/javascript;base64,${base64}`);
    assert.equal(other.default, 5);
  });

  it('takes JSON', async () => {
    const guest = await create();
    const settings = await guest.import<{ default: { name: string } }>(
      fixture('graph/settings.json'),
    );
    assert.deepEqual(settings.default, { name: 'a small graph' });
  });

  it('gives modules channels, and takes what they move', async () => {
    const guest = await create();
    const module = await guest.import<{
      sum(rx: unknown, tx: unknown): void;
      bytes(length: number): Uint8Array;
      nested(): string;
    }>(fixture('uses-channels.mjs'));
    const [tx, rx] = channel<number>();
    const [result, answer] = channel<number>(1);
    tx.sendManySync([1, 2, 3]);
    tx.close();
    await module.sum(rx, result);
    assert.equal(answer.receiveSync(), 6);
    assert.deepEqual(await module.bytes(5), new Uint8Array(5).fill(1));
    assert.equal(await module.nested(), 'from deep inside');
  });

  it('is of the same isolane as the global one', async () => {
    const guest = await create();
    assert.equal(
      await guest.evaluate('import("isolane").then(({ channel }) => channel === isolane.channel)'),
      true,
    );
  });

  it('many times at once evaluates once', async () => {
    const guest = await create();
    const modules = await Promise.all(
      Array.from({ length: 20 }, () => guest.import<Graph>(fixture('graph/main.mjs'))),
    );
    const counts = await Promise.all(modules.map((module) => module.next()));
    assert.deepEqual(
      counts,
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  describe('fails clearly for', () => {
    it('a module that is missing', async () => {
      const guest = await create();
      const error = (await rejection(guest.import(fixture('not-there.mjs')))) as IsolaneError;
      assert.match(error.message, /not-there\.mjs/);
      assert.match(String(error.code), /MODULE_NOT_FOUND|UNREADABLE/);
    });

    it('a package that is missing', async () => {
      const guest = await create();
      const error = (await rejection(
        guest.import('@isolane-test/no-such-package'),
      )) as IsolaneError;
      assert.equal(error.code, 'ERR_MODULE_NOT_FOUND');
      assert.match(error.message, /no-such-package/);
    });

    it('a module that imports one that is missing, and names both', async () => {
      const guest = await create();
      const error = await rejection(guest.import(fixture('imports-missing.mjs')));
      assert.match(error.message, /not-there\.mjs/);
      assert.match(error.message, /imports-missing\.mjs/);
    });

    it('a name that is not exported', async () => {
      const guest = await create();
      const error = await rejection(guest.import(fixture('imports-missing-name.mjs')));
      assert.ok(error instanceof SyntaxError);
      assert.match(error.message, /notThere/);
    });

    it('a syntax error, with file, line and column', async () => {
      const guest = await create();
      const path = write({ 'broken.mjs': 'export const fine = 1;\n\n  const = 5;\n' });
      const error = (await rejection(guest.import(path))) as SyntaxError & Record<string, unknown>;
      assert.ok(error instanceof SyntaxError);
      assert.ok(error.message.includes(`${path}:3:9`), error.message);
      assert.match(String(error.stack), / {2}const = 5;\n {8}\^/);
    });

    it('a syntax error in what is imported, with that file', async () => {
      const guest = await create();
      for (const [broken, place] of [
        ['export const a = 1;\nexport const b = (;\n', /broken\.mjs:2:19/],
        ['let a = "never closed\n', /broken\.mjs:1:\d+/],
        ['import { a from "b";\n', /broken\.mjs:1:\d+/],
        ['}\n', /broken\.mjs:1:1/],
        ['let x;\nlet x;\n', /broken\.mjs:2:5/],
      ] as const) {
        const path = write({ 'main.mjs': "import './broken.mjs';", 'broken.mjs': broken });
        const error = await rejection(guest.import(path));
        assert.ok(error instanceof SyntaxError, String(error));
        assert.match(error.message, place);
      }
    });

    it('JSON that is none', async () => {
      const guest = await create();
      const path = write({ 'data.json': '{ "a": }' });
      const error = await rejection(guest.import(path));
      assert.ok(error instanceof SyntaxError);
      assert.match(error.message, /data\.json/);
    });

    it('a module of Node, and says what runs it', async () => {
      const guest = await create();
      for (const specifier of ['node:fs', 'fs', 'node:child_process', 'worker_threads']) {
        const error = (await rejection(guest.import(specifier))) as IsolaneError;
        assert.equal(error.code, 'ERR_ISOLANE_NO_NODE_API');
        assert.ok(error.message.includes(specifier));
        assert.match(error.message, /no Node API.*host/);
      }
      const error = await rejection(guest.import(fixture('imports-node.mjs')));
      assert.match(error.message, /node:fs.*imports-node\.mjs/);
    });

    it('a module that throws, every time', async () => {
      const guest = await create();
      for (let i = 0; i < 2; i++) {
        const error = await rejection(guest.import(fixture('throws.mjs')));
        assert.ok(error instanceof RangeError);
        assert.equal(error.message, 'at the top of a module');
        assert.match(String(error.stack), /throws\.mjs:1:7/);
      }
    });

    it('a scheme that nobody serves', async () => {
      const guest = await create();
      for (const url of ['https://example.org/module.mjs', 'ftp://example.org/a.mjs']) {
        assert.match((await rejection(guest.import(url))).message, /example\.org/);
      }
    });

    it('a folder', async () => {
      const guest = await create();
      assert.match((await rejection(guest.import(fixture('graph')))).message, /graph/);
    });

    it('what has no specifier', async () => {
      const guest = await create();
      for (const wrong of [undefined, null, '', 5]) {
        const error = await rejection(guest.import(wrong as unknown as string));
        assert.ok(error instanceof Error);
      }
      assert.equal(await guest.call(() => 'goes on'), 'goes on');
    });
  });

  it('may succeed after it failed', async () => {
    const guest = await create();
    const path = write({ 'main.mjs': "export { a } from './later.mjs';" });
    await rejection(guest.import(path));
    const { writeFileSync } = await import('node:fs');
    writeFileSync(path.replace('main.mjs', 'later.mjs'), 'export const a = 1;');
    assert.equal((await guest.import<{ a: number }>(path)).a, 1);
  });

  it('rejects with what a function of a module throws', async () => {
    const guest = await create();
    const path = write({
      'failing.mjs': 'export function fail() {\n  throw new TypeError("in a module");\n}\n',
    });
    const { fail } = await guest.import<{ fail(): never }>(path);
    const error = await rejection(fail());
    assert.ok(error instanceof TypeError);
    assert.match(String(error.stack), /failing\.mjs:2:9/);
    assert.match(String(error.stack), /import\.test/);
  });

  it('refuses arguments that cannot travel, by their place', async () => {
    const guest = await create();
    const { area } = await guest.import<Graph>(fixture('graph/main.mjs'));
    const error = await rejection(area({ kind: () => {} }));
    assert.match(error.message, /^arguments\[0\]\.kind is a function/);
  });
});
