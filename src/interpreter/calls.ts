import { hold, release } from '../binding/alive.js';
import { native } from '../binding/binding.js';
import { currentScope, goOn, isStopped, neverSettles, whenStopped } from '../binding/call-scope.js';
import { NativeLetter } from '../binding/codes.js';
import { whole } from '../binding/own-code.js';
import { handleLetters, post, Unreadable } from '../binding/post-office.js';
import type { AbortSignalLike } from '../channel/options.js';
import { ExecutionTimeoutError } from '../errors/interpreter-errors.js';
import type { IsolaneError } from '../errors/isolane-error.js';
import type { CallOptions } from './call-options.js';
import { endedError, type InterpreterEnd, interpreterEnd, knownEnd } from './endings.js';
import { decodeError, type EncodedError } from './errors-that-cross.js';
import { Letter, type StepBody, type StepReply } from './protocol.js';
import { RemoteIterator } from './remote-iterator.js';
import { inSpiteOf } from './unknown-classes.js';
import { WeakById } from './weak-by-id.js';
import './hooks.js';

interface PendingCall {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  /** Has the stack of the call. */
  readonly site: Site;
  readonly options: CallOptions;
  /** The call that waits for it, if that may be stopped. */
  readonly scope: number;
  /** Takes back what would have stopped it. */
  forget: (() => void) | undefined;
}

/** An object with the stack of a call. */
type Site = { stack?: string };

/** An error that is made when nothing of the call is on the stack any more, with the frames of that. */
function withFrames<E extends Error>(error: E, site: Site): E {
  const frames = site.stack?.split('\n').slice(1) ?? [];
  const stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return Object.defineProperty(error, 'stack', {
    value: stack,
    configurable: true,
    writable: true,
  });
}

/** Without limits, and not to be aborted. */
const UNLIMITED: CallOptions = {};

/** Another party that we ask things of: what was asked and not yet answered, and whether it has ended. */
export class Correspondent {
  private readonly pending = new Map<number, PendingCall>();
  private readonly endWaiters: { tell: () => void; scope: number }[] = [];
  /** Whether it was asked to close, and takes no more calls. */
  closing = false;
  private lastId = 0;
  /** Milliseconds of processor time, as far as is known. */
  cpuTime = 0;
  /** A letter of its own will tell that it has ended. */
  private tells = false;
  private howItEnded: InterpreterEnd | undefined = undefined;

  constructor(
    readonly id: number,
    /** How it is called in messages. */
    readonly label: string,
  ) {}

  get ended(): boolean {
    return this.howItEnded !== undefined;
  }

  /** A number for a call that no other of this party to that one has. */
  nextId(): number {
    return ++this.lastId;
  }

  /** How it ended, as far as that can be known. */
  get ending(): InterpreterEnd {
    return this.howItEnded ?? knownEnd(this.id) ?? interpreterEnd();
  }

  /** Its end will be told, as it is to whoever made it. */
  willTell(): void {
    this.tells = true;
    correspondents.set(this.id, this);
  }

  /** Sees to it that an interpreter's end is told: whoever has neither made it nor written to it is not. */
  follow(): void {
    if (this.ended || this.tells) return;
    if (post(this.id, Letter.watch, 0)) this.willTell();
    else this.end(this.ending);
  }

