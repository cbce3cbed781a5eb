/**
 * The engine ends the process when it is to make an array of more than this, all at once, for the parts of a text. No text that
 * is shorter has so many.
 */

import { apply, engine, getter, isObject, replace, uncurried } from './primordials.js';

const MOST = 2 ** 27 - 8;

const tooMany = (): RangeError => new engine.RangeError('Invalid array length');

export function guardTexts(): void {
  guardSplit();
  guardMatch();
}

function guardSplit(): void {
  const split = uncurried(
    String.prototype.split as (separator: unknown, limit?: number) => string[],
  );
  const indexOf = uncurried(String.prototype.indexOf);
  const symbol: typeof Symbol.split = Symbol.split;

  const hasTooMany = (text: string, separator: string): boolean => {
    if (separator === '') return true;
    let parts = 1;
    for (let at = indexOf(text, separator); at >= 0 && parts <= MOST; parts++) {
      at = indexOf(text, separator, at + separator.length);
    }
    return parts > MOST;
  };

  const splitLong = (text: string, separator: unknown, limit: unknown): string[] => {
    const most = limit === undefined ? 2 ** 32 - 1 : (limit as number) >>> 0;
    if (separator === undefined) return split(text, separator, most);
    const by = `${separator as string}`;
    if (most > MOST && hasTooMany(text, by)) throw tooMany();
    return split(text, by, most);
  };

  const guarded = {
    split(this: unknown, separator: unknown, limit?: number): unknown {
      if (typeof this === 'string' && this.length <= MOST) return split(this, separator, limit);
      // Which throws.
      if (this === undefined || this === null) return split(this, separator, limit);
      const splitter =
        separator === undefined || separator === null
          ? undefined
          : (separator as { [Symbol.split]?: unknown })[symbol];
      if (splitter !== undefined && splitter !== null) {
        return apply(splitter as () => unknown, separator, [this, limit]);
      }
      const text = `${this as string}`;
      return text.length > MOST ? splitLong(text, separator, limit) : split(text, separator, limit);
    },
  }.split;
  replace(String.prototype, 'split', guarded);
}

/** All matches of a regular expression, since V8 13. */
function guardMatch(): void {
  const symbol: typeof Symbol.match = Symbol.match;
  const match = uncurried(RegExp.prototype[symbol]);
  const exec = uncurried(RegExp.prototype.exec);
  const isGlobal = getter(RegExp.prototype, 'global');

  const hasTooMany = (expression: RegExp, text: string): boolean => {
    // The same, without anything that the user may have put on it.
    const own = new engine.RegExp(expression);
    if (!isGlobal(own)) return false;
    for (let matches = 0; matches <= MOST; matches++) {
      const found = exec(own, text);
      if (found === null) return false;
      // It would be found again.
      if (found[0] === '') own.lastIndex += 1;
    }
    return true;
  };

  const guarded = {
    [symbol](this: RegExp, string: unknown): unknown {
      if (typeof string === 'string' && string.length <= MOST) return match(this, string);
      if (!isObject(this)) return match(this, string as string);
      const text = `${string as string}`;
      if (text.length > MOST && hasTooMany(this, text)) throw tooMany();
      return match(this, text);
    },
  }[symbol];
  replace(RegExp.prototype, symbol, guarded);
}
