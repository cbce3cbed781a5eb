/** One module of a graph, on its way to an interpreter. */
export interface ModuleSource {
  url: string;
  format: 'module' | 'json';
  source: string;
  /** What each specifier in it means, as URLs. */
  requests: Record<string, string>;
  /** What the host's lexer did not understand; the engine's own error is better, if it has one. */
  problem?: SyntaxProblem;
}

export interface SyntaxProblem {
  message: string;
  /** From 1. */
  line: number;
  column: number;
}

/** What a host answers: the module that was asked for, and what of its graph the interpreter has not had yet. */
export interface ModulesReply {
  url: string;
  modules: ModuleSource[];
}

/** The URL of the module that is built in: this package. */
export const BUILT_IN_URL = 'isolane:index';
export const BUILT_IN_NAME = 'isolane';
