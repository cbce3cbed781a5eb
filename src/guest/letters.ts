import { handleUnread, handOver } from '../binding/post-office.js';
import { Letter } from '../interpreter/protocol.js';
import { hasLibrary, library } from './library.js';

/** What a new interpreter is told before anything else, and need not heed before it has the library. */
const kept: [from: number, type: number, id: number, body: unknown][] = [];

/** Sees to letters for the library. */
export function keepLetters(): void {
  handleUnread((from, type, id, body, tag) => {
    if (hasLibrary()) return;
    if (type >= Letter.console && type <= Letter.name) {
      kept.push([from, type, id, body]);
    } else if (type >= Letter.call && type < Letter.result) {
      library();
      handOver(from, type, id, body, tag);
    }
  });
}

/** To be called when the library is there. */
export function deliverKept(): void {
  for (const [from, type, id, body] of kept.splice(0)) handOver(from, type, id, body, 0);
}
