import { hold, release } from '../binding/alive.js';
import { EndCause, NativeLetter } from '../binding/binding.js';
import { InterpreterClosedError, MemoryLimitError } from '../errors/interpreter-errors.js';
import type { IsolaneError } from '../errors/isolane-error.js';
import { decodeError, type EncodedError } from './errors-that-cross.js';
import { handleLetters, post } from './post-office.js';
import { Letter } from './protocol.js';
import './hooks.js';

interface PendingCall {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  /** Has the stack of the call. */
  readonly site: { stack?: string };
}

/** Another party that we ask things of: what was asked and not yet answered, and whether it has ended. */
export class Correspondent {
  private readonly pending = new Map<number, PendingCall>();
  private readonly endWaiters: (() => void)[] = [];
  /** Whether it was asked to close, and takes no more calls. */
  closing = false;
  private lastId = 0;
  private isEnded = false;
  private endCause: number = EndCause.closed;
  private endReason: unknown = undefined;

  constructor(
    readonly id: number,
    /** How it is called in messages. */
    readonly label: string,
  ) {}

  get ended(): boolean {
    return this.isEnded;
  }

  /**
   * Posts a letter and waits for the answer. `site` is an object with the stack of the call, for errors. Throws, and posts
   * nothing, if the body cannot travel.
   */
  request(type: number, body: unknown, site: { stack?: string }): Promise<unknown> {
    if (this.isEnded) return Promise.reject(this.closedError());
    const id = ++this.lastId;
    if (!post(this.id, type, id, body)) {
      this.end();
      return Promise.reject(this.closedError());
    }
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject, site });
      hold();
    });
  }

  /** Resolves when it has ended, and keeps Node alive until then. */
  whenEnded(): Promise<void> {
    hold();
    return new Promise<void>((resolve) => this.onEnd(resolve)).finally(release);
  }

  /** Calls `listener` when it has ended. */
  onEnd(listener: () => void): void {
    if (this.isEnded) listener();
    else this.endWaiters.push(listener);
  }

  closedError(): IsolaneError {
    if (this.endCause === EndCause.memoryLimit) {
      return new MemoryLimitError(`The ${this.label} has ended: it used more memory than it may.`);
    }
    const reason = this.endReason;
    const because =
      reason === undefined ? '' : `: ${reason instanceof Error ? reason.message : String(reason)}`;
    return new InterpreterClosedError(`The ${this.label} has ended${because}`, { reason });
  }

  /** An answer has come. */
  settle(id: number, ok: boolean, body: unknown): void {
    const call = this.pending.get(id);
    if (call === undefined) return;
    this.pending.delete(id);
    release();
    if (ok) call.resolve(body);
    else call.reject(decodeError(body as EncodedError, this.label, call.site));
  }

  /** It has ended: nothing more will be answered. */
  end(cause: number = EndCause.closed, reason?: unknown): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.endCause = cause;
    this.endReason = reason;
    correspondents.delete(this.id);
    for (const call of this.pending.values()) {
      call.reject(this.closedError());
      release();
    }
    this.pending.clear();
    for (const tell of this.endWaiters.splice(0)) tell();
  }
}

const correspondents = new Map<number, Correspondent>();

/** The one correspondent for a party that lives. */
export function correspondent(id: number, label: string): Correspondent {
  const known = correspondents.get(id);
  if (known !== undefined) return known;
  const made = new Correspondent(id, label);
  correspondents.set(id, made);
  return made;
}

handleLetters(Letter.result, (from, id, body) => correspondents.get(from)?.settle(id, true, body));
handleLetters(Letter.failure, (from, id, body) =>
  correspondents.get(from)?.settle(id, false, body),
);

const whenEnded: ((id: number) => void)[] = [];

/** Calls `listener` whenever a party that this one knows has ended. */
export function onEnded(listener: (id: number) => void): void {
  whenEnded.push(listener);
}

handleLetters(NativeLetter.ended, (from, cause, reason) => {
  correspondents.get(from)?.end(cause, reason);
  for (const listener of whenEnded) listener(from);
});

interface Birth {
  resolve(): void;
  reject(error: unknown): void;
}

const births = new Map<number, Birth>();

/** Resolves when a new interpreter is ready; rejects with a string if it could not be made. */
export function born(id: number): Promise<void> {
  hold();
  return new Promise<void>((resolve, reject) => births.set(id, { resolve, reject })).finally(
    release,
  );
}

function birthOf(id: number): Birth | undefined {
  const birth = births.get(id);
  births.delete(id);
  return birth;
}

handleLetters(NativeLetter.ready, (from) => birthOf(from)?.resolve());
handleLetters(NativeLetter.failed, (from, _id, body) => birthOf(from)?.reject(String(body)));
onEnded((id) => birthOf(id)?.reject('it ended at once'));
