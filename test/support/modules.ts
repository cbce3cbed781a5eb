import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The URL of a file in test/fixtures; tests run in the project's folder. */
export function fixture(name: string): string {
  return pathToFileURL(resolve('test', 'fixtures', name)).href;
}

/** For the tests of one `describe`: writes modules that a linter would not suffer, and returns the path of the first. */
export function temporaryModules(): (files: Record<string, string>) => string {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  return (files) => {
    const folder = mkdtempSync(join(tmpdir(), 'isolane-test-'));
    folders.push(folder);
    const paths = Object.entries(files).map(([name, text]) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    });
    return paths[0] as string;
  };
}
