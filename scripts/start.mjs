// npm start: builds what is stale, then measures the code of a folder on several interpreters.
import { build } from './lib/build.mjs';
import { foreground, main } from './lib/exec.mjs';
import { path } from './lib/project.mjs';

await main(async (args) => {
  await build();
  // npm changes to the project's folder; the user's FOLDER is relative to where they are.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  return foreground(process.execPath, [path('examples/code-metrics/main.mjs'), ...args], { cwd });
});
