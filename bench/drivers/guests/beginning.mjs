import { parentPort as port, workerData } from 'node:worker_threads';

const parentPort = /** @type {import('node:worker_threads').MessagePort} */ (port);
parentPort.postMessage(workerData + 1);
// Stays, as an interpreter does.
parentPort.on('message', () => {});
