import assert from 'node:assert/strict';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Interpreter } from 'isolane';
import { guestStates } from '../support/guest-states.js';
import { interpreters } from '../support/interpreters.js';
import { runScript } from '../support/run-script.js';
import { rejection } from '../support/wait.js';

type Isolane = typeof import('isolane');

interface Snapshot {
  snapshot: {
    meta: { node_fields: string[]; edge_fields: string[] };
    node_count: number;
    edge_count: number;
  };
  nodes: number[];
  edges: number[];
  strings: string[];
}

describe('a heap snapshot', function () {
  this.timeout(90_000);
  const create = interpreters();

  it('has the format that DevTools read, and the objects of the guest', async () => {
    const guest = await create();
    await guest.exec(`
      class Marmot { constructor(name) { this.name = name; } }
      const marmots = Array.from({ length: 7 }, (_, i) => new Marmot(['marmot', 'number', i].join(' ')));`);
    const snapshot = await read(guest);
    wellFormed(snapshot);
    assert.equal(instancesOf(snapshot, 'Marmot'), 7);
    assert.ok(snapshot.strings.includes('marmot number 6'));
  });

  it('has what is not ASCII as itself', async () => {
    const guest = await create();
    await guest.exec("const text = { value: 'höhle 洞穴' };");
    const { strings } = await read(guest);
    assert.ok(strings.includes('höhle 洞穴'));
  });

  for (const [what, enter] of guestStates) {
    it(`is taken while the guest ${what}`, async () => {
      const guest = await create();
      await guest.exec('class Marmot {} globalThis.marmot = new Marmot();');
      const kept = await enter(guest);
      const snapshot = await read(guest);
      wellFormed(snapshot);
      assert.equal(instancesOf(snapshot, 'Marmot'), 1);
      void kept;
    });
  }

  it('of a large heap comes in many parts, none of which is most of it', async () => {
    const guest = await create();
    await guest.exec(
      'const list = Array.from({ length: 60_000 }, (_, i) => ({ i, text: "t" + i }));',
    );
    const sizes: number[] = [];
    for await (const part of guest.heapSnapshot()) sizes.push(part.length);
    const whole = sizes.reduce((sum, size) => sum + size);
    assert.ok(whole > 5e6, `${whole} bytes`);
    assert.ok(sizes.length > 50, `${sizes.length} parts`);
    assert.ok(Math.max(...sizes) < whole / 20, `${Math.max(...sizes)} of ${whole}`);
  });

  it('goes into files by writeFile, by a pipeline, and as a stream', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isolane-test-'));
    try {
      const guest = await create();
      await guest.exec('class Marmot {} globalThis.marmot = new Marmot();');
      const files = ['a', 'b', 'c'].map((name) => join(folder, `${name}.heapsnapshot`));
      const [a, b, c] = files as [string, string, string];
      await writeFile(a, guest.heapSnapshot());
      await pipeline(guest.heapSnapshot(), createWriteStream(b));
      await pipeline(Readable.from(guest.heapSnapshot()), createWriteStream(c));
      for (const file of files) {
        const snapshot = JSON.parse(readFileSync(file, 'utf8')) as Snapshot;
        wellFormed(snapshot);
        assert.equal(instancesOf(snapshot, 'Marmot'), 1);
      }
      let bytes = 0;
      for await (const chunk of createReadStream(a)) bytes += (chunk as Buffer).length;
      assert.ok(bytes > 100_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is not taken before it is read', async () => {
    const guest = await create();
    const snapshot = guest.heapSnapshot();
    await guest.exec('class Latecomer {} globalThis.late = new Latecomer();');
    assert.equal(instancesOf(await whole(snapshot), 'Latecomer'), 1);
  });

  it('leaves the guest alone when its reader goes away', async () => {
    const guest = await create();
    await guest.exec('const list = Array.from({ length: 20_000 }, (_, i) => ({ i }));');
    for (let i = 0; i < 3; i++) {
      for await (const part of guest.heapSnapshot()) {
        assert.ok(part.length > 0);
        break;
      }
    }
    const unread = guest.heapSnapshot();
    await unread.return();
    assert.deepEqual(await unread.next(), { value: undefined, done: true });
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it('does not make the guest wait for a reader that has paused', async () => {
    const guest = await create();
    const snapshot = guest.heapSnapshot();
    const first = await snapshot.next();
    // It would need the lock that a guest in the middle of its snapshot has.
    assert.equal(
      guest.callSync(() => 'free'),
      'free',
    );
    const rest = await whole(snapshot, [first.value as Uint8Array]);
    wellFormed(rest);
  });

  it('is not blamed on the code that it interrupts, whose time is up meanwhile', async () => {
    const guest = await create();
    await guest.exec('const list = Array.from({ length: 60_000 }, (_, i) => ({ i, list: [i] }));');
    const endless = guest.with({ timeout: 20 }).call(() => {
      for (;;);
    });
    const [snapshot, error] = await Promise.all([read(guest), rejection(endless)]);
    wellFormed(snapshot);
    assert.equal(error.name, 'ExecutionTimeoutError');
    assert.equal(await guest.call(() => 'goes on'), 'goes on');
  });

  it('is taken of many guests at once, and twice of the same', async () => {
    const guests = await Promise.all([create(), create(), create()]);
    const snapshots = await Promise.all([...guests, ...guests].map(read));
    assert.equal(snapshots.length, 6);
    snapshots.forEach(wellFormed);
  });

  it('is taken by a guest of itself, and by two guests of each other', async () => {
    const [a, b] = await Promise.all([create(), create()]);
    const take = (of: Interpreter, by: Interpreter): Promise<string> =>
      by.call(async (id) => {
        const { Interpreter } = Reflect.get(globalThis, 'isolane') as Isolane;
        const target = Interpreter.list().find((each) => each.id === id) as Interpreter;
        const decoder = new TextDecoder();
        let text = '';
        for await (const part of target.heapSnapshot()) text += decoder.decode(part);
        return text;
      }, of.id);
    const texts = await Promise.all([take(a, a), take(a, b), take(b, a)]);
    assert.equal(texts.length, 3);
    for (const text of texts) wellFormed(JSON.parse(text));
  });

  it('rejects when the interpreter has ended, also one that was read in part', async () => {
    const guest = await create();
    const snapshot = guest.heapSnapshot();
    await guest.terminate('over');
    const error = await rejection(snapshot.next());
    assert.equal(error.name, 'InterpreterClosedError');
    assert.equal((error as Error & { reason: unknown }).reason, 'over');
  });

  it('is given whole or rejects while the interpreter is terminated', async () => {
    for (const [, enter] of guestStates) {
      for (let round = 0; round < 4; round++) {
        const guest = await create();
        const kept = await enter(guest);
        const snapshot = read(guest);
        snapshot.catch(() => {});
        // It is asked for by now, and begun or not.
        if (round % 2 === 1) await guest.memory();
        await guest.terminate('over');
        await snapshot.then(wellFormed, (error: Error) => {
          assert.equal(error.name, 'InterpreterClosedError');
        });
        void kept;
      }
    }
  });

  it('of a large heap does not keep the guest from being terminated, or written off', async () => {
    const { lines } = await runScript(
      `const guest = await Interpreter.create();
      await guest.exec('const list = Array.from({ length: 400_000 }, (_, i) => ({ i, list: [i] }));');
      const snapshot = guest.heapSnapshot();
      const reading = (async () => { for await (const part of snapshot); })().catch((error) => error.name);
      await sleep(100);
      await guest.terminate();
      const how = await reading;
      console.log(how === undefined || how === 'InterpreterClosedError', guest.state);
      console.log('the end');`,
      { limit: 60_000 },
    );
    // A process with a guest that was written off ends without its exit handlers.
    assert.deepEqual(lines, ['true closed', 'the end']);
  });

  it('keeps no process and no Worker from its end', async () => {
    const { lines } = await runScript(`
      const code = \`
        import { Interpreter } from 'isolane';
        const guest = await Interpreter.create();
        guest.call(() => { for (;;); }).catch(() => {});
        await guest.heapSnapshot().next();
        guest.heapSnapshot().next();
        process.exit(0);
      \`;
      const url = 'data:text/javascript,' + encodeURIComponent(code.replace("'isolane'", JSON.stringify(import.meta.resolve('isolane'))));
      await once(new Worker(new URL(url)), 'exit');
      console.log('the worker has ended');
      const guest = await Interpreter.create();
      guest.call(() => { for (;;); }).catch(() => {});
      await guest.heapSnapshot().next();
      guest.heapSnapshot().next();
      console.log('the end');
      process.exit(0);`);
    assert.deepEqual(lines, ['the worker has ended', 'the end']);
  });
});

function read(guest: Interpreter): Promise<Snapshot> {
  return whole(guest.heapSnapshot());
}

async function whole(
  parts: AsyncIterable<Uint8Array>,
  before: Uint8Array[] = [],
): Promise<Snapshot> {
  const all = [...before];
  for await (const part of parts) all.push(part);
  return JSON.parse(Buffer.concat(all).toString('utf8')) as Snapshot;
}

function wellFormed({ snapshot, nodes, edges, strings }: Snapshot): void {
  const { meta, node_count, edge_count } = snapshot;
  assert.ok(node_count > 1000);
  assert.equal(nodes.length, node_count * meta.node_fields.length);
  assert.equal(edges.length, edge_count * meta.edge_fields.length);
  assert.ok(strings.length > 100);
}

function instancesOf({ snapshot, nodes, strings }: Snapshot, className: string): number {
  const { node_fields } = snapshot.meta;
  const name = node_fields.indexOf('name');
  const type = node_fields.indexOf('type');
  const OBJECT = 3; // meta.node_types[0][3]
  let count = 0;
  for (let at = 0; at < nodes.length; at += node_fields.length) {
    const isObject = nodes[at + type] === OBJECT;
    if (isObject && strings[nodes[at + name] as number] === className) count++;
  }
  return count;
}
