import assert from 'node:assert/strict';
import type { ConsoleLine } from 'isolane';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { until } from '../support/wait.js';

declare const isolane: typeof import('isolane');

describe('the console of a Node runtime', function () {
  this.timeout(90_000);

  const create = interpreters();

  it('prints on stdout and stderr as Node does', async () => {
    const { stdout, stderr } = await runScript(`
      const print = (console) => {
        console.log('text', 1, -0, 5n, true, null, undefined);
        console.log({ a: 1, nested: { deep: { deeper: {} } } }, [1, 'two'], new Map([[1, { a: 2 }]]));
        console.log('%s is %d years', 'Ann', 42);
        console.log(Symbol('s'), () => {}, class Point {});
        console.info('info'); console.debug('debug'); console.warn('warn'); console.error('error');
        console.group('group'); console.log('indented'); console.groupEnd(); console.log('back');
        console.table([{ a: 1, b: 2 }]); console.count(); console.assert(false, 'shown');
      };
      print(console);
      console.log('---'); console.error('---');
      const guest = await Interpreter.create({ runtime: 'node' });
      await guest.exec('(' + print + ')(console)');`);
    const [here, there] = stdout.split('---\n');
    assert.equal(there, here);
    const [errorsHere, errorsThere] = stderr.split('---\n');
    assert.equal(errorsThere, errorsHere);
  });

  it('goes to a function, and takes nested interpreters along', async () => {
    const seen: ConsoleLine[] = [];
    const guest = await create({ runtime: 'node', console: (line) => seen.push(line) });
    await guest.exec("console.log('a', { b: 1 }); console.error('c')");
    await guest.call(async () => {
      for (const runtime of ['v8', 'node'] as const) {
        const inner = await isolane.Interpreter.create({ runtime });
        await inner.exec(`console.warn('from ${runtime}')`);
        await inner.close();
      }
    });
    await until(() => seen.length === 4, 'the lines arrive');
    assert.deepEqual(
      seen.map(({ level, text }) => [level, text]),
      [
        ['log', 'a { b: 1 }'],
        ['error', 'c'],
        ['warn', 'from v8'],
        ['warn', 'from node'],
      ],
    );
    assert.deepEqual(seen[0]?.args, ['a', { b: 1 }]);
    assert.equal(seen[0]?.interpreter, guest.id);
  });

  it('is ignored, and with it what is written to stdout and stderr', async () => {
    const { stdout, stderr } = await runScript(`
      const guest = await Interpreter.create({ runtime: 'node', console: 'ignore' });
      await guest.exec("console.log('x'); process.stdout.write('y'); process.stderr.write('z')");
      await guest.close();`);
    assert.deepEqual([stdout, stderr], ['', '']);
  });

  it('prints the last line before the end, whatever that is', async () => {
    const { lines } = await runScript(`
      for (const end of ['close', 'terminate']) {
        const guest = await Interpreter.create({ runtime: 'node' });
        await guest.exec("console.log('before " + end + "')");
        await guest[end]();
      }
      const guest = await Interpreter.create({ runtime: 'node' });
      await guest.call(() => { console.log('before exit'); process.exit(); }).catch(() => {});
      const last = await Interpreter.create({ runtime: 'node' });
      await last.exec("for (let i = 0; i < 100; i++) console.log('line', i)");
      process.exit();`);
    assert.deepEqual(lines.slice(0, 3), ['before close', 'before terminate', 'before exit']);
    assert.deepEqual([lines.length, lines.at(-1)], [103, 'line 99']);
  });

  it('leaves what is written to process.stdout where the output of a Worker goes', async () => {
    const { stdout } = await runScript(`
      const guest = await Interpreter.create({ runtime: 'node' });
      await guest.exec("process.stdout.write('as it is')");
      await guest.close();
      await sleep(50);`);
    assert.equal(stdout, 'as it is');
  });
});
