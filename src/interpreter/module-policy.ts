import { native } from '../binding/binding.js';
import { post } from './post-office.js';
import { Letter, type ModulePolicy, type PolicyRoute } from './protocol.js';
import { answerQuestions } from './questions.js';

/**
 * Which modules an interpreter may load: all (`'allow'`, the default), none but `isolane` (`'deny'`), or those for which a function says
 * `true`.
 */
export type ModulesOption = 'allow' | 'deny' | ((url: URL, from: URL) => boolean);

const rules = new Map<number, (url: URL, from: URL) => unknown>();
let lastRoute = 0;

/** What binds this party, and so all that it creates. */
let own: ModulePolicy = { deny: false, routes: [] };

export function ownPolicy(): ModulePolicy {
  return own;
}

export function setOwnPolicy(policy: ModulePolicy): void {
  own = policy;
}

/**
 * Tells a new interpreter what it may load, unless that is everything; native code refuses files to those that may load nothing, whatever they
 * know of it. Returns what is to be done when it has ended.
 */
export function tellPolicy(to: number, option: ModulesOption): () => void {
  if (option === 'allow' && !own.deny && own.routes.length === 0) return () => {};
  const routes = [...own.routes];
  let forget = (): void => {};
  if (typeof option === 'function') {
    const route = ++lastRoute;
    rules.set(route, option);
    routes.push({ to: native.partyId, route });
    forget = () => rules.delete(route);
  }
  post(to, Letter.modulePolicy, 0, { deny: own.deny || option === 'deny', routes } as ModulePolicy);
  return forget;
}

answerQuestions(Letter.mayLoad, async (question) => {
  const [route, urls, from] = question as [PolicyRoute['route'], string[], string];
  const rule = rules.get(route);
  const answers: boolean[] = [];
  for (const url of urls) {
    // Only a plain yes is one.
    answers.push(rule !== undefined && (await rule(new URL(url), new URL(from))) === true);
  }
  return answers;
});
