import { onEnded } from '../interpreter/calls.js';
import { encodeError } from '../interpreter/errors-that-cross.js';
import type { ModuleSource, ModulesReply } from '../interpreter/module-sources.js';
import { handleLetters, post } from '../interpreter/post-office.js';
import { Letter, type ModulesBody } from '../interpreter/protocol.js';
import { loadModule } from './module-file.js';
import { isBuiltInUrl, resolveModule } from './resolve.js';

/** What each interpreter has had already. */
const sent = new Map<number, Set<string>>();

/** Answers the requests of interpreters for modules. */
export function serveModules(): void {
  handleLetters(Letter.modules, (from, id, body) => {
    void answer(from, id, body as ModulesBody);
  });
  onEnded((id) => sent.delete(id));
}

async function answer(from: number, id: number, [specifier, referrer]: ModulesBody): Promise<void> {
  try {
    const url = await resolveModule(specifier, referrer);
    const graph = await loadGraph(url);
    // Nothing may come between the choice and the post: replies arrive in the order in which they were chosen.
    const reply: ModulesReply = { url, modules: notYetSent(from, graph) };
    post(from, Letter.result, id, reply);
  } catch (error) {
    post(from, Letter.failure, id, encodeError(error));
  }
}

/** A module and all that it imports statically. */
async function loadGraph(root: string): Promise<Map<string, ModuleSource>> {
  const graph = new Map<string, ModuleSource>();
  const asked = new Set<string>();
  const visit = async (url: string, referrer: string): Promise<void> => {
    if (asked.has(url) || isBuiltInUrl(url)) return;
    asked.add(url);
    const module = await loadModule(url, referrer);
    graph.set(url, module);
    await Promise.all(Object.values(module.requests).map((requested) => visit(requested, url)));
  };
  await visit(root, '');
  return graph;
}

function notYetSent(to: number, graph: Map<string, ModuleSource>): ModuleSource[] {
  const had = sent.get(to) ?? new Set();
  sent.set(to, had);
  const modules = [...graph.values()].filter(({ url }) => !had.has(url));
  for (const { url } of modules) had.add(url);
  return modules;
}
