import { pathToFileURL } from 'node:url';
import { channel, Interpreter, move } from 'isolane';
import { check, type Model } from './checker.js';
import { program } from './generator.js';
import { channelModel, type State } from './model.js';
import {
  type ChannelShape,
  type Done,
  MAIN,
  type Operation,
  OUTCOMES,
  type Outcome,
  PARTIES,
  type Program,
  type Result,
  type Waiting,
} from './operations.js';
import * as main from './party.js';
import {
  type Bells,
  type Ends,
  type Fault,
  FIELD,
  FIELDS,
  type Part,
  type Shared,
  SLOTS,
  slotsOf,
} from './party.js';

/** What was done in one history, in the order of the calls. */
export interface History {
  program: Program;
  done: Done[];
}

/** A batch that has not come to an end: the histories in which somebody still waits. */
export class Hanging extends Error {
  constructor(readonly histories: History[]) {
    super(`These histories never end:\n\n${histories.map(readable).join('\n\n')}`);
  }
}

const partyModule = pathToFileURL(require.resolve('./party.js')).href;

/** Plays programs in four guests and in this thread; the guests serve for any number of them. */
export class Stage {
  private constructor(
    private readonly guests: Interpreter[],
    private readonly bells: Bells[],
    private readonly patience: number,
  ) {}

  /** `patience`: milliseconds after which a batch is taken to hang. */
  static async open(patience = 20_000): Promise<Stage> {
    const made = Array.from({ length: PARTIES }, () => channel<number>());
    const all = made.map(({ sender }) => sender);
    const bells = made.map(({ receiver }) => ({ own: receiver, all }));
    const guests = await Promise.all(
      [0, 1, 2, 3].map((i) => Interpreter.create({ name: `party ${i}` })),
    );
    return new Stage(guests, bells, patience);
  }

  async close(): Promise<void> {
    await Promise.all(this.guests.map((guest) => guest.terminate()));
  }

  /** One batch. Throws a `Hanging` if it does not end; the stage is of no use then. */
  async play(programs: Program[], fault?: Fault): Promise<History[]> {
    const shared: Shared = {
      clock: new Int32Array(new SharedArrayBuffer(4)).fill(1),
      gates: new Int32Array(new SharedArrayBuffer(8 * programs.length)),
      log: new Int32Array(new SharedArrayBuffer(4 * slotsOf(programs.length, 0))),
    };
    const parts = partsOf(programs);
    const playing = parts.map((mine, party) =>
      party === MAIN
        ? main.play(party, mine, shared, this.bells[party] as Bells, fault)
        : (this.guests[party] as Interpreter).call(
            async (url: string, ...args: Parameters<typeof main.play>) => {
              const { play } = (await import(url)) as typeof main;
              await play(...args);
            },
            partyModule,
            party,
            mine.map((part) => ({ ...part, ends: part.ends.map((ends) => move(ends)) })),
            shared,
            this.bells[party] as Bells,
            fault,
          ),
    );
    // Only now, since what is moved counts as this thread's, too, until the call has been made.
    for (const bell of this.bells[MAIN]?.all ?? []) bell.trySend(-1);
    const ended = await within(this.patience, Promise.all(playing));
    const histories = programs.map((program, index) => read(program, index, shared.log));
    if (!ended) {
      throw new Hanging(histories.filter(({ done }) => done.some(isPending)));
    }
    main.closeAll();
    await Promise.all(
      this.guests.map((guest) =>
        guest.call(async (url) => {
          const { closeAll } = (await import(url)) as typeof main;
          closeAll();
        }, partyModule),
      ),
    );
    return histories;
  }
}

/** Plays so many histories in batches, and judges each. `wrong` is the readable form of one that is not linearizable. */
export async function* histories(
  stage: Stage,
  seed: number,
  count: number,
  batch = 250,
): AsyncGenerator<{ history: History; wrong: string | undefined }> {
  for (let from = 0; from < count; from += batch) {
    const length = Math.min(batch, count - from);
    const programs = Array.from({ length }, (_, i) => program(seed, from + i));
    for (const history of await stage.play(programs)) yield { history, wrong: judged(history) };
  }
}

function isPending({ result }: Done): boolean {
  return result.outcome === 'pending';
}

