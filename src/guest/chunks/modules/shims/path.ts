/** What import-meta-resolve takes of `node:path`. */

import { resolvePath } from '../paths.js';

export default { sep: '/', resolve: resolvePath, toNamespacedPath: (path: string) => path };
