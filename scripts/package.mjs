import { main } from './lib/exec.mjs';
import { pack } from './lib/pack.mjs';

await main(() => pack());
