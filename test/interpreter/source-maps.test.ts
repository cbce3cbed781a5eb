import assert from 'node:assert/strict';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { temporaryModules } from '../support/modules.js';
import { runScript } from '../support/run-script.js';

/** The errors are thrown in lines 6, 10 and 16; what comes before goes away when this is compiled. */
const SOURCE = `interface Shape {
  size: number;
}
type Wide = Shape & { width: number };
export function direct(shape: Shape): never {
  throw new Error('direct ' + shape.size);
}
export const later = async ({ width }: Wide) => {
  await null;
  throw new RangeError('later ' + width);
};
export function* steps(): Generator<number> {
  yield 1;
  for (const n of [1, 2] as const) {
    if (n === 2) {
      throw new TypeError('steps');
    }
  }
}
`;

/** Prints where the first frame of each stack is, for functions that travel and for those of a module. */
const SCRIPT = `
const guest = await Interpreter.create();
const module = await import(file);
const remote = await guest.import(file);
const first = (error) => console.log(error.message, error.stack.split('\\n')[1].trim());
const sized = { size: 1, width: 2 };
await guest.call(module.direct, sized).catch(first);
await guest.call(module.later, sized).catch(first);
try { guest.callSync(module.direct, sized); } catch (error) { first(error); }
await guest.call(module.steps).then(async (all) => { for await (const _ of all); }).catch(first);
await remote.direct(sized).catch(first);
await remote.later(sized).catch(first);
await (async () => { for await (const _ of remote.steps()); })().catch(first);
await guest.close();
`;

describe('source maps', () => {
  const write = temporaryModules();

  const compile = (sourcemap: 'inline' | 'external') =>
    transformSync(SOURCE, {
      loader: 'ts',
      sourcemap,
      sourcefile: 'shapes.ts',
      minify: true,
      sourcesContent: false,
    });

  const inline = (): string => write({ 'shapes.mjs': compile('inline').code });

  const beside = (): string => {
    const { code, map } = compile('external');
    return write({
      'shapes.mjs': `${code}//# sourceMappingURL=shapes.mjs.map\n`,
      'shapes.mjs.map': map,
    });
  };

  const run = async (file: string, before: string, nodeArgs: string[]): Promise<string[]> => {
    const text = `${before}; const file = ${JSON.stringify(file)}; ${SCRIPT}`;
    return (await runScript(text, { nodeArgs })).lines;
  };

  const mapped = (file: string): RegExp[] => {
    const source = join(file, '..', 'shapes.ts').replaceAll('.', '\\.');
    const places = [6, 10, 6, 16, 6, 10, 16];
    return places.map(
      (line) => new RegExp(`^(direct 1|later 2|steps) at .*${source}:${line}:\\d+\\)?$`),
    );
  };

  for (const [what, make] of [
    ['in the file', inline],
    ['beside it', beside],
  ] as const) {
    it(`lead back to the source with --enable-source-maps, the map being ${what}`, async () => {
      const file = make();
      const lines = await run(file, '', ['--enable-source-maps']);
      mapped(file).forEach((pattern, i) => {
        assert.match(String(lines[i]), pattern);
      });
      assert.equal(lines.length, 7);
    });
  }

  it('lead back to the source when they are switched on at run time, also for what was loaded before', async () => {
    const file = inline();
    const lines = await run(
      file,
      `await import(${JSON.stringify(file)}); process.setSourceMapsEnabled(true)`,
      [],
    );
    mapped(file).forEach((pattern, i) => {
      assert.match(String(lines[i]), pattern);
    });
  });

  it('are as exact as those of Node', async () => {
    const file = inline();
    const { lines } = await runScript(
      `
      const guest = await Interpreter.create();
      const { direct } = await import(${JSON.stringify(file)});
      const place = (error) => console.log(error.stack.split('\\n')[1].match(/shapes\\.ts:\\d+:\\d+/)[0]);
      try { direct({ size: 1 }); } catch (error) { place(error); }
      await guest.call(direct, { size: 1 }).catch(place);
      await guest.close();
      `,
      { nodeArgs: ['--enable-source-maps'] },
    );
    assert.equal(lines.length, 2);
    assert.equal(lines[0], lines[1]);
  });

  it('are left alone otherwise', async () => {
    const file = inline();
    const lines = await run(file, '', []);
    assert.equal(lines.length, 7);
    for (const line of lines) assert.match(line, /shapes\.mjs:1:\d+\)?$/);
  });

  it('that are missing or broken leave stacks as they are', async () => {
    for (const map of [
      'missing.map',
      'data:application/json,{',
      'data:application/json;base64,!!',
      'https://example.org/a.map',
    ]) {
      const { code } = compile('external');
      const file = write({ 'shapes.mjs': `${code}//# sourceMappingURL=${map}\n` });
      const lines = await run(file, '', ['--enable-source-maps']);
      assert.equal(lines.length, 7, map);
      for (const line of lines) assert.match(line, /shapes\.mjs:1:\d+\)?$/);
    }
  });
});
