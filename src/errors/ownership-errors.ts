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
