import type { Tools } from '../../tools.js';

/** Set before anything else in this chunk is used. */
export let tools: Tools;

export function useTools(given: Tools): void {
  tools = given;
}
