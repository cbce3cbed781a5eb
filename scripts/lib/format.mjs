import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Failure, run } from './exec.mjs';
import { path } from './project.mjs';
import { filesOf } from './stale.mjs';

const biome = (...args) =>
  run(process.execPath, [path('node_modules/@biomejs/biome/bin/biome'), ...args, '.']);

async function clangFormat(...args) {
  if (!existsSync(path('.clang-format'))) throw new Failure('.clang-format is missing');
  const files = ['native', 'include', 'bench/native', 'examples', 'test/fixtures/native-echo']
    .flatMap(filesOf)
    .filter((file) => /\.(h|c|cc)$/.test(file) && !/third_party|\/build\//.test(file));
  await run(clangFormatBinary(), ['--style=file', ...args, ...files]);
}

/** The npm package has binaries for a few platforms; elsewhere the system's has to do. */
function clangFormatBinary() {
  const { platform, arch } = process;
  const name = platform === 'win32' ? 'win32/clang-format.exe' : `${platform}_${arch}/clang-format`;
  const binary = createRequire(import.meta.url)
    .resolve('clang-format')
    .replace(/index\.js$/, `bin/${name}`);
  return existsSync(binary) ? binary : 'clang-format';
}

export async function lint() {
  const checks = [biome('check', '--error-on-warnings'), clangFormat('--dry-run', '--Werror')];
  const failed = (await Promise.allSettled(checks)).filter(({ status }) => status === 'rejected');
  if (failed.length > 0)
    throw new Failure(
      `${failed.map(({ reason }) => reason.message).join('\n')}\nTry: npm run format`,
    );
}

export async function format() {
  await biome('check', '--write');
  await clangFormat('-i');
}
