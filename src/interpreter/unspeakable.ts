import type { EncodedError } from './errors-that-cross.js';

/** In the place of what was thrown where that cannot be sent, for want of memory say. */
export const unspeakable = (): EncodedError => [
  {
    error: true,
    className: 'IsolaneError',
    name: 'IsolaneError',
    message: 'Something was thrown that could not be sent to another interpreter.',
    stack: 'IsolaneError: Something was thrown that could not be sent to another interpreter.',
    properties: [['code', 'ERR_ISOLANE_THROWN_VALUE']],
    references: [],
    errors: undefined,
  },
];
