/**
 * acorn with a limit to nesting. How deep acorn can go before the stack is full depends on the thread's stack and on how
 * much of acorn has been compiled yet; the same file would parse in one place and not in another. This limit is the same
 * everywhere, and comes before the smallest stack (Node's main thread has 984 kB) is full.
 */

import { Parser } from 'acorn';

/**
 * What a level of nesting takes of the stack while nothing is compiled, in bytes, rounded up from measurements.
 */
const cost = { expression: 1800, statement: 900, operator: 420 };
const limit = 800_000;

/**
 * The methods of acorn's that recurse: they are for plugins, and not in its types.
 *
 * @typedef {{
 *   start: number,
 *   raise(position: number, message: string): never,
 *   parseMaybeAssign(forInit: unknown, errors: unknown, afterLeft: unknown): unknown,
 *   parseStatement(context: unknown, topLevel: unknown, exports: unknown): unknown,
 *   parseExprOp(left: unknown, start: unknown, location: unknown, precedence: unknown, forInit: unknown): unknown,
 * }} Recursive
 */

/** @typedef {new (options: import('acorn').Options, input: string) => Parser & Recursive} Extensible */

const ExtensibleParser = /** @type {Extensible & Omit<typeof Parser, 'prototype'>} */ (
  /** @type {unknown} */ (Parser)
);

export class BoundedParser extends ExtensibleParser {
  /** An estimate of the stack in use. */
  #used = 0;

  /**
   * @override
   * @param {unknown} forInit
   * @param {unknown} errors
   * @param {unknown} afterLeft
   */
  parseMaybeAssign(forInit, errors, afterLeft) {
    this.#enter(cost.expression);
    const node = super.parseMaybeAssign(forInit, errors, afterLeft);
    this.#used -= cost.expression;
    return node;
  }

  /**
   * @override
   * @param {unknown} context
   * @param {unknown} topLevel
   * @param {unknown} exports
   */
  parseStatement(context, topLevel, exports) {
    this.#enter(cost.statement);
    const node = super.parseStatement(context, topLevel, exports);
    this.#used -= cost.statement;
    return node;
  }

  /**
   * @override
   * @param {unknown} left
   * @param {unknown} start
   * @param {unknown} location
   * @param {unknown} precedence
   * @param {unknown} forInit
   */
  parseExprOp(left, start, location, precedence, forInit) {
    this.#enter(cost.operator);
    const node = super.parseExprOp(left, start, location, precedence, forInit);
    this.#used -= cost.operator;
    return node;
  }

  /**
   * acorn makes a syntax error of a full stack, with the position where it was full.
   *
   * @template T
   * @param {() => T} parse
   */
  catchStackOverflow(parse) {
    return parse();
  }

  /** @param {number} bytes */
  #enter(bytes) {
    this.#used += bytes;
    if (this.#used > limit) this.raise(this.start, 'Nested too deeply');
  }
}
