import assert from 'node:assert/strict';
import { check, type Model } from './checker.js';
import { program } from './generator.js';
import { Hanging, type History, histories, judged, modelOf, Stage } from './histories.js';
import type { ChannelState, State } from './model.js';
import type { ChannelShape, Done, Operation, Result } from './operations.js';
import type { Fault } from './party.js';

/** Another one each time; SEED=… repeats one, though not how the threads meet. */
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** `npm run test:histories` plays more. */
const COUNT = 2000;

describe(`linearizability (SEED=${seed})`, function () {
  this.timeout(120_000);

  it(`holds for ${COUNT} histories of channels of all flavours`, async () => {
    const stage = await Stage.open();
    let overlapping = 0;
    try {
      for await (const { history, wrong } of histories(stage, seed, COUNT)) {
        assert.equal(wrong, undefined, `SEED=${seed}\n${wrong}`);
        if (overlaps(history)) overlapping++;
      }
    } catch (error) {
      if (error instanceof Hanging) error.message = `SEED=${seed}\n${error.message}`;
      throw error;
    } finally {
      await stage.close();
    }
    assert.ok(overlapping > COUNT / 4, `in ${overlapping} operations of different parties overlap`);
  });

  describe('would not hold', () => {
    let stage: Stage;
    let right: History[];
    before(async () => {
      stage = await Stage.open();
      right = await stage.play(programs());
    });
    after(() => stage.close());

    const shapes: [what: string, change: (shape: ChannelShape) => ChannelShape][] = [
      ['had one place less', (shape) => ({ ...shape, capacity: shape.capacity - 1 })],
      ['had one place more', (shape) => ({ ...shape, capacity: shape.capacity + 1 })],
      ['never dropped', (shape) => ({ ...shape, overflow: 'block' })],
      ['dropped the newest', (shape) => ({ ...shape, overflow: 'drop-newest' })],
      ['dropped the oldest', (shape) => ({ ...shape, overflow: 'drop-oldest' })],
    ];
    for (const [what, change] of shapes) {
      it(`if a channel ${what}`, () => {
        // With capacity 0 there is nothing to drop.
        const wrong = right
          .filter(({ program }) => program.channels.every(({ capacity }) => capacity > 0))
          .map(({ program, done }) => ({
            program: { ...program, channels: program.channels.map(change) },
            done,
          }))
          .filter((history) => judged(history) !== undefined);
        assert.ok(wrong.length > 0);
      });
    }

    const models: [what: string, break_: (right: Model<State, Done>) => Model<State, Done>][] = [
      ['the last in were the first out', lastInFirstOut],
      ['a close dropped what is queued', (right) => afterwards(right, 'close', { queue: [] })],
      ['a poisoned channel went on', (right) => afterwards(right, 'poison', { life: 'open' })],
      ['two could not meet', ({ meet: _, ...rest }) => rest],
      [
        'the handle of one sender were all',
        (right) => afterwards(right, 'closeSender', { life: 'closed' }),
      ],
    ];
    for (const [what, break_] of models) {
      it(`if ${what}`, () => {
        const wrong = right.filter((history) => judged(history, break_(modelOf(history.program))));
        assert.ok(wrong.length > 0);
      });
    }

    const changes: [what: string, change: (done: Done) => Done][] = [
      ['a send that is late had happened', whatIfLate('send', { outcome: 'done' })],
      [
        'a select that is late had received nothing',
        whatIfLate('select', { outcome: 'ended', chosen: 0 }),
      ],
      [
        'a receive that found nothing found the end',
        ({ result, ...rest }) =>
          rest.operation.kind === 'receive' && result.outcome === 'nothing'
            ? { ...rest, result: { outcome: 'closed' } }
            : { ...rest, result },
      ],
    ];
    for (const [what, change] of changes) {
      it(`if ${what}`, () => {
        const wrong = right.filter(({ program, done }) =>
          judged({ program, done: done.map(change) }),
        );
        assert.ok(wrong.length > 0);
      });
    }

    for (const fault of ['loses', 'doubles', 'reorders'] satisfies Fault[]) {
      it(`if a channel ${fault} messages`, async () => {
        const played = await stage.play(programs(), fault);
        const wrong = played.map((history) => judged(history)).filter((each) => each !== undefined);
        assert.ok(wrong.length > 0);
        assert.match(wrong[0] as string, /^History \d+ \(free\)/);
      });
    }
  });

  /** Those that end whatever the channels do. */
  function programs() {
    return Array.from({ length: 600 }, (_, i) => program(seed, i)).filter(
      ({ kind }) => kind === 'free',
    );
  }
});

/** Whether operations of different parties did. */
function overlaps({ done }: History): boolean {
  return done.some((a) =>
    done.some((b) => a.party !== b.party && a.call < b.return && b.call < a.return),
  );
}

