/**
 * The parties that are interpreters. An error poisons the channel on which the other side waits.
 */

import { ChannelClosedError, move } from 'isolane';
import { end, kindNamed } from '../../lib/messages.mjs';

/** Sums up batch after batch. */
export function consume(kindName, messages, sums) {
  const { read } = kindNamed(kindName);
  orPoison(sums, () => {
    let sum = 0;
    for (const message of messages) {
      const value = read(message);
      if (value === end) {
        sums.sendSync(sum);
        sum = 0;
      } else {
        sum += value;
      }
    }
  });
}

/** Sums up batch after batch, receiving up to so many numbers a call. */
export function consumeMany(most, messages, sums) {
  orPoison(sums, () => {
    let sum = 0;
    while (!messages.closed || messages.size > 0) {
      const values = someOf(messages, most);
      for (let i = 0; i < values.length; i++) {
        if (values[i] === end) {
          sums.sendSync(sum);
          sum = 0;
        } else {
          sum += values[i];
        }
      }
    }
  });
}

/** None once the channel is closed. */
function someOf(messages, most) {
  try {
    return messages.receiveManySync(most);
  } catch (error) {
    if (error instanceof ChannelClosedError) return [];
    throw error;
  }
}

/** One of several that receive from the same channel: up to the first end, for every go. */
export function share(goes, messages, sums) {
  orPoison(sums, () => {
    for (const _ of goes) {
      let sum = 0;
      for (let value = messages.receiveSync(); value !== end; value = messages.receiveSync()) {
        sum += value;
      }
      sums.sendSync(sum);
    }
  });
}

/** One of several that send into the same channel: every `step`th number from `first` to the count, for every count. */
export function contribute(first, step, counts, messages, done) {
  orPoison(done, () => {
    for (const count of counts) {
      for (let n = first; n <= count; n += step) messages.sendSync(n);
      done.sendSync(first);
    }
  });
}

/** Sends a batch for every count. */
export function produce(kindName, counts, messages) {
  const kind = kindNamed(kindName);
  orPoison(messages, () => {
    for (const count of counts) sendBatch(kind, count, messages);
  });
}

/** Sends back what comes. */
export function echo(kindName, messages, replies) {
  const { moved } = kindNamed(kindName);
  orPoison(replies, () => {
    for (const message of messages) replies.sendSync(moved ? move(message) : message);
  });
}

/** Makes round trips for every count, and says what they took. */
export function ask(kindName, counts, messages, replies, results) {
  const kind = kindNamed(kindName);
  orPoison(results, () => {
    for (const count of counts) results.sendSync(roundTrips(kind, count, messages, replies));
  });
}

export function sendBatch({ next, moved }, count, messages) {
  for (let n = 1; n <= count; n++) {
    const message = next(n);
    messages.sendSync(moved ? move(message) : message);
  }
  messages.sendSync(next(end));
}

export function roundTrips({ next, read, moved }, count, messages, replies) {
  let sum = 0;
  let reply;
  const start = performance.now();
  for (let n = 1; n <= count; n++) {
    const message = next(n, reply);
    messages.sendSync(moved ? move(message) : message);
    reply = replies.receiveSync();
    sum += read(reply);
  }
  return { ms: performance.now() - start, sum };
}

function orPoison(channel, body) {
  try {
    body();
  } catch (error) {
    channel.poison(error);
    throw error;
  }
}
