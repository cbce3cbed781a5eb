import type { Model } from './checker.js';
import type { Case, ChannelShape, Done, Select } from './operations.js';

/** What one channel is at one moment. `senders` and `receivers` have a bit for each party whose handle is open. */
export interface ChannelState {
  queue: readonly number[];
  life: 'open' | 'closed' | 'poisoned';
  senders: number;
  receivers: number;
  /** Whether what is queued is being dropped. */
  doomed: boolean;
}

export type State = readonly ChannelState[];

/** A part of an operation that concerns one channel: all of it, or the case of a select that happened. */
interface Part {
  party: number;
  channel: number;
  side: 'sender' | 'receiver';
  value?: number | undefined;
  /** Whether it would have waited for somebody to meet it. */
  waits: boolean;
}

/** What channels of these shapes do, one operation after the other, if `parties` have handles of all of them. */
export function channelModel(
  shapes: readonly ChannelShape[],
  parties: readonly number[],
): Model<State, Done> {
  const everybody = parties.reduce((bits, party) => bits | (1 << party), 0);
  const fresh: ChannelState = {
    queue: [],
    life: 'open',
    senders: everybody,
    receivers: everybody,
    doomed: false,
  };
  return {
    initial: shapes.map(() => fresh),
    step: (state, done) => step(shapes, state, done),
    meet: (state, one, other) => meet(shapes, state, one, other),
    key: (state) =>
      state
        .map(
          ({ queue, life, senders, receivers, doomed }) =>
            `${queue}${life[0]}${senders},${receivers}${doomed}`,
        )
        .join('|'),
  };
}

const UNCHANGED = (state: State): State[] => [state];
const IMPOSSIBLE: State[] = [];

function step(shapes: readonly ChannelShape[], state: State, done: Done): State[] {
  const { operation, result, party } = done;
  if (operation.kind === 'select') return select(shapes, state, done, operation);
  const index = operation.channel;
  const channel = state[index] as ChannelState;
  const shape = shapes[index] as ChannelShape;
  const become = (next: ChannelState): State[] => [state.with(index, next)];
  const when = (holds: boolean, next: ChannelState = channel): State[] =>
    holds ? become(next) : IMPOSSIBLE;

  switch (operation.kind) {
    case 'send':
      if (((channel.senders >> party) & 1) === 0) return when(result.outcome === 'closed');
      if (channel.life !== 'open') return when(result.outcome === channel.life);
      if (result.outcome === 'done') return sent(shape, channel, operation.value).flatMap(become);
      return when(isFailure(done) && wouldWait(shape, channel, 'sender'));
    case 'receive':
      if (((channel.receivers >> party) & 1) === 0) return when(result.outcome === 'closed');
      if (result.outcome === 'value') return received(channel, result.value).flatMap(become);
      if (channel.queue.length > 0) return IMPOSSIBLE;
      if (channel.life !== 'open') return when(result.outcome === channel.life);
      return when(isFailure(done));
    case 'size':
      return dropping(channel)
        .filter(({ queue }) => queue.length === result.value)
        .flatMap(become);
    case 'closeSender': {
      const senders = channel.senders & ~(1 << party);
      const life = channel.life === 'open' && senders === 0 ? 'closed' : channel.life;
      return become({ ...channel, senders, life });
    }
    case 'closeReceiver': {
      const receivers = channel.receivers & ~(1 << party);
      if (receivers !== 0) return become({ ...channel, receivers });
      const life = channel.life === 'open' ? 'closed' : channel.life;
      return become({ ...channel, receivers, life, doomed: true });
    }
    case 'close':
      return become(channel.life === 'open' ? { ...channel, life: 'closed' } : channel);
    case 'poison':
      return become({ ...channel, life: 'poisoned', queue: [], doomed: false });
  }
}

/** Whether nothing happened because it would have had to wait. */
function isFailure({ operation, result }: Done): boolean {
  const tries = 'form' in operation && operation.form === 'try';
  return result.outcome === (tries ? 'nothing' : 'late');
}

/**
 * Of a rendezvous nobody can tell from outside from when on somebody waits there, so that an attempt may always find nobody; that those
 * who wait do meet is what histories show that would not end otherwise.
 */
function wouldWait(shape: ChannelShape, channel: ChannelState, side: 'sender' | 'receiver') {
  if (channel.life !== 'open') return false;
  if (shape.capacity === 0) return true;
  if (side === 'receiver') return channel.queue.length === 0;
  return shape.overflow === 'block' && channel.queue.length >= shape.capacity;
}

