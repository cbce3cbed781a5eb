import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Failure } from './exec.mjs';
import { path } from './project.mjs';

/** Writes the licences of the packages that bundled files come from, as these ask for; `inputs` are paths in the project. */
export function writeLicences(inputs, output) {
  const packages = new Set(
    inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const texts = [...packages].sort().map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(path(folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(path(folder)).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined)
      throw new Failure(`${folder} is bundled and has no file with its licence`);
    return `${name} ${version} (${license})\n\n${readFileSync(path(folder, file), 'utf8').trim()}\n`;
  });
  writeFileSync(path(output), texts.join(`\n${'-'.repeat(80)}\n\n`));
}
