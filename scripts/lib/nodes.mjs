import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, npm, run, say } from './exec.mjs';
import { manifest, path } from './project.mjs';

/** The Node versions that Isolane is built for and tested on. */
export const majors = manifest.engines.node
  .match(/(?<=^|\|\| )\^?\d+/g)
  .map((text) => Number(text.replace('^', '')));

const question = `JSON.stringify({
  version: process.versions.node,
  abi: process.versions.modules,
  platform: process.platform,
  arch: process.arch,
  libc: process.platform !== 'linux' ? '' : process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl',
})`;

/** What a Node binary says of itself, and where its headers are if they lie beside it. */
export async function describeNode(execPath) {
  const node = JSON.parse(await run(execPath, ['-p', question], { capture: 'only' }));
  return {
    ...node,
    execPath,
    major: Number.parseInt(node.version, 10),
    headers: headersOf(execPath, node.version),
  };
}

export const runningNode = () => describeNode(process.execPath);

/** The running Node if it has this major version, otherwise one fetched as an npm package into .cache/nodes. */
export async function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return runningNode();
  const node = await describeNode(await fetchNode(major));
  if (!node.headers)
    throw new Failure(
      `the npm package of Node ${major} for ${node.platform}-${node.arch} has no headers`,
    );
  return node;
}

async function fetchNode(major) {
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const folder = path('.cache', 'nodes', String(major));
  const binary = join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  say(`fetching Node ${major} (npm package ${name}) ...`);
  mkdirSync(folder, { recursive: true });
  // Without a package.json of its own npm would install into the project above.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  await npm(['install', '--no-package-lock', '--no-audit', '--no-fund', `${name}@${major}`], {
    cwd: folder,
  });
  return binary;
}

/** The folder for node-gyp's nodedir; nothing where the headers beside the binary are of another version. */
function headersOf(execPath, version) {
  const prefix = dirname(dirname(execPath));
  const header = join(prefix, 'include', 'node', 'node_version.h');
  if (!existsSync(header)) return undefined;
  const text = readFileSync(header, 'utf8');
  const part = (name) => text.match(new RegExp(`#define NODE_${name}_VERSION (\\d+)`))?.[1];
  return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}` === version ? prefix : undefined;
}
