import { workerData } from 'node:worker_threads';
import { end } from '../../lib/messages.mjs';
import { RingReceiver, RingSender } from '../atomics-ring.mjs';

const { role, there, back } = workerData;
const messages = new RingReceiver(there);
const replies = new RingSender(back);

/** Sums up batch after batch. */
function consume() {
  let sum = 0;
  for (;;) {
    const value = messages.receive();
    if (value === end) {
      replies.send(sum);
      sum = 0;
    } else {
      sum += value;
    }
  }
}

/** Sends back what comes. */
function echo() {
  for (;;) replies.send(messages.receive());
}

({ consume, echo })[role]();
