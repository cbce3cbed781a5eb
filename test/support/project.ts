import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Interpreter } from 'isolane';

const folder = resolve('test', 'fixtures', 'project');

/** The path of a file in the project of test/fixtures, which has packages for each rule. */
export function inProject(name: string): string {
  return `${folder}/${name}`;
}

export function projectUrl(name: string): string {
  return pathToFileURL(inProject(name)).href;
}

/** What a module of the project exports in a guest, as data; of a CommonJS module, `default` is all. */
export function exportsThere(guest: Interpreter, name: string): Promise<Record<string, unknown>> {
  return guest.call(
    async (url, probe) => (await import(probe)).describe(await import(url)),
    projectUrl(name),
    projectUrl('probe.mjs'),
  ) as Promise<Record<string, unknown>>;
}

/** The same here, in Node. */
export async function exportsHere(name: string): Promise<Record<string, unknown>> {
  const probe = (await import(projectUrl('probe.mjs'))) as {
    describe(namespace: object): Record<string, unknown>;
  };
  return probe.describe((await import(projectUrl(name))) as object);
}