  /**
   * Posts a letter and waits for the answer. `site` is an object with the stack of the call, for errors. Throws, and posts
   * nothing, if the body cannot travel.
   */
  request(type: number, body: unknown, site: Site, options = UNLIMITED): Promise<unknown> {
    const { timeout, cpuTimeout, signal, transfer } = options;
    if (this.ended) return Promise.reject(this.closedError());
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (isStopped()) return neverSettles();
    const id = this.nextId();
    // What a call that may be stopped asks for must stop with it.
    const scope = currentScope();
    const stoppable = options !== UNLIMITED || scope !== 0;
    correspondents.set(this.id, this);
    // Before it is posted: who asks may be stopped at any time, and then it must be known what is to stop with it.
    const answer = new Promise((resolve, reject) => {
      const call: PendingCall = { resolve, reject, site, options, scope, forget: undefined };
      whole(() => {
        this.pending.set(id, call);
        hold();
        if (stoppable) this.stopWithCaller(id, call);
      });
      if (signal !== undefined) this.watch(id, call, signal);
    });
    let posted: boolean;
    try {
      posted = native.post(this.id, type, id, body, transfer, stoppable, timeout, cpuTimeout);
    } catch (error) {
      this.take(id);
      // That is all there is to say, should a getter in the body have aborted it before.
      answer.catch(() => {});
      throw error;
    }
    return posted || this.take(id) === undefined ? answer : this.refused(site);
  }

  /** It takes no letters any more. */
  async refused(site?: Site): Promise<never> {
    // It may have answered others before, and its last letter comes after those.
    if (this.tells) await this.whenEnded();
    else this.end(this.ending);
    throw site === undefined ? this.closedError() : withFrames(this.closedError(), site);
  }

  /** Has a pending call stopped when the call is stopped that made it. */
  private stopWithCaller(id: number, call: PendingCall): void {
    call.forget = whenStopped(() => {
      this.take(id);
      native.cancelCall(this.id, id);
    });
  }

  /** Has it stopped when its signal aborts. */
  private watch(id: number, call: PendingCall, signal: AbortSignalLike): void {
    const { forget } = call;
    const onAbort = (): void => {
      if (!native.cancelCall(this.id, id)) this.cancelled(id, 'aborted');
    };
    signal.addEventListener('abort', onAbort);
    call.forget = () => {
      forget?.();
      signal.removeEventListener('abort', onAbort);
    };
  }

  /** Removes a call that is pending no longer. */
  private take(id: number): PendingCall | undefined {
    const call = this.pending.get(id);
    if (call === undefined) return undefined;
    this.pending.delete(id);
    call.forget?.();
    release();
    return call;
  }

  /** To be called in the event loop before the answer to a call is given to it. */
  goOnWith(id: number): void {
    goOn(this.pending.get(id)?.scope ?? 0);
  }

  /** To be called in the event loop before `end`. */
  goOnAfterEnd(): void {
    for (const { scope } of [...this.pending.values(), ...this.endWaiters]) goOn(scope);
  }

  /** Resolves when it has ended, and keeps Node alive until then. */
  whenEnded(): Promise<void> {
    hold();
    return new Promise<void>((resolve) => this.onEnd(resolve)).finally(release);
  }

  /** Calls `listener` when it has ended. */
  onEnd(listener: () => void): void {
    if (this.ended) listener();
    else this.endWaiters.push({ tell: listener, scope: currentScope() });
  }

  closedError(): IsolaneError {
    return endedError(this.label, this.ending);
  }

  /** An answer has come. */
  settle(id: number, ok: boolean, body: unknown): void {
    const call = this.take(id);
    const isUnreadable = body instanceof Unreadable;
    const error = ok ? undefined : isUnreadable ? inSpiteOf(body.problem) : body;
    if (error !== undefined)
      call?.reject(decodeError(error as EncodedError, this.label, call.site));
    else if (isUnreadable) call?.reject(body.problem);
    else call?.resolve(body);
  }

  /** The answer is an iterator, each step of which is a call under the same limits. */
  settleIterator(id: number, iterator: number): void {
    const call = this.take(id);
    const drop = (): void => {
      post(this.id, Letter.dropIterator, 0, iterator);
    };
    if (call === undefined) {
      drop();
      return;
    }
    const options =
      call.options === UNLIMITED ? UNLIMITED : { ...call.options, transfer: undefined };
    const step = (body: StepBody, site: Site): Promise<StepReply> =>
      this.request(Letter.step, body, site, options) as Promise<StepReply>;
    call.resolve(new RemoteIterator({ step, drop }, iterator));
  }

