#!/usr/bin/env node
import { buildFromSource, info, usage } from './lib/cli.mjs';
import { main } from './lib/exec.mjs';

await main(async ([command]) => {
  if (command === 'build') return buildFromSource();
  if (command === 'info') return info();
  console.log(usage);
  return command === undefined || command === 'help' || command === '--help' ? 0 : 1;
});
