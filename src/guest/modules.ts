import { native } from '../binding/binding.js';
import { IsolaneError } from '../errors/isolane-error.js';
import { ownPolicy } from '../interpreter/module-policy.js';
import { interpreterName } from '../interpreter/names.js';
import { Letter } from '../interpreter/protocol.js';
import { ask, askSync } from '../interpreter/questions.js';
import { api } from './api.js';
import { guest } from './binding.js';
import type { ImportedModule, Loader, Services } from './chunks/modules.js';
import { timerGlobals } from './timers.js';

let loader: Loader | undefined;

/** Loads a module with all that it imports, and evaluates it, once. `attributes`: keys and values in turn. */
export async function importModule(
  specifier: string,
  from: string,
  attributes?: readonly string[],
): Promise<ImportedModule> {
  return theLoader().importModule(specifier, from, attributes);
}

/** `import.meta`, with what Node gives there. */
export function fillImportMeta(meta: Record<string, unknown>, url: string): void {
  theLoader().fillImportMeta(meta, url);
}

/** Few interpreters need it at once, and many never. */
function theLoader(): Loader {
  loader ??= (guest.loadChunk('modules') as { makeLoader(services: Services): Loader }).makeLoader(
    services(),
  );
  return loader;
}

function services(): Services {
  const label = (to: number): string => (to === guest.hostId ? 'host' : interpreterName(to, ''));
  return {
    native: guest.moduleBinding(),
    builtIn: { ...api() },
    hostId: native.hostId,
    letters: { mayLoad: Letter.mayLoad, stripTypes: Letter.stripTypes },
    policies: () => ownPolicy().routes,
    denied: () => ownPolicy().deny,
    ask: ({ to, type, body }) => ask(to, label(to), type, body),
    askSync: ({ to, type, body }) => askSync(to, label(to), type, body),
    // Only with `fatal` there may be none.
    decodeUtf8: (bytes) => guest.decodeUtf8(bytes, false) ?? '',
    error: (code, message, cause) =>
      new IsolaneError(code, message, cause === undefined ? undefined : { cause }),
    later: timerGlobals.setImmediate,
  };
}
