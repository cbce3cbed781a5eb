import { shared } from 'isolane:shared';
import { whole } from '../binding/own-code.js';
import type { Answer } from '../interpreter/serve.js';
import { guest } from './binding.js';
import type { Library } from './chunks/library.js';

let loaded: Library | undefined;
let answer: Answer;

/** Says how the library has requests answered. */
export function setAnswer(given: Answer): void {
  answer = given;
}

/** Everything that not every interpreter needs; loaded now if it is not there yet. */
export function library(): Library {
  loaded ??= whole(load);
  return loaded;
}

function load(): Library {
  const { start } = guest.loadChunk('library', shared) as { start(answer: Answer): Library };
  return start(answer);
}

export function hasLibrary(): boolean {
  return loaded !== undefined;
}
