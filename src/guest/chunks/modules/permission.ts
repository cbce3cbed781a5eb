import { BUILT_IN_URL } from '../../../binding/module-binding.js';
import { type Asking, ask } from './asking.js';
import { baseOf } from './resolve.js';
import { services } from './services.js';

/** What the rules of this interpreter have allowed. */
const allowed = new Set<string>([BUILT_IN_URL]);

export function denied(url: string): Error {
  return services.error(
    'ERR_ISOLANE_MODULES_DENIED',
    `${url} was not loaded: this interpreter may load no modules.`,
  );
}

/** Returns if all these modules may be loaded; throws an IsolaneError if not. `from`: who asks for them. */
export function* permit(urls: readonly string[], from: string): Asking<void> {
  const asked: string[] = [];
  for (const url of urls) {
    if (!allowed.has(url)) asked.push(url);
  }
  const [first] = asked;
  if (first === undefined) return;
  if (services.denied()) throw denied(first);
  const base = baseOf(from).href;
  for (const { to, route } of services.policies()) {
    const body = [route, asked, base];
    const answers = (yield* ask({ to, type: services.letters.mayLoad, body })) as boolean[];
    let at = 0;
    for (const url of asked) {
      if (answers[at++] === true) continue;
      throw services.error(
        'ERR_ISOLANE_MODULES_DENIED',
        `${url}, imported from ${base}, was refused by the option modules of this interpreter.`,
      );
    }
  }
  for (const url of asked) allowed.add(url);
}