function lastInFirstOut(right: Model<State, Done>): Model<State, Done> {
  const turned = (state: State): State =>
    state.map((channel) => ({ ...channel, queue: [...channel.queue].reverse() }));
  return {
    ...right,
    step: (state, done) =>
      done.operation.kind === 'receive'
        ? right.step(turned(state), done).map(turned)
        : right.step(state, done),
  };
}

/** A model in which the channel is something else after an operation. */
function afterwards(
  right: Model<State, Done>,
  kind: Operation['kind'],
  change: Partial<ChannelState>,
): Model<State, Done> {
  return {
    ...right,
    step: (state, done) => {
      const { operation } = done;
      const next = right.step(state, done);
      if (operation.kind !== kind || operation.kind === 'select') return next;
      const at = operation.channel;
      return next.map((each) => each.with(at, { ...(each[at] as ChannelState), ...change }));
    },
  };
}

function whatIfLate(kind: Operation['kind'], result: Result): (done: Done) => Done {
  return (done) =>
    done.operation.kind === kind && done.result.outcome === 'late' ? { ...done, result } : done;
}

/** Histories as one would draw them: each line is a party's, each operation stands where it begins, and ends where its bracket does. */
describe('the checker', () => {
  const one: ChannelShape = { capacity: 1, overflow: 'block' };
  const two: ChannelShape = { capacity: 2, overflow: 'block' };
  const rendezvous: ChannelShape = { capacity: 0, overflow: 'block' };
  const newest: ChannelShape = { capacity: 1, overflow: 'drop-newest' };
  const oldest: ChannelShape = { capacity: 1, overflow: 'drop-oldest' };

  const allowed: [what: string, channels: ChannelShape[], parties: string[]][] = [
    ['nothing at all', [one], ['', '']],
    [
      'one after the other',
      [two],
      ['[a!1 done] [a!2 done]', '                      [a? 1] [a? 2]'],
    ],
    [
      'sends that overlap, received in either order',
      [two],
      ['[a!1                done]', '  [a!2 done]', '                           [a? 2] [a? 1]'],
    ],
    ['a receive before the send has returned', [one], ['[a!1         done]', '     [a? 1]']],
    ['a full channel', [one], ['[a!1 done] [a!2 nothing]', '']],
    ['an empty channel', [one], ['[a? nothing]', '']],
    ['room while another receives', [one], ['[a!1 done] [a!2       done]', '             [a? 1]']],
    [
      'a late send while there is no room',
      [one],
      ['[a!1 done] [a!~2       late]', '                    [a? 1]'],
    ],
    ['a meeting', [rendezvous], ['[a!~1    done]', '    [a?~ 1]']],
    ['an attempt that meets who waits', [rendezvous], ['[a!~1       done]', '    [a? 1]']],
    ['nobody to meet', [rendezvous], ['[a!1 nothing]', '  [a?~       late]']],
    ['the rest of a closed channel', [two], ['[a!1 done] [ax done] [a? 1] [a? closed]', '']],
    ['a send that is too late', [two], ['[ax done]', '           [a!1 closed]']],
    [
      'a poisoned channel',
      [two],
      ['[a!1 done] [ap done]', '                      [a? poisoned] [a!2 poisoned]'],
    ],
    ['the newest dropped', [newest], ['[a!1 done] [a!2 done] [a? 1] [a? nothing]', '']],
    ['the oldest dropped', [oldest], ['[a!1 done] [a!2 done] [a? 2] [a? nothing]', '']],
    ['two channels that have no order', [one, one], ['[a!1 done] [b!2 done] [b? 2] [a? 1]', '']],
  ];
  for (const [what, channels, parties] of allowed) {
    it(`allows ${what}`, () => assert.equal(judged(drawn(channels, parties)), undefined));
  }

  const forbidden: typeof allowed = [
    ['a message that nobody sent', [one], ['[a? 1]', '']],
    ['a message received before it is sent', [one], ['        [a!1 done]', '[a? 1]', '']],
    ['a message received twice', [one], ['[a!1 done] [a? 1]', '                   [a? 1]']],
    ['a message that is lost', [one], ['[a!1 done] [a? nothing]', '']],
    [
      'a message that is lost while others wait',
      [two],
      ['[a!1 done] [a!2 done]', '  [a?~               1] [a?~ late]'],
    ],
    ['two in the wrong order', [two], ['[a!1 done] [a!2 done] [a? 2] [a? 1]', '']],
    [
      'two in the wrong order, from different senders',
      [two],
      ['[a!1 done]', '           [a!2 done]', '                      [a? 2] [a? 1]'],
    ],
    [
      'receivers that saw different orders',
      [two],
      [
        '[a!1                            done]',
        '[a!2                            done]',
        '  [a? 1]   [a? nothing] [a? 2] [a? nothing] [a? 1]',
      ],
    ],
    ['one too many', [one], ['[a!1 done] [a!2 done]', '']],
    ['a full channel that has room', [two], ['[a!1 done] [a!2 nothing]', '']],
    ['a late send while there is room', [two], ['[a!1 done] [a!~2   late]', '']],
    ['a send without who receives', [rendezvous], ['[a!~1 done]', '']],
    ['a receiver that comes after', [rendezvous], ['[a!~1 done]', '              [a?~ 1]']],
    ['a meeting of two that do not wait', [rendezvous], ['[a!1   done]', '  [a? 1]']],
    ['one that meets two', [rendezvous], ['[a!~1        done]', '  [a?~   1]', '  [a?~   1]']],
    ['a meeting after the close', [rendezvous], ['[ax done] [a!~1 done]', '          [a?~ 1]']],
    ['a send after the close', [two], ['[ax done] [a!1 done]', '']],
    ['an end before all is received', [two], ['[a!1 done] [ax done] [a? closed]', '']],
    ['a message of a poisoned channel', [two], ['[a!1 done] [ap done] [a? 1]', '']],
    ['the oldest dropped for the newest', [newest], ['[a!1 done] [a!2 done] [a? 2]', '']],
    ['the newest dropped for the oldest', [oldest], ['[a!1 done] [a!2 done] [a? 1]', '']],
    ['both dropped', [oldest], ['[a!1 done] [a!2 done] [a? nothing]', '']],
    ['the wrong channel', [one, one], ['[a!1 done] [b? 1]', '']],
  ];
  for (const [what, channels, parties] of forbidden) {
    it(`forbids ${what}`, () => assert.notEqual(judged(drawn(channels, parties)), undefined));
  }

  it('forbids what one handle did in another order than it was asked to, although it overlaps', () => {
    const history = drawn([two], ['[a!1      done]', '[a!2      done]', '    [a? 2] [a? 1]']);
    assert.equal(judged(history), undefined);
    const [first, second] = history.done as [Done, Done];
    second.after = [first];
    assert.notEqual(judged(history), undefined);
  });

  it('does not try the same twice', () => {
    // Ten that overlap have 3,628,800 orders, and reach 1024 sets.
    const counter: Model<number, { call: number; return: number }> = {
      initial: 0,
      step: (state) => (state < 9 ? [state + 1] : []),
      key: String,
    };
    const history = Array.from({ length: 10 }, (_, i) => ({ call: i, return: 100 + i }));
    const { linearizable, tried, order } = check(history, counter);
    assert.equal(linearizable, false);
    assert.ok(tried <= 1024, `${tried} states were tried`);
    assert.equal(order.length, 9);
  });

  it('shows a history that is wrong', () => {
    assert.equal(
      judged(drawn([two], ['[a!1 done]      [a? 2]', '           [a!2     done]'])),
      [
        'History 0 (drawn), a: capacity 2',
        '  ──      guest 0: try a.send(1) → done',
        '    ────  guest 1: try a.send(2) → done',
        '     ──   guest 0: try a.receive() → 2',
        'No order is right. The longest that is begins with',
        '  guest 0: try a.send(1) → done',
        '  guest 1: try a.send(2) → done',
      ].join('\n'),
    );
  });
});

