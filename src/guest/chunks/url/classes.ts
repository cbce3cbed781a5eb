import * as interfaces from 'whatwg-url/webidl2js-wrapper.js';
import { coded } from '../support/node-errors.js';

interface Constructor {
  new (...args: unknown[]): object;
  readonly prototype: object;
}

const realm = { Array, Object, Promise, String, TypeError };
interfaces.URL.install(realm, ['Worker']);
interfaces.URLSearchParams.install(realm, ['Worker']);
const made = realm as unknown as { URL: Constructor; URLSearchParams: Constructor };
// Bundlers change them.
Object.defineProperty(made.URL, 'name', { value: 'URL' });
Object.defineProperty(made.URLSearchParams, 'name', { value: 'URLSearchParams' });

/** Has its errors say what Node's say. */
export const URL = new Proxy(made.URL, {
  construct: (target, args, newTarget) =>
    explaining(args, () => Reflect.construct(target, args, newTarget) as object),
});
Object.defineProperty(made.URL.prototype, 'constructor', { value: URL });

const { set: setHref } = Object.getOwnPropertyDescriptor(made.URL.prototype, 'href') as {
  set(value: unknown): void;
};
Object.defineProperty(made.URL.prototype, 'href', {
  set(this: object, value: unknown) {
    explaining([value], () => Reflect.apply(setHref, this, [value]));
  },
});

export const { URLSearchParams } = made;

function explaining<T>([input, base]: unknown[], action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TypeError && /^Invalid (base )?URL: /.test(error.message))) throw error;
    const better = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL');
    throw Object.assign(
      better,
      { input: `${input}` },
      base === undefined ? {} : { base: `${base}` },
    );
  }
}
