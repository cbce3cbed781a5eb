import assert from 'node:assert/strict';
import { Interpreter } from 'isolane';
import { until } from '../../support/wait.js';
import { type Ledger, SENT } from './ledger.js';
import { soak } from './soak.js';

/** `npm run soak` goes on for longer. */
describe('everything at once', function () {
  this.timeout(90_000);

  it('loses and doubles no message, whoever is closed, terminated or cancelled', async () => {
    const before = Interpreter.list().length;
    const { problems, table } = await soak({ seed: 1, milliseconds: 4000 });
    assert.deepEqual(problems, [], 'SEED=1');
    const counts = new Map(table);
    const some = ['received', 'refused', 'undelivered', 'interpreters terminated', 'aborted'];
    for (const what of some) assert.ok((counts.get(what) ?? 0) > 0, `nothing was ${what}`);
    await until(() => Interpreter.list().length === before, 'all interpreters have ended');
  });

  const falsehoods: [what: string, falsify: (ledger: Ledger) => void, problem: RegExp][] = [
    [
      'a message that arrived twice',
      ({ received }) => {
        const id = received.indexOf(1);
        received[id] = 2;
      },
      /^round 0: 1 arrived more than once: \d+$/,
    ],
    [
      'messages that never arrived',
      ({ received }) => {
        received.fill(0);
      },
      /^round 0: \d+ were accepted, and are gone: \d+, /,
    ],
    [
      'a message that arrived although it was refused',
      ({ sent, received }) => {
        sent[received.indexOf(1)] = SENT.refused;
      },
      /^round 0: 1 were refused, and arrived: \d+$/,
    ],
    [
      'a message that nobody sent',
      ({ sent, received }) => {
        sent[received.indexOf(1)] = SENT.never;
      },
      /^round 0: 1 arrived, and were never sent: \d+$/,
    ],
    [
      'messages of whose sends nobody knows the end',
      ({ sent }) => {
        sent.fill(SENT.trying);
      },
      /^round 0: \d+ were sent by somebody who does not know of it: \d+, /,
    ],
  ];
  for (const [what, falsify, problem] of falsehoods) {
    it(`would report ${what}`, async () => {
      const { problems } = await soak({ seed: 2, milliseconds: 300, falsify });
      assert.equal(problems.length, 1);
      assert.match(problems[0] as string, problem);
    });
  }
});
