import { buildAddon } from './addon.mjs';
import { installDependencies } from './dependencies.mjs';
import { buildGuest } from './guest.mjs';
import { buildTypeScript, buildWrappers } from './javascript.mjs';
import { runningNode } from './nodes.mjs';

/** Builds what is stale: the addon for the running Node, then all JavaScript. */
export async function build() {
  await installDependencies();
  await buildAddon(await runningNode());
  await buildJavaScript();
}

/** In this order: compiling the TypeScript empties dist/ first. */
export async function buildJavaScript() {
  await buildTypeScript();
  await buildGuest();
  await buildWrappers();
}
