/** What this Node environment does for its interpreters. */

import { setWhyUnmovable } from '../ownership/buffers.js';
import { whyUnmovable } from './buffers.js';
import { printConsoles } from './console.js';
import { offerNodeRuntime } from './node-runtime.js';
import { seeToTheEnd } from './process-end.js';
import { mapStacks } from './source-maps.js';
import { serveTypeScript } from './typescript.js';

setWhyUnmovable(whyUnmovable);
printConsoles();
seeToTheEnd();
mapStacks();
serveTypeScript();
offerNodeRuntime();
