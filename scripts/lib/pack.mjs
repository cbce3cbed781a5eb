import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addonFile, buildAddon, nativeFolders, strip } from './addon.mjs';
import { build } from './build.mjs';
import { npm, say } from './exec.mjs';
import { majors, nodeOf } from './nodes.mjs';
import { manifest, path } from './project.mjs';

export const tarball = path('build', `${manifest.name}-${manifest.version}.tgz`);

const cli = ['addon', 'cli', 'exec', 'nodes', 'project', 'stale', 'tools'];

/** Builds the addon for every supported Node, and packs all that users get. */
export async function pack() {
  await build();
  const stage = path('build', 'package');
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  for (const major of majors) {
    const node = await nodeOf(major);
    await buildAddon(node);
    copy(addonFile(node), stage);
    strip(join(stage, addonFile(node)));
  }
  for (const name of ['dist', 'src', 'include', 'README.md', 'LICENSE', 'CHANGELOG.md']) {
    copy(name, stage);
  }
  for (const name of ['scripts/cli.mjs', ...cli.map((each) => `scripts/lib/${each}.mjs`)]) {
    copy(name, stage);
  }
  // Not at the root: there npm would take a binding.gyp for an order to build on install.
  for (const name of ['binding.gyp', ...nativeFolders]) copy(name, join(stage, 'source'));
  const { scripts, gypfile, allowScripts, ...published } = manifest;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  rmSync(tarball, { force: true });
  await npm(['pack', '--pack-destination', path('build'), '--loglevel=warn'], { cwd: stage });
  say(`packed ${tarball}`);
}

function copy(name, folder) {
  if (existsSync(path(name))) cpSync(path(name), join(folder, name), { recursive: true });
}