/** `a!1` sends 1 to channel a, `a?` receives, with `~` they wait; `ax` closes and `ap` poisons. */
function drawn(channels: ChannelShape[], lines: string[]): History {
  const done = lines.flatMap((line, party) =>
    [...line.matchAll(/\[([ab])([!?xp])(~?)(\d*) +(\w+)\]/g)].map((match): Done => {
      const [all, name, what, waits, value, outcome] = match as string[] as Text;
      const channel = name === 'a' ? 0 : 1;
      const how =
        waits === '~' ? ({ form: 'sync', timeout: 1 } as const) : { form: 'try' as const };
      const operations: Record<string, Operation> = {
        '!': { kind: 'send', channel, value: Number(value), ...how },
        '?': { kind: 'receive', channel, ...how },
        x: { kind: 'close', channel },
        p: { kind: 'poison', channel },
      };
      const result = /^\d+$/.test(outcome)
        ? { outcome: 'value' as const, value: Number(outcome) }
        : { outcome: outcome as Result['outcome'] };
      const operation = operations[what] as Operation;
      return { party, operation, result, call: match.index, return: match.index + all.length };
    }),
  );
  const parties = lines.map((_, party) => ({ party, steps: [] }));
  return {
    program: { number: 0, kind: 'drawn', channels, parties },
    done: done.sort((a, b) => a.call - b.call),
  };
}

type Text = [
  all: string,
  name: string,
  what: string,
  waits: string,
  value: string,
  outcome: string,
];
