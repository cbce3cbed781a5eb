import { native } from '../binding/binding.js';
import { Receiver } from '../channel/receiver.js';
import { Sender } from '../channel/sender.js';
import { notShareable } from '../ownership/not-shareable.js';
import { deliver } from './post-office.js';

native.setHooks({
  makeSender: (seed) => new Sender(seed),
  makeReceiver: (seed) => new Receiver(seed),
  notShareable: (value, why) => notShareable(value, why),
  onReady: (endpoint) => (endpoint as Sender<unknown> | Receiver<unknown>).onReady(),
  onLetter: deliver,
});
