import { readFileSync } from 'node:fs';
import { findSourceMap, SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setStackMapper } from '../interpreter/stacks.js';

/** Leads the frames of guests back to the sources that their files were made from, where Node does so for its own. */
export function mapStacks(): void {
  setStackMapper((stack) => (process.sourceMapsEnabled ? mapFrames(stack) : stack));
}

/** A place at the end of a frame, of a file or a data: URL. */
const PLACE = /((?:(?:file|data):[^\n]*?|\/[^\n]*?|[A-Za-z]:\\[^\n]*?)):(\d+):(\d+)(\)?)$/;

function mapFrames(stack: string): string {
  return stack.replace(/^ {4}at .*$/gm, (frame) =>
    frame.replace(beginOfPlace(frame), (_all, before: string, place: string) => {
      return before + mapPlace(place);
    }),
  );
}

/** The name of the function, then the place, in parentheses if there is a name. */
function beginOfPlace(frame: string): RegExp {
  return frame.endsWith(')') ? /^(.*? \()(.*)$/ : /^( {4}at (?:async )?)(.*)$/;
}

function mapPlace(place: string): string {
  const [, file, line, column, end] = PLACE.exec(place) ?? [];
  if (file === undefined) return place;
  const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
  if (entry === undefined || !('originalSource' in entry)) return place;
  const source = entry.originalSource;
  const path = source.startsWith('file:') ? fileURLToPath(source) : source;
  return `${path}:${entry.originalLine + 1}:${entry.originalColumn + 1}${end}`;
}

const maps = new Map<string, SourceMap | undefined>();

/** The source map of a file: the one that Node knows, as that of a file which a hook has compiled, or else the one that the file names. */
function mapOf(file: string): SourceMap | undefined {
  const known = findSourceMap(file);
  if (known !== undefined) return known;
  if (!maps.has(file))
    maps.set(
      file,
      attempt(() => readMap(file)),
    );
  return maps.get(file);
}

const COMMENT = /^[ \t]*\/\/[#@] sourceMappingURL=(\S+)[ \t]*$/gm;

function readMap(file: string): SourceMap | undefined {
  const url = /^(file|data):/.test(file) ? new URL(file) : pathToFileURL(file);
  const text = readText(url);
  const name = [...text.matchAll(COMMENT)].at(-1)?.[1];
  if (name === undefined) return undefined;
  const mapUrl = new URL(name, url.protocol === 'data:' ? undefined : url);
  const payload = JSON.parse(readText(mapUrl)) as MapPayload;
  return new SourceMap(withAbsoluteSources(payload, mapUrl.protocol === 'data:' ? url : mapUrl));
}

type MapPayload = ConstructorParameters<typeof SourceMap>[0];

/** As Node shows them: a source is beside the map, or below the root that the map gives. */
function withAbsoluteSources(payload: MapPayload, base: URL): MapPayload {
  if (base.protocol !== 'file:') return payload;
  const folder = resolve(dirname(fileURLToPath(base)), payload.sourceRoot ?? '');
  const sources = payload.sources.map((source) =>
    /^[a-z][a-z0-9+.-]+:/i.test(source) ? source : pathToFileURL(resolve(folder, source)).href,
  );
  return { ...payload, sourceRoot: '', sources };
}

function readText(url: URL): string {
  if (url.protocol === 'file:') return readFileSync(url, 'utf8');
  if (url.protocol !== 'data:') throw new TypeError(`${url.protocol} is not read for source maps`);
  const [, base64, data = ''] = /^[^,]*?(;base64)?,(.*)$/s.exec(url.href.slice(5)) ?? [];
  return base64 === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString();
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
