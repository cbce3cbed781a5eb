import { type Hooks, native } from '../binding/binding.js';
import { deliver } from '../binding/post-office.js';
import { Receiver } from '../channel/receiver.js';
import type { PendingSelect } from '../channel/select.js';
import { Sender } from '../channel/sender.js';
import { readMessage } from '../codec/messages.js';
import { makeFrozen } from '../ownership/frozen.js';
import { partsOfBox } from '../ownership/move.js';
import { notShareable } from '../ownership/not-shareable.js';
import { emptyBox } from '../ownership/own.js';
import { ReadonlyView } from '../ownership/readonly-view.js';
import { Shared } from '../ownership/share.js';
import { makeInstance, unknownClass, withStandIns } from '../ownership/stand-ins.js';

export const hooks: Hooks = {
  makeSender: (seed) => new Sender(seed),
  makeReceiver: (seed) => new Receiver(seed),
  notShareable: (value, why, shares) => notShareable(value, why, { shares }),
  onReady: (waiting) => (waiting as Sender<unknown> | Receiver<unknown> | PendingSelect).onReady(),
  onLetter: deliver,
  readRecord: readMessage,
  makeOwned: emptyBox,
  movableParts: partsOfBox,
  makeShared: (seed) => new Shared(seed),
  makeView: (kind, length) => new ReadonlyView(kind, length),
  makeFrozen,
  withStandIns,
  makeInstance,
  unknownClass,
};

native.setHooks(
  hooks.makeSender,
  hooks.makeReceiver,
  hooks.notShareable,
  hooks.onReady,
  hooks.onLetter,
  hooks.readRecord,
  hooks.makeOwned,
  hooks.movableParts,
  hooks.makeShared,
  hooks.makeView,
  hooks.makeFrozen,
  hooks.withStandIns,
  hooks.makeInstance,
  hooks.unknownClass,
);
