// A native thread feeds a guest. Build it first, here: npx node-gyp rebuild
import { createRequire } from 'node:module';
import { channel, exportEndpoint, Interpreter, move } from 'isolane';

const feed = createRequire(import.meta.url)('./build/Release/feed.node');

/** @type {import('isolane').Channel<Float64Array>} */
const [readings, inbox] = channel(4); // from the native thread to the guest
const [outbox, verdicts] = channel(4); // and back
const [report, lines] = channel(4); // from the native thread to here

const guest = await Interpreter.create({ name: 'listener' });
const done = guest.call(
  (inbox, outbox) => {
    let samples = 0;
    for (const block of inbox) {
      samples += block.length;
      outbox.sendSync(Math.sqrt(block.reduce((sum, one) => sum + one * one, 0) / block.length));
    }
    outbox.sendSync({ from: 'the guest', samples });
    outbox.close();
  },
  move(inbox),
  move(outbox),
);

const [blocks, samples] = [100, 1000];
feed.start(
  blocks,
  samples,
  exportEndpoint(move(readings)),
  exportEndpoint(move(verdicts)),
  exportEndpoint(move(report)),
);
for await (const line of lines) console.log(line);
await done;
await guest.close();
