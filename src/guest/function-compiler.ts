import type { FunctionCompiler } from '../interpreter/compile-function.js';
import { guest } from './binding.js';
import { library } from './library.js';

interface HelpersChunk {
  findHelpers: FunctionCompiler['findHelpers'];
}

let helpers: HelpersChunk | undefined;

/** How functions that travel are compiled in an interpreter. */
export const functionCompiler: FunctionCompiler = {
  compileBody: (...where) => guest.compileFunction(...where),
  findHelpers: (names, source) => {
    helpers ??= guest.loadChunk('helpers') as HelpersChunk;
    return helpers.findHelpers(names, source);
  },
  explain: (error, place) => library().explainSyntax(error, place),
};
