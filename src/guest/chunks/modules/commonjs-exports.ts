import { parse } from 'cjs-module-lexer';
import { resolveCommonJs } from './commonjs-resolve.js';
import { readText } from './files.js';
import { formatOf } from './formats.js';
import { settled } from './sources.js';

/** The names that lexing found, by path and text. */
const lexed = new Map<string, { text: string; names: ReadonlySet<string> }>();

/** The names that a CommonJS module exports, as far as they can be seen without running it; with those that it hands on from others. */
export function exportNamesOf(path: string, text: string): ReadonlySet<string> {
  const known = lexed.get(path);
  if (known?.text === text) return known.names;
  const names = new Set<string>();
  // Whoever leads back here gets what is known by then.
  lexed.set(path, { text, names });
  try {
    const { exports, reexports } = parse(text);
    for (const name of exports) names.add(name);
    for (const request of reexports) {
      for (const name of namesFrom(request, path)) names.add(name);
    }
  } catch {
    // What the lexer does not understand exports its default alone; the engine reports real mistakes.
  }
  return names;
}

function namesFrom(request: string, from: string): ReadonlySet<string> {
  let path: string;
  try {
    path = resolveCommonJs(request, from);
  } catch {
    return new Set();
  }
  const file = formatOf(path);
  const isScript = file?.format === 'commonjs' || file?.format === 'script';
  if (!isScript || file.typescript) return new Set();
  const text = readText(path);
  return settled(file.format as 'commonjs' | 'script', path, text) === 'commonjs'
    ? exportNamesOf(path, text)
    : new Set();
}
