import { Failure } from './exec.mjs';
import { path } from './project.mjs';

/** Bundles, and fails as a step of ours does; esbuild itself has said why. */
export async function esbuild(options) {
  const { build } = await import('esbuild');
  try {
    return await build({
      absWorkingDir: path(),
      bundle: true,
      metafile: true,
      logLevel: 'error',
      ...options,
    });
  } catch {
    throw new Failure('esbuild failed, see above');
  }
}
