import { parentPort as port } from 'node:worker_threads';
import { time } from './timed-import.mjs';

const parentPort = /** @type {import('node:worker_threads').MessagePort} */ (port);
parentPort.on('message', async (specifier) => parentPort.postMessage(await time(specifier)));
