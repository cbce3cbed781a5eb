import assert from 'node:assert/strict';
import { channel, type Receiver } from 'isolane';
import { collectUntil } from '../support/garbage.js';
import { interpreters } from '../support/interpreters.js';

describe('handles of an interpreter that is terminated', () => {
  const create = interpreters();

  it('keep nothing of their channels, though they were collected only just before', async () => {
    let freed = 0;
    const registry = new FinalizationRegistry(() => freed++);
    for (let round = 0; round < 3; round++) {
      const guest = await create();
      // That a channel is gone is told by its listener being forgotten.
      const listener = { onUndelivered: () => {} };
      registry.register(listener.onUndelivered, undefined);
      const { sender, receiver } = channel<number>(listener);
      const started = new Int32Array(new SharedArrayBuffer(4));
      const call = guest.call(
        (rx: Receiver<number>, started: Int32Array) => {
          for (let i = 0; i < 100_000; i++) rx.clone().close();
          Atomics.store(started, 0, 1);
          for (;;);
        },
        receiver,
        started,
      );
      call.catch(() => {});
      while (Atomics.load(started, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await guest.terminate();
      await assert.rejects(call);
      sender.close();
    }
    await collectUntil(() => freed >= 2, 'the channels are gone');
  });
});
