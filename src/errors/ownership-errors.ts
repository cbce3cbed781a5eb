import { IsolaneError, nameErrors } from './isolane-error.js';

/** What is used here was moved away: it belongs to another interpreter now. */
export class MovedError extends IsolaneError {
  constructor(message: string) {
    super('ERR_ISOLANE_MOVED', message);
  }
}

nameErrors(MovedError, 'MovedError');

/**
 * A value cannot travel to another interpreter; `path` names the place in it, `$` being the value itself. Nothing was
 * sent, and nothing was moved.
 */
export class NotShareableError extends IsolaneError {
  readonly path: string;

  constructor(message: string, path = '$') {
    super('ERR_ISOLANE_NOT_SHAREABLE', message);
    this.path = path;
  }
}

nameErrors(NotShareableError, 'NotShareableError');

/**
 * A message has arrived with an instance of a class that is not known here. Nothing of it is lost: `value` is the message (of a call its arguments
 * or its result), in which what
 * stands for each instance of an unknown class is `{ name, data }`, its class's name and what it has travelled as.
 */
export class UnknownClassError extends IsolaneError {
  /** Of the first of them. */
  readonly className: string;
  readonly value: unknown;

  constructor(message: string, className: string, value: unknown) {
    super('ERR_ISOLANE_UNKNOWN_CLASS', message);
    this.className = className;
    this.value = value;
  }
}

nameErrors(UnknownClassError, 'UnknownClassError');
