/** What this Node environment does for its interpreters. */

import { setWhyUnmovable } from '../ownership/buffers.js';
import { whyUnmovable } from './buffers.js';
import { printConsoles } from './console.js';
import { offerNodeRuntime } from './node-runtime.js';
import { mapStacks } from './source-maps.js';
import { serveTypeScript } from './typescript.js';

setWhyUnmovable(whyUnmovable);
printConsoles();
mapStacks();
serveTypeScript();
offerNodeRuntime();
