import type { FunctionCompiler } from '../interpreter/compile-function.js';
import type { AnyFunction, FunctionPlace } from '../interpreter/function-text.js';
import type { Server, UnusualAnswers } from '../interpreter/serve.js';
import { guest } from './binding.js';
import { finish } from './end.js';
import { hasLibrary, library } from './library.js';

interface HelpersChunk {
  findHelpers: FunctionCompiler['findHelpers'];
}

let helpers: HelpersChunk | undefined;

/** How requests are answered in an interpreter. A class, since an object with so many functions would take longer to make. */
export class GuestServer implements Server {
  compileBody(
    body: string,
    file: string,
    line: number,
    column: number,
    parameters: string[],
  ): AnyFunction {
    return guest.compileFunction(body, file, line, column, parameters);
  }

  findHelpers(names: string[], source: string): Record<string, unknown> {
    helpers ??= guest.loadChunk('helpers') as HelpersChunk;
    return helpers.findHelpers(names, source);
  }

  explain(error: SyntaxError, place: FunctionPlace): Error {
    return library().explainSyntax(error, place);
  }

  runScript(source: string, name: string, referrer?: string): unknown {
    return guest.runScript(source, name, referrer);
  }

  endCall(tag: number): void {
    guest.endCall(tag);
  }

  finish(): void {
    finish();
  }

  onClosing(): void {
    if (hasLibrary()) library().onClosing();
  }

  unusual(): UnusualAnswers {
    return library().unusualAnswers;
  }
}
