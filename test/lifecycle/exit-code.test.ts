import assert from 'node:assert/strict';
import { runScript } from '../support/run-script.js';

/** In a script: leaves a thread behind that is busy in a single operation of the engine, for longer than the process lives. */
const leftBehind: Record<string, string> = {
  'a bare interpreter': `
    const guest = await Interpreter.create();
    // On a busy machine the time can be up before the call has begun: then it is not the last.
    while (guest.state !== 'closed') {
      await guest.with({ timeout: 50 }).call(() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)).catch(() => {});
      await sleep(10);
    }`,
  'a Node runtime': `
    const guest = await Interpreter.create({ runtime: 'node' });
    guest.call(() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)).catch(() => {});
    while (guest.state !== 'running') await sleep(10);
    await guest.terminate();`,
};

/** What a process ends with, in various ways; each is the last of a script. */
const ends: [what: string, end: string, code: number][] = [
  ['by itself', '', 0],
  ['by itself, with a code that was set before', 'process.exitCode = 4;', 4],
  [
    'by itself, with a code from its last listener',
    "process.on('exit', () => { process.exitCode = 5; });",
    5,
  ],
  ['by process.exit()', 'process.exit(6);', 6],
  [
    'by process.exit(), with a code from its last listener',
    "process.on('exit', () => { process.exitCode = 7; }); process.exit(6);",
    7,
  ],
  ['by an exception that nobody catches', "throw new Error('as expected');", 1],
  [
    'by such an exception, with a code from its last listener',
    "process.on('exit', () => { process.exitCode = 8; }); throw new Error('as expected');",
    8,
  ],
  ['with an await that is never over', 'await new Promise(() => {});', 13],
];

describe('the exit code of a process', function () {
  this.timeout(90_000);

  for (const [what, script] of Object.entries(leftBehind)) {
    describe(`that leaves the thread of ${what} behind`, () => {
      for (const [how, end, code] of ends) {
        it(`and ends ${how} is Node's own`, async () => {
          const { lines } = await runScript(`${script}\nconsole.log('at the end');\n${end}`, {
            code,
          });
          assert.deepEqual(lines, ['at the end']);
        });
      }
    });
  }
});