  /** A call was stopped. */
  cancelled(id: number, why: 'timeout' | 'cpuTimeout' | 'aborted'): void {
    const call = this.take(id);
    if (why === 'aborted') call?.reject(call.options.signal?.reason);
    else call?.reject(this.timeoutError(why, call.options, call.site));
  }

  timeoutError(
    which: 'timeout' | 'cpuTimeout',
    options: CallOptions,
    site: Site,
  ): ExecutionTimeoutError {
    const limit =
      which === 'timeout'
        ? `took longer than ${options.timeout} ms`
        : `used more than ${options.cpuTimeout} ms of CPU time`;
    const error = new ExecutionTimeoutError(
      `The call to the ${this.label} ${limit}, and was stopped.`,
    );
    return withFrames(error, site);
  }

  /** It has ended: nothing more will be answered. */
  end(how: InterpreterEnd): void {
    if (this.ended) return;
    this.howItEnded = how;
    correspondents.delete(this.id);
    for (const id of [...this.pending.keys()]) {
      const call = this.take(id);
      call?.reject(withFrames(this.closedError(), call.site));
    }
    for (const { tell } of this.endWaiters.splice(0)) tell();
  }
}

/** Those from whom letters may come. */
const correspondents = new Map<number, Correspondent>();

/** These, and those that were only looked at. */
const known = new WeakById<Correspondent>();

/** The one correspondent for a party that lives. */
export function correspondent(id: number, label: string): Correspondent {
  const one = known.get(id);
  if (one !== undefined) return one;
  const made = new Correspondent(id, label);
  known.set(id, made);
  return made;
}

/** Answers, and reasons why there are none: `use` is given the party that they are from. */
function handleAnswers(
  type: number,
  use: (peer: Correspondent, id: number, body: unknown) => void,
): void {
  handleLetters(
    type,
    (from, id, body) => {
      const peer = correspondents.get(from);
      if (peer !== undefined) use(peer, id, body);
    },
    (from, id) => correspondents.get(from)?.goOnWith(id),
  );
}

handleAnswers(Letter.result, (peer, id, body) => peer.settle(id, true, body));
handleAnswers(Letter.iterator, (peer, id, body) => peer.settleIterator(id, body as number));
handleAnswers(Letter.failure, (peer, id, body) => peer.settle(id, false, body));
handleAnswers(NativeLetter.cancelled, (peer, id, why) =>
  peer.cancelled(id, why as 'timeout' | 'cpuTimeout' | 'aborted'),
);

const whenEnded: ((id: number) => void)[] = [];

/** Calls `listener` whenever a party that this one knows has ended. */
export function onEnded(listener: (id: number) => void): void {
  whenEnded.push(listener);
}

handleLetters(NativeLetter.cpuTime, (from, microseconds) => {
  const peer = correspondents.get(from);
  if (peer !== undefined) peer.cpuTime = microseconds / 1000;
});

handleLetters(NativeLetter.ended, (from, cause, reason) => {
  const peer = correspondents.get(from);
  peer?.goOnAfterEnd();
  peer?.end(interpreterEnd(cause, reason));
  for (const listener of whenEnded) listener(from);
});

interface Birth {
  resolve(): void;
  reject(error: unknown): void;
  readonly scope: number;
}

const births = new Map<number, Birth>();

/** Resolves when a new interpreter can be asked things; rejects with a string if it ends before. */
export function born(id: number): Promise<void> {
  hold();
  const scope = currentScope();
  return new Promise<void>((resolve, reject) => {
    births.set(id, { resolve, reject, scope });
  }).finally(release);
}

function birthOf(id: number): Birth | undefined {
  const birth = births.get(id);
  births.delete(id);
  if (birth !== undefined) goOn(birth.scope);
  return birth;
}

handleLetters(NativeLetter.begun, (from) => birthOf(from)?.resolve());
onEnded((id) => birthOf(id)?.reject('it ended at once'));
