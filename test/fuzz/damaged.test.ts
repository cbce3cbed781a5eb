import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { channel, type Receiver, type Sender } from 'isolane';
import { sendRecord } from '../support/damaged.js';
import { withInterpreter } from '../support/interpreters.js';
import { keep } from '../support/keep.js';
import { runScript } from '../support/run-script.js';
import {
  readDamagedReadings,
  readDamagedRecords,
  readingRecord,
  sampleOfDamaged,
} from './damaged.js';

describe('records whose bytes are damaged give a value or the error that says so', () => {
  it('of objects', () => readDamagedRecords(5000));

  it('of a schema', () => readDamagedReadings(5000, readingRecord()));

  it('where no code may be made of text', async () => {
    const file = JSON.stringify(resolve('build/test/fuzz/damaged.js'));
    const { lines } = await runScript(
      `import { createRequire } from 'node:module';
      assert.throws(() => new Function('1'), EvalError);
      const { readDamagedReadings, readDamagedRecords } = createRequire(${file})(${file});
      readDamagedRecords(2000);
      readDamagedReadings(2000, Uint8Array.of(${readingRecord()}));
      console.log('done');`,
      { nodeArgs: ['--disallow-code-generation-from-strings'] },
    );
    assert.deepEqual(lines, ['done']);
  });

  it('in a guest', async () => {
    const sample = sampleOfDamaged(1000);
    const seed = JSON.stringify(sample.map(({ bytes }) => Buffer.from(bytes).toString('hex')));
    await withInterpreter(async (guest) => {
      const [tx, rx] = keep(channel<unknown>(8));
      const reading = guest.call((rx: Receiver<unknown>) => {
        const outcomes: string[] = [];
        const read = () => {
          try {
            rx.receiveSync();
            return 'a value';
          } catch (error) {
            return (error as { code?: string }).code ?? String(error);
          }
        };
        do outcomes.push(read());
        while (!String(outcomes.at(-1)).includes('CLOSED'));
        return outcomes;
      }, rx);
      for (const { schema, bytes } of sample) {
        while (rx.size > 6) await new Promise((resolve) => setImmediate(resolve));
        sendRecord(tx as Sender<never>, bytes, schema);
      }
      tx.close();
      const outcomes = await reading;
      assert.equal(outcomes.pop(), 'ERR_ISOLANE_CHANNEL_CLOSED');
      assert.equal(outcomes.length, sample.length);
      for (const [i, outcome] of outcomes.entries()) {
        const isRight = outcome === 'a value' || outcome === 'ERR_ISOLANE_DAMAGED_MESSAGE';
        assert.ok(isRight, `${outcome} for ${JSON.parse(seed)[i]}`);
      }
      assert.ok(outcomes.includes('a value') && new Set(outcomes).size === 2);
    });
  });
});
