import assert from 'node:assert/strict';
import { type ConsoleLine, Interpreter, type IsolaneError } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { projectUrl } from '../support/project.js';
import { until } from '../support/wait.js';

declare const isolane: typeof import('isolane');

const REFUSED = 'ERR_ISOLANE_MODULES_DENIED';
const somewhere = projectUrl('self.mjs');

/** In a guest: what comes of an import. */
const tryImport = (url: string): Promise<string> =>
  import(url).then(
    () => 'loaded',
    (error: IsolaneError) => error.code,
  );

describe('in the first moment of an interpreter', () => {
  const create = interpreters();
  afterEach(() => Interpreter.reserve(0));

  for (const from of ['made when it is wanted', 'out of the reserve']) {
    const prepare = (): Promise<void> => Interpreter.reserve(from === 'out of the reserve' ? 1 : 0);

    it(`its rule for modules holds, for a synchronous call too: ${from}`, async () => {
      await prepare();
      const guest = await create({ modules: () => false });
      guest.callSync((url) => {
        const outcome = import(url).catch((error) => error.code);
        Object.assign(globalThis, { outcome });
      }, somewhere);
      assert.equal(await guest.evaluate('outcome'), REFUSED);
    });

    it(`its console is the one that it was given, for a synchronous call too: ${from}`, async () => {
      await prepare();
      const lines: ConsoleLine[] = [];
      const guest = await create({ console: (line) => lines.push(line) });
      guest.callSync(() => console.log('at once'));
      await until(() => lines.length > 0, 'the line comes');
      assert.equal(lines[0]?.text, 'at once');
    });

    it(`what nobody catches goes where it was told, from a synchronous call too: ${from}`, async () => {
      await prepare();
      const errors: unknown[] = [];
      const guest = await create({ onError: (error) => errors.push(error) });
      guest.callSync(() => void Promise.reject(new RangeError('at once')));
      await until(() => errors.length > 0, 'the error comes');
      assert.equal((errors[0] as Error).message, 'at once');
    });
  }

  it('its rule for modules holds for whoever finds it first', async () => {
    const finder = await create();
    for (let round = 0; round < 10; round++) {
      const name = `wanted ${round}`;
      const outcome = finder.call(
        (name, text, url) => {
          const attempt = new Function(`return ${text}`)() as (url: string) => Promise<string>;
          for (;;) {
            const found = isolane.Interpreter.list().find((each) => each.name === name);
            if (found !== undefined) return found.call(attempt, url);
          }
        },
        name,
        String(tryImport),
        somewhere,
      );
      const guest = await create({ name, modules: () => false });
      assert.equal(await outcome, REFUSED);
      await guest.close();
    }
  });

  it('it answers whatever it is asked', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const guest = await create({ name: `${i}`, globals: { given: i } });
        const asked = [guest.memory(), guest.call((n) => n + 1, i), guest.evaluate('given * 2')];
        assert.equal(guest.lock.held && guest.state === 'idle', false);
        assert.ok(Interpreter.list().includes(guest));
        const sync = guest.callSync((n) => n * 3, i);
        const recording = await guest.startCpuProfile();
        await recording.stop();
        const [memory, ...rest] = await Promise.all(asked);
        assert.ok((memory as { heapUsed: number }).heapUsed > 0);
        return [...rest, sync];
      }),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 8 }, (_, i) => [i + 1, i * 2, i * 3]),
    );
  });

  it('it ends when it is to, with its calls', async () => {
    const ends = Array.from({ length: 20 }, async (_, i) => {
      const guest = await create();
      const terminates = i % 2 === 0;
      const call = guest
        .call((waits) => (waits ? new Promise(() => {}) : 'answered'), terminates)
        .catch((error: Error) => error.name);
      await (terminates ? guest.terminate('enough') : guest.close());
      assert.equal(guest.state, 'closed');
      const { cause } = await guest.closed;
      return [await call, cause];
    });
    const outcomes = await Promise.all(ends);
    outcomes.forEach(([call, cause], i) => {
      if (i % 2 === 0) assert.deepEqual([call, cause], ['InterpreterClosedError', 'terminated']);
      else assert.deepEqual([call, cause], ['answered', 'closed']);
    });
  });
});
