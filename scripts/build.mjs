import { build } from './lib/build.mjs';
import { main } from './lib/exec.mjs';

await main(() => build());
