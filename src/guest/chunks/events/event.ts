import { constants, finishClass } from '../support/classes.js';
import { invalidArgument, invalidThis, missingArguments } from '../support/node-errors.js';
import type { EventTarget } from './event-target.js';
import { tools } from './tools.js';

interface EventOptions {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

/** What only its target does with an event. */
interface Dispatching {
  isUnderWay(event: Event): boolean;
  begin(event: Event, target: EventTarget): void;
  end(event: Event): void;
  /** Whether listeners that have not been called are not to be. */
  isStopped(event: Event): boolean;
  setPassive(event: Event, passive: boolean): void;
  /** One that comes from the platform. */
  trusted(type: string): Event;
}

export let dispatching: Dispatching;

export let isEvent: (value: unknown) => value is Event;

const phases = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };

export class Event {
  #type: string;
  #bubbles: boolean;
  #cancelable: boolean;
  readonly #composed: boolean;
  readonly #timeStamp = tools.guest.now() - tools.start;
  #trusted = false;
  #target: EventTarget | null = null;
  #underWay = false;
  #passive = false;
  #stopped = false;
  #propagationStopped = false;
  #prevented = false;

  constructor(type: unknown, options: unknown = undefined) {
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    if (arguments.length === 0) throw missingArguments('type');
    const given = checkedOptions(options);
    this.#type = `${type}`;
    this.#bubbles = Boolean(given.bubbles);
    this.#cancelable = Boolean(given.cancelable);
    this.#composed = Boolean(given.composed);
  }

  static {
    isEvent = (value): value is Event =>
      typeof value === 'object' && value !== null && #type in value;

    dispatching = {
      isUnderWay: (event) => event.#underWay,
      begin(event, target) {
        event.#underWay = true;
        event.#target = target;
      },
      end(event) {
        event.#underWay = false;
        event.#stopped = false;
        event.#propagationStopped = false;
      },
      isStopped: (event) => event.#stopped,
      setPassive(event, passive) {
        event.#passive = passive;
      },
      trusted(type) {
        const event = new Event(type);
        event.#trusted = true;
        return event;
      },
    };
  }

  get type(): string {
    return own(this).#type;
  }

  get target(): EventTarget | null {
    return own(this).#target;
  }

  get srcElement(): EventTarget | null {
    return own(this).#target;
  }

  get currentTarget(): EventTarget | null {
    return own(this).#underWay ? this.#target : null;
  }

  get eventPhase(): number {
    return own(this).#underWay ? phases.AT_TARGET : phases.NONE;
  }

  get bubbles(): boolean {
    return own(this).#bubbles;
  }

  get cancelable(): boolean {
    return own(this).#cancelable;
  }

  get composed(): boolean {
    return own(this).#composed;
  }

  get defaultPrevented(): boolean {
    return own(this).#prevented;
  }

  get timeStamp(): number {
    return own(this).#timeStamp;
  }

  get isTrusted(): boolean {
    return own(this).#trusted;
  }

  get returnValue(): boolean {
    return !own(this).#prevented;
  }

  set returnValue(value: unknown) {
    if (!value) this.preventDefault();
  }

  get cancelBubble(): boolean {
    return own(this).#propagationStopped;
  }

  set cancelBubble(value: unknown) {
    if (value) this.stopPropagation();
  }

  composedPath(): EventTarget[] {
    return own(this).#underWay && this.#target !== null ? [this.#target] : [];
  }

  preventDefault(): void {
    if (own(this).#cancelable && !this.#passive) this.#prevented = true;
  }

  /** There is no tree here for an event to go through, so this only is remembered. */
  stopPropagation(): void {
    own(this).#propagationStopped = true;
  }

  stopImmediatePropagation(): void {
    own(this).#propagationStopped = true;
    this.#stopped = true;
  }

  initEvent(type: unknown, bubbles: unknown = false, cancelable: unknown = false): void {
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    if (arguments.length === 0) throw missingArguments('type');
    if (own(this).#underWay) return;
    this.#type = `${type}`;
    this.#bubbles = Boolean(bubbles);
    this.#cancelable = Boolean(cancelable);
    this.#prevented = false;
  }
}

function own(event: Event): Event {
  if (!isEvent(event)) throw invalidThis('Event');
  return event;
}

function checkedOptions(options: unknown): EventOptions {
  if (options === undefined || options === null) return {};
  if (typeof options !== 'object') throw invalidArgument('options', 'of type object', options);
  return options;
}

finishClass(
  Event,
  'Event',
  Object.getOwnPropertyNames(Event.prototype).filter((name) => name !== 'constructor'),
);
constants(Event, phases);

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: unknown, options: unknown = undefined) {
    // biome-ignore lint/complexity/noArguments: undefined is an argument, too
    if (arguments.length === 0) throw missingArguments('type');
    super(type, options);
    this.#detail = (options as { detail?: unknown } | null | undefined)?.detail ?? null;
  }

  get detail(): unknown {
    if (!(#detail in this)) throw invalidThis('CustomEvent');
    return this.#detail;
  }
}
finishClass(CustomEvent, 'CustomEvent', ['detail']);
