import { parentPort as port } from 'node:worker_threads';
import { load, run } from './kernel.mjs';

const parentPort = /** @type {import('node:worker_threads').MessagePort} */ (port);
parentPort.on('message', async ({ name, texts, count }) =>
  parentPort.postMessage(count === undefined ? await load(name, texts) : run(count)),
);
