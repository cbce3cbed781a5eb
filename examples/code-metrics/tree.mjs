/**
 * Measures a syntax tree in one walk, with a stack of its own: a tree that acorn could build is never too deep for it.
 */

import { isDecision, kindOf, nameOf } from './syntax.mjs';

/** @typedef {import('./syntax.mjs').SyntaxNode} SyntaxNode */
/** @typedef {import('./syntax.mjs').Kind} Kind */

/**
 * @typedef {object} FunctionMetrics
 * @property {string} name
 * @property {number} line the line it begins on, from 1
 * @property {number} lines how many lines it touches
 * @property {number} complexity 1, and 1 for every decision; the decisions of functions inside it are theirs
 */

/**
 * @typedef {object} TreeMetrics
 * @property {number} functions
 * @property {number} complexity the sum of all functions, the code outside them counting as one more
 * @property {number} depth how deep functions, conditions, loops, `switch` and `try` are nested
 * @property {number} identifiers occurrences, not distinct names
 * @property {FunctionMetrics | null} longest the greatest length
 * @property {FunctionMetrics | null} mostComplex the greatest complexity
 */

/**
 * @param {SyntaxNode} program
 * @param {(offset: number) => number} lineAt
 * @returns {TreeMetrics}
 */
export function measureTree(program, lineAt) {
  return new TreeWalk(lineAt).run(program);
}

class TreeWalk {
  /** @type {TreeMetrics} */
  #metrics = {
    functions: 0,
    complexity: 1,
    depth: 0,
    identifiers: 0,
    longest: null,
    mostComplex: null,
  };

  /**
   * Still to be visited, the next one last. `null`: here ends the innermost nesting node.
   * @type {(SyntaxNode | null)[]}
   */
  #ahead = [];

  /**
   * The nesting nodes around the present one, the innermost last: each the function that it stands in.
   * @type {(FunctionMetrics | null)[]}
   */
  #around = [];

  /**
   * The innermost function around the present node.
   * @type {FunctionMetrics | null}
   */
  #inside = null;

  /**
   * What functions are called after where they stand.
   * @type {Map<SyntaxNode, string>}
   */
  #names = new Map();

  #lineAt;

  /** @param {(offset: number) => number} lineAt */
  constructor(lineAt) {
    this.#lineAt = lineAt;
  }

  /** @param {SyntaxNode} program */
  run(program) {
    this.#ahead.push(program);
    while (this.#ahead.length > 0) {
      const node = this.#ahead.pop();
      if (node) this.#visit(node, kindOf(node));
      else this.#leave();
    }
    return this.#metrics;
  }

  /**
   * @param {SyntaxNode} node
   * @param {Kind} kind
   */
  #visit(node, kind) {
    if (kind.isIdentifier) this.#metrics.identifiers++;
    if (isDecision(node, kind)) this.#decide();
    if (kind.names) this.#name(node[kind.names[0]], node[kind.names[1]]);
    if (node.type === 'IfStatement') {
      this.#visitIf(node, kind);
    } else {
      if (kind.nests) this.#enter(node, kind);
      this.#pushChildren(node, kind);
    }
  }

  /**
   * `else if` stands beside the `if`, not inside it; any other `else` is inside.
   *
   * @param {SyntaxNode} node
   * @param {Kind} kind
   */
  #visitIf(node, kind) {
    const { alternate } = node;
    const isChain = alternate?.type === 'IfStatement';
    if (isChain) this.#ahead.push(alternate);
    this.#enter(node, kind);
    if (alternate && !isChain) this.#ahead.push(alternate);
    this.#pushChildren(node, kind);
  }

  /**
   * @param {SyntaxNode} node
   * @param {Kind} kind
   */
  #enter(node, kind) {
    this.#ahead.push(null);
    this.#around.push(this.#inside);
    this.#metrics.depth = Math.max(this.#metrics.depth, this.#around.length);
    if (kind.isFunction) this.#inside = this.#enterFunction(node);
  }

  /**
   * @param {SyntaxNode} node
   * @returns {FunctionMetrics}
   */
  #enterFunction(node) {
    this.#metrics.functions++;
    this.#metrics.complexity++;
    const line = this.#lineAt(node.start);
    return {
      name: node.id?.name ?? this.#names.get(node) ?? '(anonymous)',
      line,
      lines: this.#lineAt(node.end) - line + 1,
      complexity: 1,
    };
  }

  #leave() {
    const ended = this.#inside;
    const outer = this.#around.pop() ?? null;
    if (!ended || ended === outer) return;
    const { longest, mostComplex } = this.#metrics;
    if (ended.lines > (longest?.lines ?? 0)) this.#metrics.longest = ended;
    if (ended.complexity > (mostComplex?.complexity ?? 0)) this.#metrics.mostComplex = ended;
    this.#inside = outer;
  }

  #decide() {
    this.#metrics.complexity++;
    if (this.#inside) this.#inside.complexity++;
  }

  /**
   * @param {SyntaxNode | null} value
   * @param {SyntaxNode} target
   */
  #name(value, target) {
    if (!value || !kindOf(value).isFunction) return;
    const name = nameOf(target);
    if (name !== undefined) this.#names.set(value, name);
  }

  /**
   * @param {SyntaxNode} node
   * @param {Kind} kind
   */
  #pushChildren(node, kind) {
    for (const key of kind.children) {
      const child = node[key];
      if (Array.isArray(child)) this.#pushAll(child);
      else if (child) this.#ahead.push(child);
      if (kind.shorthand && child.end === node.end && child.start === node.start) break;
    }
  }

  /** @param {(SyntaxNode | null)[]} nodes `null` for the holes of arrays */
  #pushAll(nodes) {
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i];
      if (node) this.#ahead.push(node);
    }
  }
}
