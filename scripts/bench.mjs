import { build } from './lib/build.mjs';
import { foreground, main } from './lib/exec.mjs';
import { path } from './lib/project.mjs';

await main(async (args) => {
  await build();
  return foreground(process.execPath, [path('bench/run.mjs'), ...args]);
});
