import type { ChannelShape, Done, Operation } from './operations.js';

/**
 * What channels do in more than one step, so that others may see what is in between. Histories are checked with such an operation taken
 * apart into its steps, each of which has its own moment between the call and the return:
 *
 * - `trySelect` looks at its cases one after the other. It finds nothing ready also if each was not when it was looked at, though at every
 *   moment another may have been.
 * - `poison`, and the close of the last receiver, first end the channel for senders and then drop what is queued, one message after the
 *   other. Until they return, a message may be received, and those before it may have been dropped.
 * - A send to a full channel with `drop-oldest` first drops the oldest and then finds room, or finds that another was quicker and begins
 *   again, or that the channel has been closed. In between there is a message less, and when it was closed that stays so.
 */
export function takenApart(history: readonly Done[], shapes: readonly ChannelShape[]): Done[] {
  const whole = new Map<Done, Done>();
  const parts = history.flatMap((done) => {
    const [main, ...others] = partsOf(done, history, shapes);
    whole.set(done, main as Done);
    return [main as Done, ...others];
  });
  for (const part of parts) part.after = part.after?.map((each) => whole.get(each) ?? each);
  return parts;
}

/** The first is the operation itself, or what it begins with. */
function partsOf(done: Done, history: readonly Done[], shapes: readonly ChannelShape[]): Done[] {
  const { operation, result } = done;
  if (operation.kind === 'poison' || operation.kind === 'closeReceiver') {
    const main = { ...done };
    const drop = { ...done, operation: { kind: 'drop', channel: operation.channel } as const };
    return [main, { ...drop, after: [main] }];
  }
  if (operation.kind === 'select' && operation.form === 'try' && result.outcome === 'nothing') {
    return operation.cases.map((one) => ({ ...done, operation: { ...operation, cases: [one] } }));
  }
  const evictions = sentTo(operation)
    .filter((channel) => shapes[channel]?.overflow === 'drop-oldest')
    .flatMap((channel) => {
      const once = { ...done, after: [], operation: { kind: 'evict', channel } as const };
      return Array.from({ length: rivals(done, history, channel) }, () => ({ ...once }));
    });
  return [{ ...done, after: [...(done.after ?? []), ...evictions] }, ...evictions];
}

/** How often a send may have to drop something: once, and once more for each that may have come in between. */
function rivals(done: Done, history: readonly Done[], channel: number): number {
  const overlapping = history.filter(
    (other) =>
      sentTo(other.operation).includes(channel) &&
      other.call < done.return &&
      done.call < other.return,
  );
  return Math.min(overlapping.length, 3);
}

function sentTo(operation: Operation): number[] {
  if (operation.kind === 'send') return [operation.channel];
  if (operation.kind !== 'select') return [];
  const offers = operation.cases.filter(({ value }) => value !== undefined);
  return [...new Set(offers.map(({ channel }) => channel))];
}
