import { native } from '../binding/binding.js';
import { Letter, type ModulePolicy, type PolicyRoute } from './protocol.js';
import { answerQuestions } from './questions.js';

/**
 * Which modules an interpreter may load: all (`'allow'`, the default), none but `isolane` (`'deny'`), or those for which a function says
 * `true`.
 */
export type ModulesOption =
  | 'allow'
  | 'deny'
  | ((url: URL, from: URL) => boolean | Promise<boolean>);

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
 * What a new interpreter is to be told of what it may load; undefined: that is everything. Native code refuses files to those that may load
 * nothing, whatever they know of it.
 */
export function policyFor(option: ModulesOption): ModulePolicy | undefined {
  if (option === 'allow' && !own.deny && own.routes.length === 0) return undefined;
  const routes = [...own.routes];
  if (typeof option === 'function') {
    const route = ++lastRoute;
    rules.set(route, option);
    routes.push({ to: native.partyId, route });
  }
  return { deny: own.deny || option === 'deny', routes };
}

/** No interpreter has that any more. */
export function forgetPolicy(policy: ModulePolicy | undefined): void {
  for (const { to, route } of policy?.routes ?? []) {
    // The others are those that bind this party itself, and its creator's.
    if (to === native.partyId) rules.delete(route);
  }
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
