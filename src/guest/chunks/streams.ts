import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableStream,
  TransformStream,
  WritableStream,
} from 'web-streams-polyfill';
import type { Tools } from '../tools.js';
import { useTools } from './streams/globals.js';

export function make(tools: Tools): object {
  useTools(tools);
  return {
    ByteLengthQueuingStrategy,
    CountQueuingStrategy,
    ReadableStream,
    TransformStream,
    WritableStream,
  };
}
