import { parentPort as port } from 'node:worker_threads';

const parentPort = /** @type {import('node:worker_threads').MessagePort} */ (port);
parentPort.on('message', (message) => {
  if (message === 'endless') for (;;);
  parentPort.postMessage(message);
});
