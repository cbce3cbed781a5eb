import type { Tools } from '../tools.js';
import { AbortController, AbortSignal } from './events/abort.js';
import { CustomEvent, Event } from './events/event.js';
import { EventTarget } from './events/event-target.js';
import { useTools } from './events/tools.js';

export function make(tools: Tools): object {
  useTools(tools);
  return { AbortController, AbortSignal, CustomEvent, Event, EventTarget };
}
