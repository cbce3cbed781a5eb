import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One block of JavaScript that the documentation shows. */
export interface Example {
  /** `file:line` of its first line. */
  place: string;
  code: string;
  expectations: Expectation[];
}

/** What a line of an example says that it prints; `any` for a line that prints and does not say what. */
export type Expectation = { line: string } | 'any';

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  lines: string[];
  stderr: string;
}

const FENCE = /^\s*(?:\* ?)?```(\S*)(.*)$/;

/** The blocks fenced as `js` in a Markdown file, or in the comments of a TypeScript file; not those marked `no-run`. */
export function examplesIn(file: string, text = readFileSync(file, 'utf8')): Example[] {
  const examples: Example[] = [];
  const strip = file.endsWith('.ts') ? /^\s*\* ?/ : /^/;
  let start = 0;
  let runs = false;
  let block: string[] | undefined;
  text.split('\n').forEach((line, index) => {
    const fence = FENCE.exec(line);
    if (fence === null) {
      block?.push(line.replace(strip, ''));
    } else if (block === undefined) {
      start = index + 2;
      runs = fence[1] === 'js' && fence[2]?.trim() !== 'no-run';
      block = [];
    } else {
      const code = block.join('\n');
      if (runs) examples.push({ place: `${file}:${start}`, code, expectations: expected(code) });
      block = undefined;
    }
  });
  return examples;
}

/** docs/testing.md has the rule. */
export function expected(code: string): Expectation[] {
  return code.split('\n').flatMap((line): Expectation[] => {
    const arrow = /\/\/ → (.*)$/.exec(line)?.[1];
    const said =
      arrow ?? (/console\.log\(/.test(line) ? /; \/\/ (.*)$/.exec(line)?.[1] : undefined);
    if (said === undefined) return /console\.log\(/.test(line) ? ['any'] : [];
    if (/^e\.g\. /.test(said)) return ['any'];
    return said.split(', then ').map((each) => ({ line: each.trimEnd() }));
  });
}

/** What is wrong with how an example ended, as a sentence; undefined: nothing. */
export function problemWith(example: Example, outcome: Outcome): string | undefined {
  const { code, signal, lines, stderr } = outcome;
  const output = `\nstdout:\n${lines.join('\n')}\nstderr:\n${stderr}`;
  if (signal !== null) return `it was ended by ${signal}${output}`;
  if (code !== 0) return `its exit code is ${code}${output}`;
  const free = example.expectations.includes('any');
  let at = 0;
  for (const expectation of example.expectations) {
    if (expectation === 'any') continue;
    while (free && at < lines.length && lines[at]?.trimEnd() !== expectation.line) at++;
    if (lines[at]?.trimEnd() !== expectation.line) {
      return `it should print ${JSON.stringify(expectation.line)} as line ${at + 1}, in this order${output}`;
    }
    at++;
  }
  return !free && at < lines.length ? `it prints more than it says${output}` : undefined;
}

/** Runs a file in a Node of its own, and kills it after `limit` milliseconds. */
export function runFile(file: string, limit = 20_000): Promise<Outcome> {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limit);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const lines = stdout === '' ? [] : stdout.replace(/\n$/, '').split('\n');
      resolve({ code, signal, lines, stderr });
    });
  });
}
