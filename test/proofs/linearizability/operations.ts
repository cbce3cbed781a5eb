/** What the parties of a history do, and what comes of it: plain data, which travels to guests as it is. */

export interface ChannelShape {
  capacity: number;
  overflow: 'block' | 'drop-newest' | 'drop-oldest';
}

/** `sync` blocks the thread, and is for guests only. */
export type Form = 'try' | 'sync' | 'async';

export interface Waiting {
  form: Form;
  /** Milliseconds; without it, for as long as it takes. */
  timeout?: number;
  /** Done again and again until it has happened. Each attempt is an operation of the history. */
  insists?: true;
  /** Done again and again until the channels are closed and drained. */
  drains?: true;
}

export interface Send extends Waiting {
  kind: 'send';
  channel: number;
  value: number;
}

export interface Receive extends Waiting {
  kind: 'receive';
  channel: number;
}

/** Of a case with a value the sender is meant, else the receiver. */
export interface Case {
  channel: number;
  value?: number;
  /** Switched off, as its channel has ended. */
  off?: true;
}

export interface Select extends Waiting {
  kind: 'select';
  cases: Case[];
  order: 'random' | 'priority' | 'fair';
}

/** `closeSender` and `closeReceiver` close the party's own handle, `close` closes the channel. */
export interface Other {
  kind: 'closeSender' | 'closeReceiver' | 'close' | 'poison' | 'size';
  channel: number;
}

export type Operation = Send | Receive | Select | Other;

/** Operations of one party that are started one after the other, and then awaited together. */
export interface Step {
  operations: Operation[];
  /** How often to look at the clock before it, so that the parties meet at other moments each time. */
  pause: number;
}

export interface Program {
  number: number;
  kind: string;
  channels: ChannelShape[];
  /** Who takes part; each has a handle of either side of each channel. */
  parties: { party: number; steps: Step[] }[];
}

/** The party that is Node's main loop; the others are guests. */
export const MAIN = 4;
export const PARTIES = 5;

export type Outcome =
  | 'pending'
  /** Sent, closed, poisoned. */
  | 'done'
  /** There was nothing to receive, no room to send, nothing ready. */
  | 'nothing'
  | 'late'
  | 'closed'
  | 'poisoned'
  /** Received, or what the size was. */
  | 'value'
  /** A select found the receiver of this case closed and drained. */
  | 'ended';

export const OUTCOMES: readonly Outcome[] = [
  'pending',
  'done',
  'nothing',
  'late',
  'closed',
  'poisoned',
  'value',
  'ended',
];

export interface Result {
  outcome: Outcome;
  value?: number;
  /** Of a select: the index of the case that happened. */
  chosen?: number;
}

/** An operation as it went. `return` is Infinity while it is pending. */
export interface Done {
  party: number;
  operation: Operation;
  result: Result;
  call: number;
  return: number;
  after?: Done[] | undefined;
}
