import { type Hooks, native } from '../binding/binding.js';
import { Receiver } from '../channel/receiver.js';
import { Sender } from '../channel/sender.js';
import { notShareable } from '../ownership/not-shareable.js';
import { deliver } from './post-office.js';

export const hooks: Hooks = {
  makeSender: (seed) => new Sender(seed),
  makeReceiver: (seed) => new Receiver(seed),
  notShareable: (value, why) => notShareable(value, why),
  onReady: (endpoint) => (endpoint as Sender<unknown> | Receiver<unknown>).onReady(),
  onLetter: deliver,
};

native.setHooks(
  hooks.makeSender,
  hooks.makeReceiver,
  hooks.notShareable,
  hooks.onReady,
  hooks.onLetter,
);
