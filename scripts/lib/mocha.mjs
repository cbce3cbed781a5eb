import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { exit, howItEnded } from './exec.mjs';
import { path } from './project.mjs';

/** Runs mocha under a Node; `args` select the tests. A crash or a process that does not end is a failure, too. */
export async function mocha(execPath, args = [], { env = process.env, limit = 15 * 60_000 } = {}) {
  const events = path('build', `mocha-${process.pid}.ndjson`);
  mkdirSync(path('build'), { recursive: true });
  rmSync(events, { force: true });
  const ended = await exit(
    execPath,
    [
      path('node_modules/mocha/bin/mocha.js'),
      ...[
        '--reporter',
        path('scripts/lib/mocha-reporter.cjs'),
        '--reporter-option',
        `output=${events}`,
      ],
      process.stdout.isTTY ? '--color' : '--no-color',
      ...args,
    ],
    { env, limit },
  );
  const read = existsSync(events)
    ? readFileSync(events, 'utf8').trim().split('\n').filter(Boolean).map(JSON.parse)
    : [];
  rmSync(events, { force: true });
  return summary(read, ended);
}

function summary(events, ended) {
  const all = (name) => events.filter(({ event }) => event === name);
  const passed = all('pass').length;
  const failures = all('fail').map(({ title, reason }) => title + shown(reason));
  const complete = all('end').length > 0;
  const last = events.at(-1);
  if (!complete && last?.event === 'begin')
    failures.push(`${last.title} (mocha: ${howItEnded(ended)})`);
  else if (!complete || (ended.code !== 0 && failures.length === 0))
    failures.push(`mocha: ${howItEnded(ended)}`);
  else if (passed + failures.length === 0) failures.push('mocha: no test was found');
  return { passed, failures };
}

/** The beginning of what a test failed with: of a long log its last lines are all that some readers see. */
function shown(reason = '') {
  const lines = reason.slice(0, 3000).split('\n').slice(0, 25);
  return lines.map((line) => `\n    ${line}`).join('');
}
