import type { Tools } from '../tools.js';
import { URL, URLSearchParams } from './url/classes.js';
import { useTools } from './url/tools.js';

export function make(tools: Tools): object {
  useTools(tools);
  return { URL, URLSearchParams };
}
