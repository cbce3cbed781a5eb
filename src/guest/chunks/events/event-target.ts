import { finishClass } from '../support/classes.js';
import { coded, invalidArgument, invalidThis, missingArguments } from '../support/node-errors.js';
import { dispatching, type Event, isEvent } from './event.js';
import { tools } from './tools.js';

type Listener = ((this: EventTarget, event: Event) => unknown) | { handleEvent?: unknown };

interface Signal {
  readonly aborted: boolean;
  addEventListener(type: string, listener: () => void, options: { once: true }): void;
  removeEventListener(type: string, listener: () => void): void;
}

interface Registered {
  readonly listener: Listener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  /** Stops listening to the signal that may end this. */
  forgetSignal: (() => void) | undefined;
  removed: boolean;
}

interface ListenerOptions {
  capture?: boolean;
  once?: boolean;
  passive?: boolean;
  signal?: Signal;
}

let isEventTarget: (value: unknown) => value is EventTarget;

/** Events have one target here, and no tree: capturing listeners are called in turn with the others, as in Node. */
export class EventTarget {
  readonly #listeners = new Map<string, Registered[]>();

  addEventListener(type: unknown, listener: unknown, options: unknown = undefined): void {
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    checkCall(this, arguments.length);
    const { capture, once, passive, signal } = listenerOptions(options);
    if (!isListener(listener)) return;
    if (signal?.aborted === true) return;
    const name = `${type}`;
    const all = this.#listeners.get(name) ?? [];
    if (all.some((each) => each.listener === listener && each.capture === Boolean(capture))) return;
    const added: Registered = {
      listener,
      capture: Boolean(capture),
      once: Boolean(once),
      passive: Boolean(passive),
      forgetSignal: undefined,
      removed: false,
    };
    if (signal !== undefined) {
      const remove = (): void => this.#remove(name, added);
      signal.addEventListener('abort', remove, { once: true });
      added.forgetSignal = () => signal.removeEventListener('abort', remove);
    }
    this.#listeners.set(name, [...all, added]);
    listenersChanged(this, name, all.length + 1);
  }

  removeEventListener(type: unknown, listener: unknown, options: unknown = undefined): void {
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    checkCall(this, arguments.length);
    const { capture } = listenerOptions(options);
    const name = `${type}`;
    const found = this.#listeners
      .get(name)
      ?.find((each) => each.listener === listener && each.capture === Boolean(capture));
    if (found !== undefined) this.#remove(name, found);
  }

  dispatchEvent(event: unknown): boolean {
    checkThis(this);
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    if (arguments.length === 0) throw missingArguments('event');
    if (!isEvent(event)) throw invalidArgument('event', 'an instance of Event', event);
    if (dispatching.isUnderWay(event)) {
      const message = `The event "${event.type}" is already being dispatched`;
      throw coded(Error, 'ERR_EVENT_RECURSION', message);
    }
    dispatching.begin(event, this);
    try {
      // The list is replaced, never changed: who is added meanwhile waits for the next event.
      for (const each of this.#listeners.get(event.type) ?? []) {
        if (dispatching.isStopped(event)) break;
        if (!each.removed) this.#call(each, event);
      }
    } finally {
      dispatching.end(event);
    }
    return !event.defaultPrevented;
  }

  #call(each: Registered, event: Event): void {
    if (each.once) this.#remove(event.type, each);
    dispatching.setPassive(event, each.passive);
    try {
      const { listener } = each;
      if (typeof listener === 'function') Reflect.apply(listener, this, [event]);
      else if (typeof listener.handleEvent === 'function') listener.handleEvent(event);
    } catch (error) {
      tools.reportUncaught(error);
    } finally {
      dispatching.setPassive(event, false);
    }
  }

  #remove(name: string, registered: Registered): void {
    registered.removed = true;
    registered.forgetSignal?.();
    const left = (this.#listeners.get(name) ?? []).filter((each) => each !== registered);
    if (left.length === 0) this.#listeners.delete(name);
    else this.#listeners.set(name, left);
    listenersChanged(this, name, left.length);
  }

  static {
    isEventTarget = (value): value is EventTarget =>
      typeof value === 'object' && value !== null && #listeners in value;
  }
}
finishClass(EventTarget, 'EventTarget', [
  'addEventListener',
  'removeEventListener',
  'dispatchEvent',
]);

let listenersChanged: (target: EventTarget, type: string, count: number) => void = () => {};

/** Calls `tell` whenever a target has got or lost a listener. */
export function whenListenersChange(tell: typeof listenersChanged): void {
  listenersChanged = tell;
}

function checkThis(target: unknown): void {
  if (!isEventTarget(target)) throw invalidThis('EventTarget');
}

function checkCall(target: unknown, count: number): void {
  checkThis(target);
  if (count < 2) throw missingArguments('type', 'listener');
}

function isListener(listener: unknown): listener is Listener {
  if (listener === undefined || listener === null) return false;
  if (typeof listener === 'function' || typeof listener === 'object') return true;
  throw invalidArgument('listener', 'an instance of EventListener', listener);
}

function listenerOptions(options: unknown): ListenerOptions {
  if (options === undefined || options === null) return {};
  if (typeof options !== 'object' && typeof options !== 'function') {
    return { capture: Boolean(options) };
  }
  const { signal } = options as ListenerOptions;
  if (signal !== undefined && !isSignal(signal)) {
    throw invalidArgument('options.signal', 'an instance of AbortSignal', signal);
  }
  return options;
}

function isSignal(value: unknown): value is Signal {
  return typeof value === 'object' && value !== null && 'aborted' in value;
}
