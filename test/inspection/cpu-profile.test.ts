import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CpuProfile, CpuProfileHandle, Interpreter } from 'isolane';
import { guestStates } from '../support/guest-states.js';
import { interpreters } from '../support/interpreters.js';
import { fixture } from '../support/modules.js';
import { runScript } from '../support/run-script.js';
import { rejection, until } from '../support/wait.js';

type Isolane = typeof import('isolane');

describe('a CPU profile', function () {
  this.timeout(60_000);
  const create = interpreters();

  it('has the format that DevTools read, and the function that took the time', async () => {
    const guest = await create();
    const recording = await guest.startCpuProfile();
    await hot(guest);
    const profile = await recording.stop();
    wellFormed(profile);
    assert.equal(busiest(profile), 'hotFunction');
    assert.deepEqual(JSON.parse(JSON.stringify(profile)), profile);
  });

  it('names the functions that travelled by where they are from', async () => {
    const guest = await create();
    const recording = await guest.startCpuProfile();
    await hot(guest);
    const { callFrame } = named(await recording.stop(), 'hotFunction');
    const file = callFrame.url.replace(/^file:\/\//, '');
    assert.match(file, /cpu-profile\.test\.js$/);
    const line = readFileSync(file, 'utf8').split('\n')[callFrame.lineNumber];
    assert.equal(line?.slice(0, callFrame.columnNumber).trim(), 'function hotFunction');
  });

  it('names the functions of modules by their file, line and column', async () => {
    const guest = await create();
    const recording = await guest.startCpuProfile({ interval: 0.1 });
    const module = await guest.import<{ work(times: number): number }>(fixture('hot.mjs'));
    await module.work(50);
    const profile = await recording.stop();
    wellFormed(profile);
    const { callFrame } = named(profile, 'sieve');
    assert.equal(callFrame.url, fixture('hot.mjs'));
    assert.equal(callFrame.lineNumber, 2, 'counted from 0');
    assert.equal(callFrame.columnNumber, 'function sieve'.length);
  });

  it('is recorded from the middle of code that was busy before, to the middle', async () => {
    const guest = await create();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const busy = guest.call((flag) => {
      // Recursive, since V8 has no name for what it put into the code of a loop before the recording.
      function spinning(n: number): number {
        return n < 2 ? n : spinning(n - 1) + spinning(n - 2);
      }
      while (Atomics.load(flag, 0) === 0) spinning(15);
    }, flag);
    await until(() => guest.cpuTime() > 50, 'the guest runs, and its loop is optimised');
    const recording = await guest.startCpuProfile({ interval: 0.2 });
    const before = guest.cpuTime();
    await until(() => guest.cpuTime() > before + 50, 'it has worked for 50 ms');
    const profile = await recording.stop();
    Atomics.store(flag, 0, 1);
    await busy;
    wellFormed(profile);
    named(profile, 'spinning');
    assert.ok(profile.samples.length > 10);
  });

  it('shows idle time as such, not as the work before it', async () => {
    const guest = await create();
    const recording = await guest.startCpuProfile();
    await hot(guest);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await guest.evaluate('1');
    const profile = await recording.stop();
    wellFormed(profile);
    const idle = selfTimes(profile).get('(idle)') ?? 0;
    assert.ok(idle > 500, `${idle} of 1000 ms were idle`);
  });

  for (const [what, enter] of guestStates) {
    // What another thread runs there belongs to that thread; see the next test.
    if (what.includes('another thread')) continue;
    it(`begins and ends while the guest ${what}`, async () => {
      const guest = await create();
      const kept = await enter(guest);
      const recording = await guest.startCpuProfile();
      wellFormed(await recording.stop());
      void kept;
    });
  }

  it('begins after what another thread runs there, and is of its own thread alone', async () => {
    const guest = await create();
    const other = await create();
    const flag = new Int32Array(new SharedArrayBuffer(8));
    const called = other.call(
      (id, flag) => {
        const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
        const guest = Interpreter.list().find((each) => each.id === id) as Interpreter;
        guest.callSync(function foreign(flag) {
          Atomics.store(flag, 0, 1);
          while (Atomics.load(flag, 1) === 0);
        }, flag);
      },
      guest.id,
      flag,
    );
    await until(() => Atomics.load(flag, 0) === 1, 'the other thread is inside');
    let begun = false;
    const start = guest.startCpuProfile().then((recording) => {
      begun = true;
      return recording;
    });
    await guest.memory(); // which comes after it
    assert.equal(begun, false);
    Atomics.store(flag, 1, 1);
    await called;
    const recording = await start;
    await hot(guest);
    const profile = await recording.stop();
    wellFormed(profile);
    assert.equal(busiest(profile), 'hotFunction');
    assert.equal(find(profile, 'foreign'), undefined);
  });

  it('samples as often as was asked', async () => {
    const guest = await create();
    const counts: number[] = [];
    for (const interval of [10, 0.5]) {
      const recording = await guest.startCpuProfile({ interval });
      await guest.call(() => {
        const { performance } = globalThis;
        const end = performance.now() + 300;
        while (performance.now() < end);
      });
      const { samples } = await recording.stop();
      counts.push(samples.length);
    }
    const [rare, often] = counts as [number, number];
    assert.ok(often > rare * 2, `${often} samples, and ${rare} with an interval of 10 ms`);
  });

  it('does not disturb others of the same guest, nor those of other guests', async () => {
    const guests = await Promise.all([create(), create(), create()]);
    const recordings = await Promise.all(
      guests.flatMap((guest) => [
        guest.startCpuProfile({ interval: 1 }),
        guest.startCpuProfile({ interval: 0.3 }),
      ]),
    );
    await Promise.all(guests.map(hot));
    const early = recordings.filter((_, i) => i % 2 === 0);
    const late = recordings.filter((_, i) => i % 2 === 1);
    const profiles = await Promise.all(early.map((recording) => recording.stop()));
    await Promise.all(guests.map(hot));
    profiles.push(...(await Promise.all(late.map((recording) => recording.stop()))));
    assert.equal(profiles.length, 6);
    for (const profile of profiles) {
      wellFormed(profile);
      assert.equal(busiest(profile), 'hotFunction');
    }
  });

  it('is given once, however often it is asked for', async () => {
    const guest = await create();
    const recording = await guest.startCpuProfile();
    assert.equal(await recording.stop(), await recording.stop());
  });

  it('is dropped by the end of its scope', async () => {
    const guest = await create();
    const recording = await guest.startCpuProfile();
    await recording[Symbol.asyncDispose]();
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it('rejects when the interpreter ends before it is stopped, which its scope survives', async () => {
    for (const enter of guestStates.map(([, enter]) => enter).slice(0, 4)) {
      const guest = await create();
      const kept = await enter(guest);
      const recordings = await Promise.all([guest.startCpuProfile(), guest.startCpuProfile()]);
      await guest.terminate('over');
      const [first, second] = recordings as [CpuProfileHandle, CpuProfileHandle];
      assert.equal((await rejection(first.stop())).name, 'InterpreterClosedError');
      await second[Symbol.asyncDispose]();
      assert.equal((await rejection(guest.startCpuProfile())).name, 'InterpreterClosedError');
      void kept;
    }
  });

  it('is begun, given or rejected while the interpreter ends', async () => {
    for (let round = 0; round < 20; round++) {
      const guest = await create();
      const recording = await guest.startCpuProfile();
      const asked = [guest.startCpuProfile(), recording.stop(), guest.startCpuProfile()];
      const end = guest.terminate('over');
      for (const one of await Promise.allSettled(asked)) {
        if (one.status === 'rejected') assert.equal(one.reason.name, 'InterpreterClosedError');
        else if ('nodes' in one.value) wellFormed(one.value);
      }
      await end;
    }
  });

  it('can be recorded by a guest of itself', async () => {
    const guest = await create();
    const profile = await guest.call(async () => {
      const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
      const self = Interpreter.list().find(({ id }) => id === Interpreter.current.id);
      const recording = await (self as Interpreter).startCpuProfile({ interval: 0.2 });
      function looking() {
        let n = 0;
        for (let i = 0; i < 1e5; i++) n = (n + i) % 7;
        return n;
      }
      for (let i = 0; i < 200; i++) looking();
      return recording.stop();
    });
    wellFormed(profile);
    named(profile, 'looking');
  });

  for (const [what, interval, name] of [
    ['a text', '1', 'TypeError'],
    ['nothing', 0, 'RangeError'],
    ['NaN', Number.NaN, 'RangeError'],
    ['less than the engine can', 0.01, 'RangeError'],
    ['minutes', 60_000, 'RangeError'],
  ] as const) {
    it(`is refused for an interval of ${what}`, async () => {
      const guest = await create();
      const error = await rejection(guest.startCpuProfile({ interval: interval as number }));
      assert.equal(error.name, name);
    });
  }

  it('that is still recorded keeps no process and no Worker from its end', async () => {
    const { lines } = await runScript(`
      const code = \`
        import { Interpreter } from 'isolane';
        const guest = await Interpreter.create();
        guest.call(() => { for (;;); }).catch(() => {});
        await guest.startCpuProfile();
        await guest.startCpuProfile({ interval: 0.1 });
        process.exit(0);
      \`;
      const url = 'data:text/javascript,' + encodeURIComponent(code.replace("'isolane'", JSON.stringify(import.meta.resolve('isolane'))));
      await once(new Worker(new URL(url)), 'exit');
      console.log('the worker has ended');
      const guest = await Interpreter.create();
      guest.call(() => { for (;;); }).catch(() => {});
      await guest.startCpuProfile();
      console.log('the end');
      process.exit(0);`);
    assert.deepEqual(lines, ['the worker has ended', 'the end']);
  });
});

/** Enough for many samples. */
async function hot(guest: Interpreter): Promise<void> {
  await guest.call(() => {
    function hotFunction(): number {
      let n = 0;
      for (let i = 0; i < 3e7; i++) n = (n + i) % 7;
      return n;
    }
    return hotFunction();
  });
}

function wellFormed(profile: CpuProfile): void {
  const { nodes, startTime, endTime, samples, timeDeltas } = profile;
  assert.deepEqual(Object.keys(profile).sort(), [
    'endTime',
    'nodes',
    'samples',
    'startTime',
    'timeDeltas',
  ]);
  assert.ok(Number.isSafeInteger(startTime) && startTime >= 0);
  assert.ok(Number.isSafeInteger(endTime) && endTime >= startTime);
  assert.equal(samples.length, timeDeltas.length);

  const ids = new Set(nodes.map(({ id }) => id));
  assert.equal(ids.size, nodes.length, 'each node has an id of its own');
  assert.equal(nodes[0]?.callFrame.functionName, '(root)');
  const parents = new Map<number, number>();
  for (const { id, callFrame, hitCount, children = [] } of nodes) {
    assert.ok(Number.isInteger(hitCount) && hitCount >= 0);
    assert.equal(typeof callFrame.functionName, 'string');
    assert.equal(typeof callFrame.url, 'string');
    assert.equal(typeof callFrame.scriptId, 'string');
    assert.ok(callFrame.lineNumber >= -1 && callFrame.lineNumber < 1e9);
    assert.ok(callFrame.columnNumber >= -1 && callFrame.columnNumber < 1e9);
    for (const child of children) {
      assert.ok(ids.has(child), `the child ${child} exists`);
      assert.ok(!parents.has(child), `the child ${child} has one parent`);
      parents.set(child, id);
    }
  }
  assert.equal(parents.size, nodes.length - 1, 'all nodes but the root have a parent');
  for (const sample of samples) assert.ok(ids.has(sample), `the node ${sample} exists`);
  for (const delta of timeDeltas) assert.ok(delta >= 0, `a step of ${delta} microseconds`);
  const whole = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  assert.ok(whole <= endTime - startTime + 1000, `samples over ${whole} microseconds`);
}

/** Milliseconds, as DevTools show them: each sample counts until the next. */
function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) as string;
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index + 1] ?? 0) / 1000);
  });
  return times;
}

function busiest(profile: CpuProfile): string | undefined {
  const times = [...selfTimes(profile)].filter(([name]) => !name.startsWith('('));
  return times.sort(([, a], [, b]) => b - a)[0]?.[0];
}

function find({ nodes }: CpuProfile, name: string): CpuProfile['nodes'][number] | undefined {
  return nodes.find(({ callFrame }) => callFrame.functionName === name);
}

function named(profile: CpuProfile, name: string): CpuProfile['nodes'][number] {
  const found = find(profile, name);
  const names = profile.nodes.map(({ callFrame }) => callFrame.functionName).join(', ');
  assert.ok(found, `${name} is not among ${names}`);
  return found;
}