async function within(limit: number, ending: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limit);
  });
  const ended = await Promise.race([ending.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

/** What each party has to do, with handles of its own. */
function partsOf(programs: Program[]): Part[][] {
  const parts: Part[][] = Array.from({ length: PARTIES }, () => []);
  for (const [index, { channels, parties }] of programs.entries()) {
    const made = channels.map((shape) => channel<unknown>(shape));
    const partners = parties.map(({ party }) => party);
    for (const { party, steps } of parties) {
      const ends = made.map(
        ({ sender, receiver }): Ends => ({ sender: sender.clone(), receiver: receiver.clone() }),
      );
      parts[party]?.push({ index, partners, steps, ends });
    }
    // From now on only the parties have any.
    for (const { sender, receiver } of made) {
      sender.close();
      receiver.close();
    }
  }
  return parts;
}

function read(program: Program, index: number, log: Int32Array): History {
  const done = program.parties.flatMap(({ party }) => {
    const slots = slotsOf(index, party);
    const records = Array.from({ length: SLOTS }, (_, i) => {
      const slot = slots + i * FIELDS;
      return readOne(program, party, log.subarray(slot, slot + FIELDS));
    }).filter((record) => record !== undefined);
    switchOff(records);
    return inTurn(records);
  });
  return { program, done: done.sort((a, b) => a.call - b.call) };
}

/** Undefined where nothing was recorded: the clock begins at 1. */
function readOne(program: Program, party: number, record: Int32Array): Done | undefined {
  const at = (field: number): number => record[field] as number;
  const call = at(FIELD.call);
  if (call === 0) return undefined;
  const { steps } = program.parties.find((each) => each.party === party) as Player;
  const operation = steps[at(FIELD.step)]?.operations[at(FIELD.place)] as Operation;
  const outcome = OUTCOMES[at(FIELD.outcome)] as Outcome;
  if (outcome === 'pending') {
    return { party, operation, call, return: Number.POSITIVE_INFINITY, result: { outcome } };
  }
  const result: Result = { outcome };
  if (outcome === 'value') result.value = at(FIELD.value);
  if (at(FIELD.chosen) >= 0) result.chosen = at(FIELD.chosen);
  return { party, operation, call, return: at(FIELD.return), result };
}

type Player = Program['parties'][number];

/** Who goes on until all channels have ended switches off the cases of those that have. */
function switchOff(records: Done[]): void {
  const ended = new Set<number>();
  for (const record of records) {
    const { operation, result } = record;
    if (operation.kind !== 'select' || operation.drains !== true) continue;
    const cases = operation.cases.map((one, i) =>
      ended.has(i) ? { ...one, off: true as const } : one,
    );
    record.operation = { ...operation, cases };
    if (result.outcome === 'ended') ended.add(result.chosen as number);
  }
}

/** What one handle has sent or received was in the order of the calls, also if it was asked for all at once. */
function inTurn(records: Done[]): Done[] {
  const last = new Map<string, Done>();
  for (const record of records) {
    const { operation, result } = record;
    if (operation.kind !== 'send' && operation.kind !== 'receive') continue;
    if (result.outcome !== 'done' && result.outcome !== 'value') continue;
    const key = `${operation.kind} ${operation.channel}`;
    const before = last.get(key);
    if (before !== undefined) record.after = [before];
    last.set(key, record);
  }
  return records;
}

/** A history that is not linearizable, in a readable form; else undefined. */
export function judged({ program, done }: History, model = modelOf(program)): string | undefined {
  const { linearizable, order } = check(done, model);
  if (linearizable) return undefined;
  const longest = order.map((together) => together.map(described).join(' with ')).join('\n  ');
  return `${readable({ program, done })}\nNo order is right. The longest that is begins with\n  ${longest}`;
}

export function modelOf({ channels, parties }: Program): Model<State, Done> {
  return channelModel(
    channels,
    parties.map(({ party }) => party),
  );
}

const NAMES = 'abcdefgh';

export function readable({ program, done }: History): string {
  const channels = program.channels.map((shape, i) => `${NAMES[i]}: ${describedShape(shape)}`);
  const stamps = [...new Set(done.flatMap((one) => [one.call, one.return]))].sort((a, b) => a - b);
  const lines = done.map((one) => {
    const [from, to] = [stamps.indexOf(one.call), stamps.indexOf(one.return)];
    const bar = ' '.repeat(from) + '\u2500'.repeat(to - from + 1);
    return `  ${bar.padEnd(stamps.length)}  ${described(one)}`;
  });
  return [`History ${program.number} (${program.kind}), ${channels.join('; ')}`, ...lines].join(
    '\n',
  );
}

function describedShape({ capacity, overflow }: ChannelShape): string {
  if (capacity === 0) return 'rendezvous';
  return `capacity ${capacity}${overflow === 'block' ? '' : `, ${overflow}`}`;
}

function described({ party, operation, result }: Done): string {
  const who = party === MAIN ? 'Node' : `guest ${party}`;
  return `${who}: ${describedOperation(operation)} \u2192 ${describedResult(result)}`;
}

function describedOperation(operation: Operation): string {
  if (operation.kind === 'select') {
    const cases = operation.cases.map(({ channel, value, off }) =>
      off === true
        ? 'off'
        : value === undefined
          ? `${NAMES[channel]}`
          : `${NAMES[channel]} \u2190 ${value}`,
    );
    return `${operation.form} select {${cases.join(', ')}}${waiting(operation)}`;
  }
  const name = `${NAMES[operation.channel]}.${operation.kind}`;
  if (operation.kind === 'send')
    return `${operation.form} ${name}(${operation.value})${waiting(operation)}`;
  if (operation.kind === 'receive') return `${operation.form} ${name}()${waiting(operation)}`;
  return `${name}()`;
}

function waiting({ form, timeout }: Waiting): string {
  if (form === 'try') return '';
  return timeout === undefined ? ' for ever' : ` ${timeout} ms`;
}

function describedResult({ outcome, value, chosen }: Result): string {
  const which = chosen === undefined ? '' : `case ${chosen} `;
  return which + (outcome === 'value' ? `${value}` : outcome);
}
