import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const script = (name: string) => import(pathToFileURL(resolve('scripts', 'lib', name)).href);

/** What `test/fixtures/native-echo` exports; see its comment. */
export interface Echo {
  run(job: string, from: object | null, to: object | null): void;
  freed(): number;
}

export const echoFile = resolve('test/fixtures/native-echo/build/Release/echo.node');

/**
 * Builds the addons that these tests use, in C, if they are stale: they need no engine, so one build serves every Node. Skips the tests
 * where there is no compiler, and says so.
 */
export async function buildAddons(this: Mocha.Context): Promise<void> {
  this.timeout(120_000);
  const { checkNativeTools } = await script('tools.mjs');
  try {
    checkNativeTools();
  } catch (error) {
    console.warn(`Channels for native code are not tested here: ${(error as Error).message}`);
    this.skip();
  }
  await build('native-feed', 'examples/native-feed', 'feed');
  await build('native-echo', 'test/fixtures/native-echo', 'echo');
}

async function build(name: string, folder: string, target: string): Promise<void> {
  const [{ compileIn }, { runningNode }, { whenStale }] = await Promise.all(
    ['addon.mjs', 'nodes.mjs', 'stale.mjs'].map(script),
  );
  const inputs = [`${folder}/binding.gyp`, `${folder}/${target}.c`, 'include'];
  const outputs = [`${folder}/build/Release/${target}.node`];
  await whenStale(name, { inputs, outputs }, async () =>
    compileIn(resolve(folder), await runningNode(), { capture: 'only' }),
  );
}
