// What users get: the tarball, installed where there is no compiler, under each supported Node and module system.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { majors, nodeOf } from '../../scripts/lib/nodes.mjs';
import { tarball } from '../../scripts/lib/pack.mjs';
import { path } from '../../scripts/lib/project.mjs';

const usage = `
async function main() {
  const interpreter = await Interpreter.create();
  const [numbers, doubled] = [channel(), channel()];
  const done = interpreter.call(
    async (receiver, sender) => {
      for await (const number of receiver) await sender.send(2 * number);
      sender.close();
    },
    numbers.receiver,
    doubled.sender,
  );
  await numbers.sender.sendMany([1, 2, 3]);
  numbers.sender.close();
  const received = [await doubled.receiver.receive(), await doubled.receiver.receive(), await doubled.receiver.receive()];
  await done;
  const sum = await interpreter.call((a, b) => a + b, 20, 22);
  await interpreter.close();
  console.log(JSON.stringify({ sum, received }));
}
main();
`;

const programs = {
  'use.mjs': `import { channel, Interpreter } from 'isolane';\n${usage}`,
  'use.cjs': `const { channel, Interpreter } = require('isolane');\n${usage}`,
};

const bothFaces = `
import { createRequire } from 'node:module';
import * as esm from 'isolane';
const cjs = createRequire(import.meta.url)('isolane');
console.log(JSON.stringify(Object.keys(cjs).filter((name) => esm[name] !== cjs[name])));
`;

const typed = `
import { channel, exportEndpoint, Interpreter, type Receiver } from 'isolane';
import folder = require('isolane/include');
export const header: string = folder;
export const token: bigint = exportEndpoint(channel<number>().sender).token;
export const receiver: Receiver<number> = channel<number>().receiver;
export const interpreter: Promise<Interpreter> = Interpreter.create();
// @ts-expect-error: the types are really there
export const wrong: number = channel();
`;

describe('the package', function () {
  this.timeout(120_000);
  let folder;
  let env;

  const run = (execPath, ...args) =>
    execFileSync(execPath, args, { cwd: folder, env, encoding: 'utf8' });
  const readJson = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'isolane-install-'));
    env = { ...process.env, PATH: pathWithoutCompiler(folder) };
    for (const name of Object.keys(env)) {
      // npm hands its settings on; the one that would switch install scripts off must not hide one.
      if (/^npm_config_ignore_scripts$/i.test(name)) delete env[name];
    }
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    execFileSync(process.execPath, [npmCli(), 'install', '--no-audit', '--no-fund', tarball], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is installed without running a script', () => {
    const { scripts, gypfile } = readJson('node_modules/isolane/package.json');
    assert.deepEqual([scripts, gypfile], [undefined, undefined]);
    assert.equal(existsSync(join(folder, 'node_modules/isolane/binding.gyp')), false);
    const record = readJson('node_modules/.package-lock.json').packages;
    const withScripts = Object.keys(record).filter((name) => record[name].hasInstallScript);
    assert.deepEqual(withScripts, []);
  });

  for (const major of majors) {
    for (const program of Object.keys(programs)) {
      it(`works under Node ${major} in ${program}`, async () => {
        const { execPath } = await nodeOf(major);
        assert.deepEqual(JSON.parse(run(execPath, program)), { sum: 42, received: [2, 4, 6] });
      });
    }
  }

  it('is one library, imported or required', () => {
    writeFileSync(join(folder, 'both.mjs'), bothFaces);
    assert.deepEqual(JSON.parse(run(process.execPath, 'both.mjs')), []);
  });

  it('has the header for C where it says', () => {
    const read = "readFileSync(require('isolane/include') + '/isolane/isolane.h', 'utf8')";
    assert.match(run(process.execPath, '-p', `fs.${read}`), /#define ISOLANE_API_VERSION 1/);
  });

  for (const extension of ['mts', 'cts']) {
    it(`has types for a .${extension} file`, () => {
      writeFileSync(join(folder, `typed.${extension}`), typed);
      const compilerOptions = {
        ...{
          module: 'node16',
          moduleResolution: 'node16',
          target: 'es2022',
          strict: true,
          noEmit: true,
        },
        ...{
          lib: ['es2023', 'esnext.disposable'],
          types: ['node'],
          typeRoots: [path('node_modules/@types')],
        },
      };
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: [`typed.${extension}`] }),
      );
      run(process.execPath, path('node_modules/typescript/bin/tsc'), '-p', '.');
    });
  }

  it('tells which binary it needs', () => {
    const told = run(process.execPath, 'node_modules/isolane/scripts/cli.mjs', 'info');
    assert.match(told, new RegExp(`isolane\\.abi${process.versions.modules}\\..*node: loads`));
  });

  it('says what to install when it is asked to build without a compiler', () => {
    assert.throws(
      () =>
        execFileSync(process.execPath, ['node_modules/isolane/scripts/cli.mjs', 'build'], {
          cwd: folder,
          env,
          stdio: 'pipe',
        }),
      (error) => /is missing\. Install it: /.test(error.stderr),
    );
  });
});

/** A PATH with nothing but Node; on Windows, where links need rights, its folder. */
function pathWithoutCompiler(folder) {
  if (process.platform === 'win32') return [dirname(process.execPath)].join(delimiter);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  return bin;
}

function npmCli() {
  const cli = process.env.npm_execpath;
  assert.ok(cli, 'run this by: npm run test:package');
  return cli;
}
