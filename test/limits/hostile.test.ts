import assert from 'node:assert/strict';
import { deadlyScripts } from './deadly.js';
import { Runner } from './runner.js';
import { trials } from './trials.js';
import { runInWorker } from './worker-trial.js';

/** All of them run in processes of their own, several in one: `npm run test:hostile` runs them in any number. */
describe('hostile scripts', function () {
  this.timeout(600_000);
  const runner = new Runner({ atOnce: 2, processes: 2 });

  before(async () => {
    await runner.run(trials.map(({ id }) => id));
  });

  for (const { id } of trials) {
    it(id, () => {
      const count = runner.counts.get(id);
      assert.ok(count !== undefined, 'it ran');
      assert.equal(count.deaths + count.hangs, 0, runner.lastWords.get(id));
      assert.deepEqual([...count.failures.keys()], []);
    });
  }

  it('nothing happened to any process that belongs to no script', () => {
    const known = new Set(trials.map(({ id }) => id));
    const unknown = [...runner.counts.keys()].filter((id) => !known.has(id));
    assert.deepEqual(
      unknown.map((id) => `${id}: ${runner.lastWords.get(id)}`),
      [],
    );
  });
});

describe('what only an interpreter with a memory limit survives', function () {
  this.timeout(120_000);

  const major = Number.parseInt(process.versions.node, 10);
  for (const { name, body, majors } of deadlyScripts) {
    if (!majors.includes(major)) continue;
    it(`${name}: a Worker takes its process along`, async () => {
      assert.equal(await runInWorker('memory', body), 'the process dies');
    });
  }
});