/** None if it cannot have been sent now. */
function sent(shape: ChannelShape, channel: ChannelState, value: number): ChannelState[] {
  if (shape.capacity === 0 || channel.life !== 'open') return [];
  if (channel.queue.length < shape.capacity) {
    return [{ ...channel, queue: [...channel.queue, value] }];
  }
  if (shape.overflow === 'block') return [];
  if (shape.overflow === 'drop-newest') return [channel];
  return [{ ...channel, queue: [...channel.queue.slice(1), value] }];
}

function received(channel: ChannelState, value: number | undefined): ChannelState[] {
  return dropping(channel)
    .filter(({ queue }) => queue.length > 0 && queue[0] === value)
    .map((each) => ({ ...each, queue: each.queue.slice(1) }));
}

/** What a channel may be without anybody's doing: what is being dropped may be gone, beginning with the oldest. */
function dropping(channel: ChannelState): ChannelState[] {
  if (!channel.doomed) return [channel];
  return [...channel.queue, 0].map((_, i) => ({ ...channel, queue: channel.queue.slice(i) }));
}

function select(
  shapes: readonly ChannelShape[],
  state: State,
  done: Done,
  operation: Select,
): State[] {
  const cases = operation.cases.filter(({ off }) => off !== true);
  const { outcome, chosen } = done.result;
  const channelOf = (one: Case): ChannelState => state[one.channel] as ChannelState;
  const sideOf = (one: Case) => (one.value === undefined ? 'receiver' : 'sender');
  switch (outcome) {
    case 'nothing':
    case 'late': {
      const none = cases.every((one) =>
        wouldWait(shapes[one.channel] as ChannelShape, channelOf(one), sideOf(one)),
      );
      return none && isFailure(done) ? UNCHANGED(state) : IMPOSSIBLE;
    }
    case 'poisoned':
      return cases.some((one) => channelOf(one).life === 'poisoned')
        ? UNCHANGED(state)
        : IMPOSSIBLE;
    case 'closed':
      return cases.some((one) => sideOf(one) === 'sender' && channelOf(one).life === 'closed')
        ? UNCHANGED(state)
        : IMPOSSIBLE;
    default: {
      const one = operation.cases[chosen as number] as Case;
      const channel = channelOf(one);
      const shape = shapes[one.channel] as ChannelShape;
      if (outcome === 'ended') {
        const ended = channel.life === 'closed' && channel.queue.length === 0;
        return ended && one.value === undefined ? UNCHANGED(state) : IMPOSSIBLE;
      }
      const next =
        one.value === undefined
          ? received(channel, done.result.value)
          : sent(shape, channel, one.value);
      return next.map((each) => state.with(one.channel, each));
    }
  }
}

/** Two sides of a rendezvous. Two that only look there cannot meet, since neither waits. */
function meet(shapes: readonly ChannelShape[], state: State, one: Done, other: Done): State[] {
  const [a, b] = [partOf(one), partOf(other)];
  if (a === undefined || b === undefined) return IMPOSSIBLE;
  if (a.channel !== b.channel || a.side === b.side || a.value !== b.value) return IMPOSSIBLE;
  if (!a.waits && !b.waits) return IMPOSSIBLE;
  const channel = state[a.channel] as ChannelState;
  if (shapes[a.channel]?.capacity !== 0 || channel.life !== 'open') return IMPOSSIBLE;
  const open = [a, b].every(({ party, side }) => {
    const handles = side === 'sender' ? channel.senders : channel.receivers;
    return ((handles >> party) & 1) !== 0;
  });
  return open ? UNCHANGED(state) : IMPOSSIBLE;
}

/** What an operation sent or received. */
function partOf({ party, operation, result }: Done): Part | undefined {
  if (operation.kind === 'send' && result.outcome === 'done') {
    const { channel, value, form } = operation;
    return { party, channel, side: 'sender', value, waits: form !== 'try' };
  }
  if (operation.kind === 'receive' && result.outcome === 'value') {
    const { channel, form } = operation;
    return { party, channel, side: 'receiver', value: result.value, waits: form !== 'try' };
  }
  if (operation.kind !== 'select' || result.chosen === undefined) return undefined;
  const { channel, value } = operation.cases[result.chosen] as Case;
  // One that tries several cases stands in all their channels for a moment, and others can meet it there.
  const waits = operation.form !== 'try' || operation.cases.filter(({ off }) => !off).length > 1;
  if (value !== undefined) return { party, channel, side: 'sender', value, waits };
  if (result.outcome !== 'value') return undefined;
  return { party, channel, side: 'receiver', value: result.value, waits };
}
