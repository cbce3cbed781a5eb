/** Questions that one party asks another: by letter, and also where the one who asks cannot go on without the answer. */

import { handleLetters, post } from '../binding/post-office.js';
import { channel } from '../channel/channel.js';
import type { Sender } from '../channel/sender.js';
import { move } from '../ownership/move.js';
import { correspondent } from './calls.js';
import { decodeError, encodeError } from './errors-that-cross.js';
import { type CallSyncReply, Letter } from './protocol.js';

type QuestionBody = [question: unknown, reply?: Sender<CallSyncReply>];

/** Asks, and is told by a letter. `label`: what the other party is called in messages. */
export function ask(to: number, label: string, type: number, question: unknown): Promise<unknown> {
  return correspondent(to, label).request(type, [question] satisfies QuestionBody, {});
}

/** Asks, and blocks this thread until the answer is there; that can be interrupted as every blocking operation can. */
export function askSync(to: number, label: string, type: number, question: unknown): unknown {
  const [tx, rx] = channel<CallSyncReply>(1);
  if (!post(to, type, 0, [question, move(tx)])) throw correspondent(to, label).closedError();
  const [ok, result] = rx.receiveSync();
  if (ok) return result;
  throw decodeError(result, label);
}

/** Says who answers questions of one type in this party. */
export function answerQuestions(type: number, answer: (question: unknown) => unknown): void {
  handleLetters(type, (from, id, body) => {
    const [question, sender] = body as QuestionBody;
    const reply = (ok: boolean, result: unknown): void => {
      if (sender === undefined) post(from, ok ? Letter.result : Letter.failure, id, result);
      else sender.trySend([ok, result] as CallSyncReply);
    };
    void (async () => answer(question))().then(
      (result) => reply(true, result),
      (error) => reply(false, encodeError(error)),
    );
  });
}
