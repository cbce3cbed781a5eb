/**
 * What each Worker does: a message for a file in, a message with its metrics out.
 */

import { parentPort } from 'node:worker_threads';
import { measure } from './metrics.mjs';

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
port.on('message', ({ path, bytes }) => port.postMessage(measure(path, bytes)));
