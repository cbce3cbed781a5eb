import { parentPort as port, workerData } from 'node:worker_threads';
import { end, kindNamed } from '../../lib/messages.mjs';

const parentPort = /** @type {import('node:worker_threads').MessagePort} */ (port);
const { role, kindName } = workerData;
const { read, moved } = kindNamed(kindName);

/** Sums up batch after batch. */
function consume() {
  let sum = 0;
  parentPort.on('message', (message) => {
    const value = read(message);
    if (value === end) {
      parentPort.postMessage(sum);
      sum = 0;
    } else {
      sum += value;
    }
  });
}

/** Sends back what comes. */
function echo() {
  parentPort.on('message', (message) => {
    if (moved) parentPort.postMessage(message, [message.buffer]);
    else parentPort.postMessage(message);
  });
}

/** Sums up batch after batch of arrays of numbers. */
function consumeArrays() {
  let sum = 0;
  parentPort.on('message', (message) => {
    if (message === end) {
      parentPort.postMessage(sum);
      sum = 0;
    } else {
      for (let i = 0; i < message.length; i++) sum += message[i];
    }
  });
}

({ consume, echo, consumeArrays })[role]();
