import * as nodeModule from 'node:module';
import { IsolaneError } from '../errors/isolane-error.js';
import { Letter } from '../interpreter/protocol.js';
import { answerQuestions } from '../interpreter/questions.js';

/** Node 22.13 and later have it. */
const { stripTypeScriptTypes } = nodeModule as {
  stripTypeScriptTypes?: (code: string, options: { mode: 'strip' }) => string;
};

/** Answers interpreters that want JavaScript of TypeScript. */
export function serveTypeScript(): void {
  answerQuestions(Letter.stripTypes, (question) => {
    const [text, path] = question as [text: string, path: string];
    if (stripTypeScriptTypes === undefined) {
      throw new IsolaneError(
        'ERR_ISOLANE_NO_TYPESCRIPT',
        `${path} is TypeScript, whose types Node ${process.versions.node} cannot strip. Node 22.13 and later, 24 and 26 can; or compile it to JavaScript.`,
      );
    }
    try {
      return stripTypeScriptTypes(text, { mode: 'strip' });
    } catch (error) {
      if (error instanceof Error) error.message = `${path}: ${error.message}`;
      throw error;
    }
  });
}
