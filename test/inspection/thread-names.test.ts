import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Interpreter } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { until } from '../support/wait.js';

/** Where Linux shows the threads of this process, and so `ps -L`, `top -H`, gdb and perf. */
const TASKS = '/proc/self/task';

function threadNames(): string[] {
  return readdirSync(TASKS).flatMap((task) => {
    try {
      return readFileSync(`${TASKS}/${task}/comm`, 'utf8').slice(0, -1);
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

describe('the threads of interpreters', function () {
  if (process.platform !== 'linux') return;
  this.timeout(10_000);
  const create = interpreters();

  for (const [what, name, shown] of [
    ['have the names of those', 'resizer', 'resizer'],
    [
      'have as much of a long name as the system takes',
      'image-resizer-for-thumbs',
      'image-resizer-f',
    ],
    ['have no half characters', 'bildergrößenänderung', 'bildergrößen'],
    ['have no half characters of four bytes', 'resizer 2026 😀', 'resizer 2026 '],
    ['have names up to a zero', 'resi\0zer', 'resi'],
  ] as const) {
    it(what, async () => {
      await create({ name });
      assert.ok(threadNames().includes(shown), `${shown} is not among ${threadNames().join(', ')}`);
    });
  }

  it('are renamed when an interpreter is taken from the reserve', async () => {
    await Interpreter.reserve(1);
    await create({ name: 'taken' });
    await until(() => threadNames().includes('taken'), 'the thread has the name');
    await Interpreter.reserve(0);
  });

  it('are named by number where the interpreter has no name', async () => {
    const guest = await create();
    const nameless = await create({ name: '\0' });
    const names = threadNames();
    assert.ok(names.includes(`isolane:${guest.id}`), names.join(', '));
    assert.ok(names.includes(`isolane:${nameless.id}`), names.join(', '));
  });
});
